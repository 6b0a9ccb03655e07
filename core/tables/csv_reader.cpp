// SPDX-License-Identifier: Apache-2.0
// Bytes are gathered until there is something to read, then whole rows are taken off the front. A
// row that is not whole is looked at again when more has come.
#include "tables/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <porteur/phrase.hpp>

namespace porteur::tables {
namespace {

/// What is gathered before rows are read: enough to tell the separator, and so much that a row's
/// rest is rarely seen twice.
constexpr std::size_t gathered_size = 32 << 10;
constexpr std::size_t sample_row_count = 12;

constexpr unsigned char ends_cell = 1, beyond_ascii = 2, control = 4;

constexpr auto classes = [] {
    std::array<unsigned char, 256> out{};
    for (unsigned byte = 0; byte < 0x20; ++byte) out[byte] = control;
    out[0x7F] = control;
    for (unsigned byte = 0x80; byte < 0x100; ++byte) out[byte] = beyond_ascii;
    out['\t'] = 0;
    out['\r'] = ends_cell;
    out['\n'] = ends_cell;
    for (const char letter : {',', ';', '\t', '|'})
        out[static_cast<unsigned char>(letter)] |= ends_cell;
    return out;
}();

/// The characters of the bytes 80 to 9F, 0 for those that have none.
constexpr std::array<std::uint16_t, 32> windows_1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178
};

void put_utf_8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | code >> 6U);
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        out += static_cast<char>(0xE0U | code >> 12U);
        out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

/// @source RFC 3629, section 4
bool is_utf_8(std::string_view text) {
    const auto byte = [&](std::size_t index) -> unsigned {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const auto follows = [&](std::size_t index) { return (byte(index) & 0xC0U) == 0x80U; };
    for (std::size_t at = 0; at < text.size();) {
        const auto first = byte(at);
        const auto second = byte(at + 1);
        if (first < 0x80)
            at += 1;
        else if (first >= 0xC2 && first <= 0xDF && follows(at + 1))
            at += 2;
        else if (first >= 0xE0 && first <= 0xEF && follows(at + 1) && follows(at + 2) &&
                 !(first == 0xE0 && second < 0xA0) && !(first == 0xED && second > 0x9F))
            at += 3;
        else if (first >= 0xF0 && first <= 0xF4 && follows(at + 1) && follows(at + 2) &&
                 follows(at + 3) && !(first == 0xF0 && second < 0x90) &&
                 !(first == 0xF4 && second > 0x8F))
            at += 4;
        else
            return false;
    }
    return true;
}

/// How well the first rows read with this separator: rows of one same count, of more than one cell.
std::size_t fitness(std::string_view head, char separator) {
    std::vector<std::size_t> counts(1, 1);
    bool quoted = false, at_start = true, empty = true;
    for (const char letter : head) {
        if (quoted || (letter == '"' && at_start)) {
            if (letter == '"') quoted = !quoted;
            at_start = false;
            empty = false;
            continue;
        }
        at_start = letter == separator;
        if (letter == '\n' || letter == '\r') {
            if (!empty) counts.push_back(1);
            if (counts.size() > sample_row_count) break;
            at_start = empty = true;
        } else {
            empty = false;
            if (letter == separator) ++counts.back();
        }
    }
    // The last row may be cut.
    if (counts.size() > 1) counts.pop_back();
    const auto columns = counts.front();
    if (columns < 2) return 0;
    const auto same = static_cast<std::size_t>(std::ranges::count(counts, columns));
    return same * 1000 / counts.size() * 1000 + std::min<std::size_t>(columns, 999);
}

std::unexpected<Error> refused(std::string message) {
    return failure(ErrorKind::invalid_input, std::move(message));
}

}  // namespace

CsvReader::CsvReader(Handler handler, CsvLimits limits)
    : handler_(std::move(handler)), limits_(limits) {}

Result<void> CsvReader::append(std::string_view bytes) {
    pending_.append(bytes);
    return pending_.size() < gathered_size ? Result<void>{} : read(false);
}

Result<void> CsvReader::finish() { return read(true); }

