// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <porteur/result.hpp>

namespace porteur::paper {

/// Looks at a CSV file while it streams by: it has to be text of several columns, and no cell may
/// be a formula, which the carrier's spreadsheet program would run (`=cmd|...`, `+cmd|...`). A
/// number with a sign is none. Any encoding that leaves ASCII as it is will do: UTF-8,
/// Windows-1252.
/// @threads  one at a time
/// @source   RFC 4180; OWASP, "CSV Injection"
class CsvCheck {
public:
    /// @errors invalid_input: bytes that are no text, or a formula, with its line
    Result<void> append(std::string_view bytes);
    /// @errors invalid_input: its first line has one column
    Result<void> finish() const;

private:
    std::size_t line_ = 1;
    bool at_cell_start_ = true;
    bool quoted_ = false;
    bool after_sign_ = false;  ///< the cell began with + or -, so it has to be a number
    bool has_columns_ = false;
};

}  // namespace porteur::paper
