// SPDX-License-Identifier: Apache-2.0
// Nearly all cells are plain: they are copied byte by byte while a table says whether any byte was
// special. Only then does the cell get a second look.
#include "tables/csv_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <porteur/model/phone_number.hpp>

#include "tables/csv_cell.hpp"

namespace porteur::tables {
namespace {

constexpr std::size_t buffer_size = 64 << 10;

constexpr unsigned char wants_look = 1;        // anywhere in a cell: separators, quotes, line ends
constexpr unsigned char wants_look_first = 2;  // as its first byte

constexpr auto classes = [] {
    std::array<unsigned char, 256> out{};
    for (const char letter : {',', ';', '\t', '|', '\r', '\n', '"'})
        out[static_cast<unsigned char>(letter)] = wants_look;
    for (const char letter : {'=', '+', '-', '@', '\t', '\r', '\n', '\'', ' ', '"', '\xEF'})
        out[static_cast<unsigned char>(letter)] |= wants_look_first;
    return out;
}();

/// "12.50", "-3"
bool is_plain_amount(std::string_view cell) {
    if (cell.starts_with('-')) cell.remove_prefix(1);
    return !cell.empty() && cell.size() < 30 &&
           cell.find_first_not_of("0123456789.") == cell.npos && cell[0] != '.';
}

}  // namespace

CsvWriter::CsvWriter(std::vector<Column> columns, CsvForm form, Sink sink)
    : columns_(std::move(columns)),
      form_(form),
      sink_(std::move(sink)),
      buffer_(new char[buffer_size]),
      capacity_(buffer_size) {
    if (form_.bom) {
        std::memcpy(buffer_.get(), "\xEF\xBB\xBF", 3);
        size_ = 3;
    }
}

Result<void> CsvWriter::flush() {
    if (size_ == 0) return {};
    auto done = sink_({buffer_.get(), size_});
    size_ = 0;
    return done;
}

Result<void> CsvWriter::finish() { return flush(); }

Result<void> CsvWriter::make_room(std::size_t size) {
    if (capacity_ - size_ >= size) return {};
    if (auto done = flush(); !done) return done;
    if (capacity_ < size) {
        buffer_.reset(new char[size]);
        capacity_ = size;
    }
    return {};
}

char* CsvWriter::put_slowly(char* to, std::string_view cell) const {
    std::string room;
    if (needs_defusing(cell)) {
        room = defused(cell);
        cell = room;
    }
    // Blanks at the ends are the cell's, and some readers drop them outside of quotes. Every
    // separator is quoted, as the reader may take another one than ours.
    const bool quotes = cell.starts_with(' ') || cell.ends_with(' ') ||
                        cell.find_first_of(",;\t|\r\n\"") != cell.npos;
    if (!quotes) return std::ranges::copy(cell, to).out;
    *to++ = '"';
    for (const char letter : cell) {
        if (letter == '"') *to++ = '"';
        *to++ = letter;
    }
    *to++ = '"';
    return to;
}

char* CsvWriter::put(char* to, std::string_view cell, ColumnKind kind) const {
    if (cell.empty()) return to;
    if (kind == ColumnKind::number && PhoneNumber::is_shaped(cell)) {
        std::memcpy(to, cell.data(), cell.size());
        return to + cell.size();
    }
    auto* const begin = to;
    unsigned char seen = 0;
    for (const char letter : cell) {
        seen |= classes[static_cast<unsigned char>(letter)];
        *to++ = letter;
    }
    const auto first = classes[static_cast<unsigned char>(cell[0])];
    if (((seen & wants_look) | (first & wants_look_first)) == 0 && cell.back() != ' ') return to;
    if (kind == ColumnKind::amount && is_plain_amount(cell)) return to;
    return put_slowly(begin, cell);
}

Result<void> CsvWriter::row(Row row) {
    std::size_t most = columns_.size() + 2;
    // A quote or an apostrophe for each byte, and the two around it.
    for (const auto cell : row) most += 3 * cell.size() + 3;
    if (auto done = make_room(most); !done) return done;
    auto* to = buffer_.get() + size_;
    for (std::size_t index = 0; index < columns_.size(); ++index) {
        if (index > 0) *to++ = form_.separator;
        if (index < row.size()) to = put(to, row[index], columns_[index].kind);
    }
    // A line of one empty cell would be taken for no line at all.
    if (columns_.size() == 1 && (row.empty() || row[0].empty()))
        to = std::ranges::copy(std::string_view("\"\""), to).out;
    *to++ = '\r';
    *to++ = '\n';
    size_ = static_cast<std::size_t>(to - buffer_.get());
    return {};
}

Result<void> CsvWriter::header() {
    std::vector<std::string_view> titles;
    for (const auto& column : columns_) titles.push_back(column.title);
    return row(titles);
}

}  // namespace porteur::tables
