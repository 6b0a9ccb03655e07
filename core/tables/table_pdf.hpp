// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "tables/table.hpp"

namespace porteur::tables {

/// What stands around the rows, in the reader's language.
struct TableDocument {
    std::string title = {};
    std::string filter = {};                 ///< one line below the title: what was chosen
    std::string date = {};                   ///< as it is to be read
    std::string page = "{page}/{pages}";     ///< the footer: "Page {page} of {pages}"
    std::vector<Column> columns = {};        ///< their widths are shares of the page
    bool a4 = true;                          ///< else Letter
    std::optional<bool> landscape = {};      ///< nothing: where there are more than five columns
    std::filesystem::path font_folder = {};  ///< with DejaVuSans.ttf and DejaVuSans-Bold.ttf
};

/// Gives the next row, or false at the end. The texts have to live until the next call only.
using RowSource = std::function<Result<bool>(std::vector<std::string_view>& row)>;
/// Takes the bytes of the file, piece by piece.
using ByteSink = std::function<Result<void>(std::string_view)>;

/// A list as PDF, row by row; table_pdf() says what it looks like. @threads one at a time
class TablePdf {
public:
    /// @errors  unavailable: a font is missing; internal: libharu
    static Result<std::unique_ptr<TablePdf>> begin(TableDocument document);
    ~TablePdf();
    TablePdf(const TablePdf&) = delete;
    TablePdf& operator=(const TablePdf&) = delete;

    /// The texts have to live until it returns only.
    void row(std::span<const std::string_view> cells);
    /// Once, at the end. @errors internal: libharu; those of `to`
    Result<void> finish(const ByteSink& to);

private:
    struct State;
    explicit TablePdf(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Sets a list as PDF: its header again on each page, page numbers, cells that are too long for
/// their column cut with an ellipsis. The same rows give the same bytes: there is no clock and no
/// chance in it.
///
/// About 300 bytes of memory for each row, as page numbers need the whole. What DejaVu has no glyph
/// for (Chinese, for one) is shown as boxes.
/// @errors  unavailable: a font is missing; internal: libharu; those of `rows` and `to`
/// @threads any
Result<void> table_pdf(const TableDocument& document, const RowSource& rows, const ByteSink& to);

}  // namespace porteur::tables
