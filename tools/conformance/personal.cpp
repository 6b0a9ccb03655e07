// SPDX-License-Identifier: Apache-2.0
#include "conformance/personal.hpp"

#include <algorithm>
#include <iterator>

#include <porteur/model/phone_number.hpp>

namespace porteur::conformance {
namespace {

constexpr std::string_view between_digits = " -.()/";

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

std::string digits_of(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), is_digit);
    return out;
}

/// "4165550101", as it stands in the North American plan: neither part begins with 0 or 1.
/// @source NANPA, the format NXX-NXX-XXXX, read 2026-11
bool is_north_american(std::string_view digits) { return digits.size() == 10 && digits[0] > '1' && digits[3] > '1'; }

/// "(416) 555-0101" -> "14165550101"; empty: it is no such number.
std::string number_without_country(std::string_view text) {
    if (!std::ranges::all_of(text, [](char letter) { return is_digit(letter) || between_digits.find(letter) != std::string_view::npos; })) return {};
    auto digits = digits_of(text);
    if (is_north_american(digits)) digits.insert(0, 1, '1');
    const bool is_number = digits.size() == 11 && digits[0] == '1' && is_north_american(std::string_view(digits).substr(1));
    return is_number ? digits : std::string();
}

bool is_called_number(std::string_view key) {
    return (key.ends_with("number") || key.ends_with("numbers")) && key.find("account") == std::string_view::npos;
}

void collect(const json::value& value, bool is_called, std::vector<std::string>& out) {
    if (value.is_object()) {
        for (const auto& each : value.get_object()) collect(each.value(), is_called_number(each.key()), out);
    } else if (value.is_array()) {
        for (const auto& each : value.get_array()) collect(each, is_called, out);
    } else if (value.is_string()) {
        const std::string_view text = value.get_string();
        auto digits = PhoneNumber::is_shaped(text) ? digits_of(text) : is_called ? number_without_country(text) : std::string();
        if (!digits.empty() && std::ranges::find(out, digits) == out.end()) out.push_back(std::move(digits));
    }
}

/// Whether these digits stand in a text from here, with what may stand between them, and no more of them after.
bool stands_at(std::string_view text, std::size_t at, std::string_view digits) {
    for (std::size_t next = 0; next < digits.size(); ++next) {
        if (next > 0)
            while (at < text.size() && between_digits.find(text[at]) != std::string_view::npos) ++at;
        if (at >= text.size() || text[at] != digits[next]) return false;
        ++at;
    }
    return at == text.size() || !is_digit(text[at]);
}

bool stands_in(std::string_view text, std::string_view digits) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if ((at == 0 || !is_digit(text[at - 1])) && stands_at(text, at, digits)) return true;
    return false;
}

}  // namespace

std::vector<std::string> numbers_in(std::string_view input) {
    std::vector<std::string> out;
    if (const auto value = parse_json(input)) collect(*value, false, out);
    return out;
}

std::string account_in(std::string_view input) {
    constexpr std::size_t looked_for_min = 4;
    const auto value = parse_json(input);
    const auto* account = value && value->is_object() ? value->get_object().if_contains("account_number") : nullptr;
    if (!account || !account->is_string() || account->get_string().size() < looked_for_min) return {};
    std::string text(account->get_string());
    const auto digits = digits_of(text);
    const auto numbers = numbers_in(input);
    constexpr std::size_t of_a_number_min = 7;
    const bool is_number = digits.size() >= of_a_number_min && std::ranges::any_of(numbers, [&](const std::string& each) { return each.ends_with(digits); });
    return is_number ? std::string() : text;
}

bool tells_number(std::string_view text, std::string_view digits) {
    if (stands_in(text, digits)) return true;
    return digits.size() == 11 && digits[0] == '1' && stands_in(text, digits.substr(1));
}

std::vector<std::string> address_of(const Effect& effect) {
    std::vector<std::string> out{head_text(effect, "path"), head_text(effect, "url")};
    const auto head = parse_json(effect.head);
    const auto* query = head && head->is_object() ? head->get_object().if_contains("query") : nullptr;
    if (query && query->is_array())
        for (const auto& pair : query->get_array())
            if (pair.is_array())
                for (const auto& part : pair.get_array())
                    if (part.is_string()) out.emplace_back(part.get_string());
    return out;
}

}  // namespace porteur::conformance
