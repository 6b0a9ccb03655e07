// SPDX-License-Identifier: Apache-2.0
#include "paper/csv_check.hpp"

#include <porteur/phrase.hpp>

#include <string>

namespace porteur::paper {
namespace {

std::unexpected<Error> refused(std::string message) {
    return failure(ErrorKind::invalid_input, std::move(message));
}

}  // namespace

Result<void> CsvCheck::append(std::string_view bytes) {
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        if ((byte < 0x20 && letter != '\t' && letter != '\r' && letter != '\n') || byte == 0x7F)
            return refused(
                phrase("line {1} of the CSV file has a byte that is no text; save it anew as CSV (UTF-8)", line_)
            );
        const bool ends_cell = letter == ',' || letter == ';' || letter == '\t';
        const bool of_number = (letter >= '0' && letter <= '9') ||
                               std::string_view(" ()-.,;\t\r\n\"").contains(letter);
        if ((at_cell_start_ && (letter == '=' || letter == '@')) || (after_sign_ && !of_number))
            return refused(
                phrase(
                    "line {1} of the CSV file has a formula, which would run at the carrier; write its value instead", line_
                )
            );
        if (letter == '\n') ++line_;
        if (letter == '"') {
            // A formula may stand in quotes; a blank before one does not hide it either.
            quoted_ = !quoted_;
            continue;
        }
        if (ends_cell && !quoted_ && line_ == 1) has_columns_ = true;
        if (!quoted_ && (ends_cell || letter == '\n' || letter == '\r')) {
            at_cell_start_ = true;
            after_sign_ = false;
        } else if (letter != ' ') {
            if (at_cell_start_) after_sign_ = letter == '+' || letter == '-';
            at_cell_start_ = false;
        }
    }
    return {};
}

Result<void> CsvCheck::finish() const {
    if (!has_columns_)
        return refused(
            "the first line of the CSV file has one column; separate columns by commas, semicolons "
            "or tabs"
        );
    return {};
}

}  // namespace porteur::paper
