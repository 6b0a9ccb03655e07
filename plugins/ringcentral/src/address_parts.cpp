// SPDX-License-Identifier: Apache-2.0
#include "address_parts.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace ringcentral {

using porteur::Address;

namespace {

// What stands before the number of a unit, both languages, without case and point.
constexpr auto unit_words = std::to_array<std::string_view>(
    {"unit", "suite", "ste", "apt", "apartment", "app", "appartement", "bureau", "bur", "room",
     "local", "unite"}
);

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string lower(std::string_view word) {
    std::string out;
    for (const char letter : word)
        if (letter != '.')
            out += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return out;
}

bool is_unit_word(std::string_view word) {
    return std::ranges::find(unit_words, lower(word)) != unit_words.end();
}

/// The words of a line; a comma ends one.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words(1);
    for (const char letter : line) {
        if (letter != ' ' && letter != ',' && letter != '\t' && letter != '\n' && letter != '\r')
            words.back() += letter;
        else if (!words.back().empty())
            words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& each : words) {
        if (each.empty()) continue;
        if (!out.empty()) out += ' ';
        out += each;
    }
    return out;
}

/// Takes "Suite 500" or "#500" out of the words.
std::string take_unit(std::vector<std::string>& words) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        std::string unit;
        std::size_t taken = 1;
        if (words[at].size() > 1 && words[at].front() == '#') {
            unit = words[at].substr(1);
        } else if (is_unit_word(words[at]) && at + 1 < words.size()) {
            unit = words[at + 1];
            if (unit.front() == '#') unit.erase(0, 1);
            // "Local Road" is a street: a unit has a digit, or is one letter.
            if (std::ranges::none_of(unit, is_digit) && unit.size() != 1) continue;
            taken = 2;
        } else {
            continue;
        }
        const auto first = words.begin() + static_cast<std::ptrdiff_t>(at);
        words.erase(first, first + static_cast<std::ptrdiff_t>(taken));
        return unit;
    }
    return {};
}

}  // namespace

StreetParts street_parts(std::string_view line) {
    auto words = words_of(line);
    StreetParts parts;
    parts.unit = take_unit(words);
    if (words.size() > 1 && is_digit(words[0].front())) {
        parts.house_number = words[0];
        words.erase(words.begin());
        if (words.size() > 1 && words[0] == "1/2") {
            parts.house_number += " 1/2";
            words.erase(words.begin());
        }
        const auto dash = parts.house_number.find('-');
        if (parts.unit.empty() && dash != std::string::npos &&
            dash + 1 < parts.house_number.size()) {
            parts.unit = parts.house_number.substr(0, dash);
            parts.house_number.erase(0, dash + 1);
        }
    }
    parts.street = joined(words);
    return parts;
}

StreetParts street_parts(const Address& at) {
    const auto street = joined({at.street, at.street_type, at.street_direction});
    auto parts =
        at.house_number.empty() ? street_parts(street) : StreetParts{at.house_number, street, {}};
    if (at.unit.empty()) return parts;
    auto words = words_of(at.unit);
    const auto unit = take_unit(words);
    parts.unit = unit.empty() ? at.unit : unit;
    return parts;
}

std::string line_of(const Address& at) {
    return joined(
        {at.house_number, at.street, at.street_type, at.street_direction,
         at.unit.empty() ? std::string() : "Unit " + at.unit}
    );
}

}  // namespace ringcentral
