// SPDX-License-Identifier: Apache-2.0
// A formula may begin at the front of a cell and behind each sign that some spreadsheet takes for
// the end of one; blanks and quotation marks there change nothing. At such a place stand any number
// of apostrophes and then the sign: defused() writes one apostrophe more, restored() one less.
#include "tables/csv_cell.hpp"

namespace porteur::tables {
namespace {

bool ends_cells(char letter) {
    return letter == ',' || letter == ';' || letter == '\t' || letter == '\r' || letter == '\n' ||
           letter == '|';
}

/// The length of a sign that begins a formula, or 0.
std::size_t sign_at(std::string_view text, bool at_front) {
    if (text.empty()) return 0;
    switch (text[0]) {
        case '=':
        case '+':
        case '-':
        case '@':
            return 1;
        case '\t':
        case '\r':
        case '\n':
            return at_front ? 1 : 0;
        case '\xEF':
            // In full width: U+FF1D, U+FF0B, U+FF0D, U+FF20.
            for (const std::string_view sign :
                 {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"})
                if (text.starts_with(sign)) return sign.size();
            return 0;
        default:
            return 0;
    }
}

/// Calls `at(position of the apostrophes, their count)` for each place where a formula could begin.
template <class At>
void each_place(std::string_view cell, At at) {
    bool begins = true;
    for (std::size_t index = 0; index < cell.size();) {
        const char letter = cell[index];
        if (!begins) {
            begins = ends_cells(letter);
            ++index;
            continue;
        }
        auto sign = index;
        while (sign < cell.size() && cell[sign] == '\'') ++sign;
        // A sign at the very front counts as that behind apostrophes, too.
        if (const auto size = sign_at(cell.substr(sign), index == 0)) {
            at(index, sign - index);
            begins = ends_cells(cell[sign]);
            index = sign + size;
        } else if (sign > index) {
            begins = false;
            index = sign;
        } else {
            begins = letter == ' ' || letter == '"' || ends_cells(letter);
            ++index;
        }
    }
}

}  // namespace

bool needs_defusing(std::string_view cell) {
    bool found = false;
    each_place(cell, [&](std::size_t, std::size_t) { found = true; });
    return found;
}

std::string defused(std::string_view cell) {
    std::string out;
    std::size_t done = 0;
    each_place(cell, [&](std::size_t index, std::size_t) {
        out.append(cell.substr(done, index - done)).append(1, '\'');
        done = index;
    });
    return out.append(cell.substr(done));
}

std::string_view restored(std::string_view cell, std::string& room) {
    if (cell.find('\'') == cell.npos) return cell;
    room.clear();
    std::size_t done = 0;
    each_place(cell, [&](std::size_t index, std::size_t apostrophes) {
        if (apostrophes == 0) return;
        room.append(cell.substr(done, index - done));
        done = index + 1;
    });
    if (done == 0) return cell;
    room.append(cell.substr(done));
    return room;
}

}  // namespace porteur::tables
