// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>
#include <utility>

namespace porteur::cli {
namespace {

std::string in_column(const Cell& cell, std::size_t width, bool is_last, bool colours) {
    // Blanks are added outside of the paint, so that a coloured cell is as wide as a plain one.
    auto out = colours ? painted(cell.text, cell.colour) : cell.text;
    const auto has = display_width(cell.text);
    if (!is_last && has < width) out.append(width - has, ' ');
    return out;
}

void without_blanks_at_end(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

}  // namespace

void Table::add(std::vector<Cell> row) {
    row.resize(headings_.size(), Cell(""));
    rows_.push_back(std::move(row));
}

std::string Table::text(bool colours, const HeadingIn& say) const {
    auto headings = headings_;
    if (say)
        for (auto& each : headings) each = say(each);
    std::vector<std::size_t> shown;
    std::vector<std::size_t> widths(headings_.size(), 0);
    for (std::size_t column = 0; column < headings_.size(); ++column) {
        for (const auto& row : rows_)
            widths[column] = std::max(widths[column], display_width(row[column].text));
        if (widths[column] == 0) continue;
        widths[column] = std::max(widths[column], display_width(headings[column]));
        shown.push_back(column);
    }
    std::string out;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (const auto column : shown) {
            if (!line.empty()) line += "  ";
            line += in_column(cell_of(column), widths[column], column == shown.back(), colours);
        }
        without_blanks_at_end(line);
        out += line + "\n";
    };
    if (shown.empty()) return out;
    add_line([&](std::size_t column) { return Cell(headings[column], Colour::bold); });
    for (const auto& row : rows_) add_line([&](std::size_t column) { return row[column]; });
    return out;
}

void Facts::line(std::string name, Cell value) {
    if (!value.text.empty()) facts_.emplace_back(std::move(name), std::move(value));
}

std::string Facts::text(bool colours, const HeadingIn& say) const {
    auto facts = facts_;
    if (say)
        for (auto& [name, value] : facts) name = say(name);
    std::size_t width = 0;
    for (const auto& [name, value] : facts) width = std::max(width, display_width(name));
    std::string out;
    for (const auto& [name, value] : facts)
        out += padded(name, width) + "  " + in_column(value, 0, true, colours) + "\n";
    return out;
}

}  // namespace porteur::cli
