// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sentences for persons, so that they can be translated: docs/translations.md. The sentence is
// written whole, in English, with places for its values, and is its own name in the catalogs. A
// place is written {1}, or {1:KIND} where its value is itself in a language: {1:state} for a state
// of an order, {1:text} for another sentence, {1:date} for a day as in 2026-12-01.

#include <charconv>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace porteur {

namespace detail {

/// A value of a sentence as text: a text, or a whole number.
class PhraseValue {
public:
    PhraseValue(std::string_view text) : text_(text) {}    // NOLINT
    PhraseValue(const std::string& text) : text_(text) {}  // NOLINT
    PhraseValue(const char* text) : text_(text) {}         // NOLINT
    template <std::integral Number>
    PhraseValue(Number number) {  // NOLINT
        const auto end = std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
        size_ = static_cast<std::size_t>(end - digits_);
    }
    std::string_view text() const { return size_ > 0 ? std::string_view(digits_, size_) : text_; }

private:
    std::string_view text_;
    char digits_[24] = {};
    std::size_t size_ = 0;
};

inline std::string filled(std::string_view sentence, std::initializer_list<PhraseValue> values) {
    std::string out;
    for (std::size_t at = 0; at < sentence.size(); ++at) {
        const bool place = sentence[at] == '{' && at + 2 < sentence.size() &&
                           sentence[at + 1] >= '1' && sentence[at + 1] <= '9' &&
                           (sentence[at + 2] == '}' || sentence[at + 2] == ':');
        const auto end = place ? sentence.find('}', at) : sentence.npos;
        const auto index = place ? static_cast<std::size_t>(sentence[at + 1] - '1') : 0;
        if (end == sentence.npos || index >= values.size()) {
            out += sentence[at];
            continue;
        }
        out += (values.begin() + index)->text();
        at = end;
    }
    return out;
}

}  // namespace detail

/// Marks a literal that is said elsewhere, in a table, say. @threads any
constexpr std::string_view to_translate(std::string_view sentence) noexcept { return sentence; }

/// A sentence with its values, in English. The sentence is a literal: xgettext reads it in the
/// source.
/// @threads any
template <class... Values>
std::string phrase(std::string_view sentence, const Values&... values) {
    return detail::filled(sentence, {detail::PhraseValue(values)...});
}

/// The same where a number decides the form of the words: phrase_n(n, "{1:n} number", "{1:n}
/// numbers", n). That number is the first value of the kind n.
/// @threads any
template <std::integral Count, class... Values>
std::string phrase_n(
    Count count, std::string_view one, std::string_view many, const Values&... values
) {
    return detail::filled(count == 1 ? one : many, {detail::PhraseValue(values)...});
}

}  // namespace porteur
