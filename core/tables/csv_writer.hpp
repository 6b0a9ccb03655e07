// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "tables/table.hpp"

namespace porteur::tables {

struct CsvForm {
    bool bom = false;      ///< EF BB BF in front, which Excel wants for UTF-8
    char separator = ',';  ///< ';' for a spreadsheet whose decimals have a comma
};

/// Writes a list as CSV: lines end in CRLF, and no cell can run as a formula (csv_cell.hpp). A
/// number in E.164 form in a column of numbers, and a plain amount in one of amounts, stay as they
/// are.
///
/// Holds one buffer of about 64 KiB, whatever the length of the list.
/// @threads one at a time
/// @source  RFC 4180
class CsvWriter {
public:
    /// Takes the bytes that are ready, and may ask for the end by an error.
    using Sink = std::function<Result<void>(std::string_view)>;

    CsvWriter(std::vector<Column> columns, CsvForm form, Sink sink);

    /// The line with the titles. @errors those of the sink
    Result<void> header();
    /// @param row  as many cells as there are columns; one too few is written empty, one too many
    /// is left out
    /// @errors those of the sink
    Result<void> row(Row row);
    /// Gives the last bytes to the sink. @errors those of the sink
    Result<void> finish();

private:
    Result<void> flush();
    Result<void> make_room(std::size_t size);
    char* put(char* to, std::string_view cell, ColumnKind kind) const;
    char* put_slowly(char* to, std::string_view cell) const;

    std::vector<Column> columns_;
    CsvForm form_;
    Sink sink_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

}  // namespace porteur::tables