Result<void> CsvReader::begin() {
    begun_ = true;
    if (pending_.starts_with("\xFF\xFE") || pending_.starts_with("\xFE\xFF"))
        return refused(phrase("the file is UTF-16 text; save it anew as CSV UTF-8"));
    if (pending_.starts_with("PK\x03\x04"))
        return refused(
            phrase("the file is a spreadsheet or an archive, not CSV; save it anew as CSV UTF-8")
        );
    const auto head = std::string_view(pending_).substr(0, gathered_size);
    if (head.contains('\0'))
        return refused(phrase("the file has bytes that are no text; save it anew as CSV UTF-8"));
    std::size_t skipped = 0;
    if (pending_.starts_with("\xEF\xBB\xBF")) {
        skipped = 3;
        encoding_ = Encoding::utf_8;
    }
    const auto told = head.substr(skipped);
    if (told.size() >= 5 && (told.starts_with("sep=") || told.starts_with("SEP=")) &&
        std::string_view(",;\t|").contains(told[4]) &&
        (told.size() == 5 || told[5] == '\r' || told[5] == '\n')) {
        separator_ = told[4];
        skipped += 5;
        if (told.substr(5).starts_with("\r\n"))
            skipped += 2;
        else if (told.size() > 5)
            skipped += 1;
        ++row_;
    } else {
        std::size_t best = 0;
        separator_ = ',';
        for (const char each : {',', ';', '\t', '|'})
            if (const auto fits = fitness(told, each); fits > best) {
                best = fits;
                separator_ = each;
            }
    }
    pending_.erase(0, skipped);
    return {};
}

Result<void> CsvReader::read(bool last) {
    if (!begun_)
        if (auto done = begin(); !done) return done;
    std::size_t at = 0;
    while (at < pending_.size()) {
        std::size_t next = at;
        const auto found = scan(at, last, next);
        const bool too_long = next - at > limits_.row_size_max;
        if (too_long || found == Scan::unclosed) {
            const bool opened = !cells_.empty() && cells_.back().quoted;
            if (found == Scan::unclosed)
                return refused(phrase(
                    "row {1:n}, column {2}: a quotation mark opens here and is never closed; close "
                    "it, or double it if it "
                    "belongs to the text",
                    row_ + 1, column_letters(cells_.empty() ? 0 : cells_.size() - 1)
                ));
            return refused(
                opened && found == Scan::more
                    ? phrase(
                          "row {1:n}, column {2}: what is quoted here goes on for more than {3:n} "
                          "bytes; look for a quotation "
                          "mark that is never closed",
                          row_ + 1, column_letters(cells_.size() - 1), limits_.row_size_max
                      )
                    : phrase(
                          "row {1:n} is longer than {2:n} bytes; split it, or look for missing "
                          "line ends",
                          row_ + 1, limits_.row_size_max
                      )
            );
        }
        if (found == Scan::more) break;
        ++row_;
        if (cells_.size() > limits_.column_count_max)
            return refused(phrase(
                "row {1:n} has {2:n} columns; at most {3:n} are taken", row_, cells_.size(),
                limits_.column_count_max
            ));
        const bool empty = cells_.size() == 1 && cells_[0].size == 0 && !cells_[0].quoted;
        if (!empty)
            if (auto done = give(); !done) return done;
        at = next;
    }
    pending_.erase(0, at);
    return {};
}

