// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::tables {

struct CsvLimits {
    std::size_t row_size_max = 64 << 10;  ///< bytes, with its separators
    std::size_t column_count_max = 200;
};

enum class CellFault : std::uint8_t {
    quotes,    ///< text behind a closing quotation mark
    encoding,  ///< bytes that are no text in the file's encoding
    control,   ///< a control character
};

struct FaultyCell {
    std::size_t column;  ///< from 0
    CellFault fault;
};

/// One row as it was read. Valid until the handler returns.
struct CsvRow {
    std::size_t row;  ///< from 1, as a spreadsheet counts them: empty ones too, and line ends in
                      ///< cells are none
    std::span<const std::string_view>
        cells;  ///< UTF-8 without quotes; of a faulty cell, what could be read
    std::span<const FaultyCell> faults;
};

/// Reads CSV as it comes in: comma, semicolon, tab or bar between cells (found in the first rows,
/// or told by a first line `sep=;`), CRLF or LF or CR between rows, UTF-8 with or without a mark in
/// front, or Windows-1252 where the first bytes beyond ASCII are no UTF-8. Rows without any byte
/// are counted and not given. Holds about two rows and what came in last.
/// @threads one at a time
/// @source  RFC 4180; the table of Windows-1252 is WHATWG's (Encoding, index windows-1252)
class CsvReader {
public:
    using Handler = std::function<Result<void>(const CsvRow&)>;

    explicit CsvReader(Handler handler, CsvLimits limits = {});

    /// @errors invalid_input: no CSV (UTF-16, zero bytes), a row too long or too wide, with its
    /// number; the handler's
    Result<void> append(std::string_view bytes);
    /// The last rows. @errors the same; a quotation mark that is never closed, with the row where
    /// it opens
    Result<void> finish();

    /// Nothing until the first rows were read.
    std::optional<char> separator() const { return separator_; }
    bool is_windows_1252() const { return encoding_ == Encoding::windows_1252; }
    std::size_t row_count() const { return row_; }

private:
    enum class Encoding : std::uint8_t { undecided, utf_8, windows_1252 };
    struct Cell {
        std::size_t begin, size;
        bool quoted, doubled, plain,
            misquoted;  // plain: no byte beyond ASCII and no control character
    };
    enum class Scan : std::uint8_t { row, more, unclosed };

    Result<void> begin();
    Result<void> read(bool last);
    Scan scan(std::size_t at, bool last, std::size_t& next);
    Result<void> give();
    std::string_view text_of(const Cell& cell, std::size_t column);

    Handler handler_;
    CsvLimits limits_;
    std::string pending_;
    std::optional<char> separator_;
    Encoding encoding_ = Encoding::undecided;
    bool begun_ = false;
    std::size_t row_ = 0;
    std::vector<Cell> cells_;
    std::vector<std::string_view> views_;
    std::vector<FaultyCell> faults_;
    std::vector<std::string> rooms_;
    std::size_t rooms_used_ = 0;
};

/// "A" for the first column, "AB" for the 28th. @threads any
std::string column_letters(std::size_t column);

}  // namespace porteur::tables
