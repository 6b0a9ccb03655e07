// SPDX-License-Identifier: Apache-2.0
#include "tables/import_cells.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <porteur/phrase.hpp>

#include "domain/number_limits.hpp"
#include "tables/import_columns.hpp"
#include "tables/words.hpp"

namespace porteur::tables {
namespace {

constexpr std::size_t shown_size_max = 60;

std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    // Every cell of every row comes here, and hardly any has something to trim.
    if (!text.empty() && static_cast<unsigned char>(text.front()) > ' ' &&
        static_cast<unsigned char>(text.back()) > ' ')
        return text;
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    return begin == text.npos ? std::string_view{}
                              : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_longer(std::string_view text, std::size_t character_count_max) {
    return text.size() > character_count_max && character_count(text) > character_count_max;
}

std::string cut(std::string_view text) {
    if (text.size() <= shown_size_max) return std::string(text);
    auto end = shown_size_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "…";
}

std::string sentence_of(CellFault fault) {
    switch (fault) {
        case CellFault::quotes:
            return phrase(
                "text stands behind the closing quotation mark; double the marks that belong to "
                "the text"
            );
        case CellFault::encoding:
            return phrase("the text is not in the file's encoding; save the file anew as CSV UTF-8"
            );
        case CellFault::control:
            return phrase("the cell has a control character; delete it and write the cell again");
    }
    return {};
}

std::optional<Cost> read_cost(std::string_view cell) {
    Cost out;
    bool has_point = false, ended = false;
    for (std::size_t at = 0; at < cell.size(); ++at) {
        const char letter = cell[at];
        if (letter >= '0' && letter <= '9' && !ended) {
            out.amount += letter;
        } else if ((letter == '.' || letter == ',') && !has_point && !ended &&
                   !out.amount.empty()) {
            has_point = true;
            out.amount += '.';
        } else if (letter >= 'A' && letter <= 'Z' && out.currency.size() < 3) {
            out.currency += letter;
            ended = !out.amount.empty();
        } else if (letter == ' ') {
            ended = !out.amount.empty();
        } else if (letter != '$' || (at != 0 && at + 1 != cell.size())) {
            return std::nullopt;
        }
    }
    const auto point = out.amount.find('.');
    const auto behind = point == out.amount.npos ? 0 : out.amount.size() - point - 1;
    if (out.amount.empty() || out.amount.size() > 15 ||
        (has_point && (behind == 0 || behind > 4)) ||
        (!out.currency.empty() && out.currency.size() != 3))
        return std::nullopt;
    return out;
}

std::optional<NumberType> read_number_type(std::string_view cell) {
    static constexpr std::array types = {
        std::pair(std::string_view("local"), NumberType::local),
        std::pair(std::string_view("mobile"), NumberType::mobile),
        std::pair(std::string_view("national"), NumberType::national),
        std::pair(std::string_view("toll_free"), NumberType::toll_free),
        std::pair(std::string_view("shared_cost"), NumberType::shared_cost),
        std::pair(std::string_view("short_code"), NumberType::short_code),
    };
    auto word = cell;
    if (!holds(types, cell, &std::pair<std::string_view, NumberType>::first))
        word = word_said(number_types, plain_header(cell)).value_or(std::string_view{});
    for (const auto& [name, type] : types)
        if (name == word) return type;
    return std::nullopt;
}

std::string read_tags(std::string_view cell, std::vector<std::string_view>& tags) {
    while (!cell.empty()) {
        const auto end = std::min(cell.find_first_of(" ,;|"), cell.size());
        const auto tag = trimmed(cell.substr(0, end));
        cell.remove_prefix(std::min(cell.size(), end + 1));
        if (tag.empty() || holds(tags, tag)) continue;
        if (!is_tag(tag))
            return phrase(
                "{1} is no tag: a tag has 1 to {2} letters, digits, \"-\", \"_\" and \":\"", quoted(tag, 60), tag_size_max
            );
        if (tags.size() == tags_max)
            return phrase("there are more than {1:n} tags; keep the most telling", tags_max);
        tags.push_back(tag);
    }
    std::ranges::sort(tags);
    return {};
}

}  // namespace porteur::tables