CsvReader::Scan CsvReader::scan(std::size_t at, bool last, std::size_t& next) {
    cells_.clear();
    const auto* const text = pending_.data();
    const auto size = pending_.size();
    const char separator = *separator_;
    for (;;) {
        Cell cell{
            .begin = at,
            .size = 0,
            .quoted = false,
            .doubled = false,
            .plain = true,
            .misquoted = false
        };
        unsigned char seen = 0;
        if (at < size && text[at] == '"') {
            cell.quoted = true;
            cell.begin = ++at;
            for (;;) {
                const auto* close =
                    at < size ? static_cast<const char*>(std::memchr(text + at, '"', size - at))
                              : nullptr;
                const auto end = close ? static_cast<std::size_t>(close - text) : size;
                if (!close || (end + 1 == size && !last)) {
                    cells_.push_back(cell);
                    next = size;
                    return last ? Scan::unclosed : Scan::more;
                }
                at = end + 1;
                if (at < size && text[at] == '"') {
                    cell.doubled = true;
                    ++at;
                    continue;
                }
                cell.size = end - cell.begin;
                break;
            }
            for (std::size_t index = 0; index < cell.size; ++index) {
                const auto byte = static_cast<unsigned char>(text[cell.begin + index]);
                seen |= byte == '\r' || byte == '\n' ? 0 : classes[byte];
            }
            // Blanks behind the mark are nothing; other text there is a mistake, and read to the
            // cell's end.
            while (at < size && text[at] == ' ' && separator != ' ') ++at;
            const auto behind = at;
            while (at < size && text[at] != separator && text[at] != '\r' && text[at] != '\n') ++at;
            cell.misquoted = at > behind;
        } else {
            while (at < size) {
                const auto kind = classes[static_cast<unsigned char>(text[at])];
                if ((kind & ends_cell) != 0 &&
                    (text[at] == separator || text[at] == '\r' || text[at] == '\n'))
                    break;
                seen |= kind;
                ++at;
            }
            cell.size = at - cell.begin;
        }
        cell.plain = (seen & (beyond_ascii | control)) == 0;
        cells_.push_back(cell);
        next = at;
        if (at == size) return last ? Scan::row : Scan::more;
        if (text[at] == separator) {
            // A separator at the very end has an empty cell behind it.
            ++at;
            continue;
        }
        if (text[at] == '\r') {
            if (at + 1 == size && !last) return Scan::more;
            at += at + 1 < size && text[at + 1] == '\n' ? 2 : 1;
        } else {
            ++at;
        }
        next = at;
        return Scan::row;
    }
}

std::string_view CsvReader::text_of(const Cell& cell, std::size_t column) {
    std::string_view text(pending_.data() + cell.begin, cell.size);
    if (cell.misquoted) faults_.push_back({column, CellFault::quotes});
    if (!cell.doubled && cell.plain) return text;
    if (rooms_used_ == rooms_.size()) rooms_.emplace_back();
    auto& room = rooms_[rooms_used_++];
    room.clear();
    if (!cell.plain) {
        const auto control_at = std::ranges::find_if(text, [](char letter) {
            return (classes[static_cast<unsigned char>(letter)] & control) != 0 && letter != '\r' &&
                   letter != '\n';
        });
        if (control_at != text.end()) faults_.push_back({column, CellFault::control});
        const bool valid = is_utf_8(text);
        const bool ascii = std::ranges::none_of(text, [](char letter) {
            return static_cast<signed char>(letter) < 0;
        });
        if (encoding_ == Encoding::undecided && !ascii)
            encoding_ = valid ? Encoding::utf_8 : Encoding::windows_1252;
        if (!ascii && encoding_ == Encoding::utf_8 && !valid)
            faults_.push_back({column, CellFault::encoding});
    }
    bool unknown = false;
    for (std::size_t index = 0; index < text.size(); ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        // Within a quoted cell each mark is doubled.
        if (cell.doubled && byte == '"') ++index;
        if (byte < 0x80 || encoding_ == Encoding::utf_8) {
            room += static_cast<char>(byte);
            continue;
        }
        const std::uint32_t code = byte >= 0xA0 ? byte : windows_1252[byte - 0x80U];
        unknown = unknown || code == 0;
        put_utf_8(room, code == 0 ? 0xFFFD : code);
    }
    if (unknown) faults_.push_back({column, CellFault::encoding});
    return room;
}

Result<void> CsvReader::give() {
    faults_.clear();
    rooms_used_ = 0;
    // The views point into the rooms, so these must not move.
    if (rooms_.size() < cells_.size()) rooms_.resize(cells_.size());
    views_.clear();
    for (std::size_t column = 0; column < cells_.size(); ++column)
        views_.push_back(text_of(cells_[column], column));
    return handler_(CsvRow{.row = row_, .cells = views_, .faults = faults_});
}

std::string column_letters(std::size_t column) {
    std::string out;
    for (++column; column > 0; column = (column - 1) / 26)
        out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
    return out;
}

}  // namespace porteur::tables
