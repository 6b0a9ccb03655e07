// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "text.hpp"

namespace porteur::cli {

struct Cell {
    std::string text;
    Colour colour = Colour::none;
    Cell(std::string_view words, Colour paint = Colour::none)  // NOLINT: a text is a cell
        : text(printable(words)), colour(paint) {}
    Cell(const char* words) : Cell(std::string_view(words)) {}         // NOLINT
    Cell(const std::string& words) : Cell(std::string_view(words)) {}  // NOLINT
};

/// Says a heading in the reader's language. Empty: as it is.
using HeadingIn = std::function<std::string(const std::string&)>;

/// Marks a heading for translation; a Table takes a list of them. @threads any
constexpr const char* heading(const char* english) { return english; }

/// Rows under headings, columns aligned by what a terminal shows, two blanks between them. A cell
/// is never cut: what was asked for is more than looks. A column without any text is left out.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

    /// Rows shorter than the headings are filled with empty cells. @threads one
    void add(std::vector<Cell> row);
    bool empty() const { return rows_.empty(); }

    /// The whole table, each line ended. @param colours  whether to paint cells and headings
    std::string text(bool colours, const HeadingIn& say = {}) const;

private:
    std::vector<std::string> headings_;
    std::vector<std::vector<Cell>> rows_;
};

/// Names and values beneath one another, values aligned; pairs without a value are left out.
class Facts {
public:
    void line(std::string name, Cell value);
    std::string text(bool colours, const HeadingIn& say = {}) const;

private:
    std::vector<std::pair<std::string, Cell>> facts_;
};

}  // namespace porteur::cli
