// SPDX-License-Identifier: Apache-2.0
#include "domain/inventory.hpp"

#include <algorithm>
#include <array>

#include <porteur/bare_letter.hpp>

namespace porteur {
namespace {

constexpr int digits_max = 15;

template <class Value>
struct Word {
    Value value;
    std::string_view word;
};

constexpr std::array state_words{
    Word{NumberState::discovered, "discovered"},
    Word{NumberState::available, "available"},
    Word{NumberState::reserved, "reserved"},
    Word{NumberState::ordering, "ordering"},
    Word{NumberState::awaiting_requirements, "awaiting_requirements"},
    Word{NumberState::assigned, "assigned"},
    Word{NumberState::in_service, "in_service"},
    Word{NumberState::suspended, "suspended"},
    Word{NumberState::port_in_pending, "port_in_pending"},
    Word{NumberState::port_out_pending, "port_out_pending"},
    Word{NumberState::ported_out, "ported_out"},
    Word{NumberState::releasing, "releasing"},
    Word{NumberState::aging, "aging"},
    Word{NumberState::released, "released"},
    Word{NumberState::missing, "missing"},
    Word{NumberState::failed, "failed"},
};

constexpr std::array use_words{
    Word{UseType::none, ""},
    Word{UseType::user, "user"},
    Word{UseType::service, "service"},
    Word{UseType::group, "group"},
};

constexpr std::array sort_words{
    Word{NumberSort::number, "number"},    Word{NumberSort::used_by, "used_by"}, Word{NumberSort::company, "company"},
    Word{NumberSort::var, "var"},          Word{NumberSort::use, "use_type"},    Word{NumberSort::account, "provider"},
    Word{NumberSort::status, "status"},    Word{NumberSort::state, "state"},     Word{NumberSort::country, "country"},
    Word{NumberSort::type, "type"},
};

template <class Words, class Value>
std::string_view word_in(const Words& words, Value value) noexcept {
    for (const auto& each : words)
        if (each.value == value) return each.word;
    return {};
}

template <class Value, class Words>
std::optional<Value> value_in(const Words& words, std::string_view word) noexcept {
    for (const auto& each : words)
        if (each.word == word) return each.value;
    return std::nullopt;
}

/// The digits at the left of fifteen places; nothing for what is none or too many.
std::optional<std::int64_t> left_aligned(std::string_view digits) noexcept {
    if (digits.empty() || digits.size() > digits_max || digits.front() == '0') return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = value * 10 + (digit - '0');
    }
    for (auto place = digits.size(); place < digits_max; ++place) value *= 10;
    return value;
}

}  // namespace

std::optional<NumberKey> number_key(std::string_view e164) noexcept {
    if (!e164.starts_with('+')) return std::nullopt;
    const auto value = left_aligned(e164.substr(1));
    if (!value) return std::nullopt;
    return *value * 16 + static_cast<NumberKey>(e164.size() - 1);
}

std::string number_text(NumberKey key) {
    if (key <= 0) return {};
    const auto length = static_cast<std::size_t>(key % 16);
    auto digits = std::to_string(key / 16);
    digits.resize(length, '0');
    return "+" + digits;
}

std::optional<std::pair<NumberKey, NumberKey>> keys_of_prefix(std::string_view digits) noexcept {
    const auto first = left_aligned(digits);
    if (!first) return std::nullopt;
    std::int64_t step = 1;
    for (auto place = digits.size(); place < digits_max; ++place) step *= 10;
    return std::pair{*first * 16, (*first + step) * 16};
}

std::string_view word_of(NumberState state) noexcept { return word_in(state_words, state); }
std::string_view word_of(UseType use) noexcept { return word_in(use_words, use); }
std::string_view word_of(NumberSort sort) noexcept { return word_in(sort_words, sort); }
std::optional<NumberState> number_state_of(std::string_view word) noexcept { return value_in<NumberState>(state_words, word); }
std::optional<UseType> use_type_of(std::string_view word) noexcept { return value_in<UseType>(use_words, word); }
std::optional<NumberSort> number_sort_of(std::string_view word) noexcept { return value_in<NumberSort>(sort_words, word); }

std::string folded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter >= 'A' && letter <= 'Z') {
            out += static_cast<char>(letter - 'A' + 'a');
        } else if (letter == '\xC3' && at + 1 < text.size()) {
            const auto second = static_cast<unsigned char>(text[++at]);
            if (const char bare = bare_letter(second); bare != 0) {
                out += bare;
            } else {
                out += letter;
                out += static_cast<char>(second >= 0x80 && second <= 0x9E && second != 0x97 ? second + 0x20 : second);
            }
        } else {
            out += letter;
        }
    }
    return out;
}

}  // namespace porteur
