// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tongue/tongue.hpp"

namespace porteur {
namespace {

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// Whether a range ("fr-CA", "FR") is of a language.
bool is_of(std::string_view range, std::string_view language) {
    if (range.size() > language.size() && range[language.size()] != '-') return false;
    return range.size() >= language.size() &&
           std::ranges::equal(range.substr(0, language.size()), language, {}, lower);
}

/// "0.8" as 800; nothing of it, or nonsense, as 1000 and 0.
int weight_of(std::string_view parameters) {
    const auto at = parameters.find("q=");
    if (at == parameters.npos) return 1000;
    const auto text = trimmed(parameters.substr(at + 2));
    if (text.starts_with('1')) return 1000;
    if (!text.starts_with('0')) return 0;
    int weight = 0;
    for (std::size_t digit = 2; digit < 5; ++digit)
        weight = weight * 10 + (digit < text.size() && text[digit] >= '0' && text[digit] <= '9'
                                    ? text[digit] - '0'
                                    : 0);
    return weight;
}

}  // namespace

std::string_view code_of(Language language) noexcept {
    return language == Language::french ? "fr" : "en";
}

Language language_accepted(std::string_view field) noexcept {
    int english = 0, french = 0;
    while (!field.empty()) {
        const auto comma = std::min(field.find(','), field.size());
        const auto part = field.substr(0, comma);
        field.remove_prefix(std::min(comma + 1, field.size()));
        const auto mark = std::min(part.find(';'), part.size());
        const auto range = trimmed(part.substr(0, mark));
        const auto weight = weight_of(part.substr(mark));
        if (is_of(range, "fr")) french = std::max(french, weight);
        // What is not named is answered in English.
        if (is_of(range, "en") || range == "*") english = std::max(english, weight);
    }
    return french > english ? Language::french : Language::english;
}

Language language_of_locale(std::string_view name) noexcept {
    const auto language = name.substr(0, std::min(name.find_first_of("_.@"), name.size()));
    return is_of(language, "fr") ? Language::french : Language::english;
}

}  // namespace porteur
