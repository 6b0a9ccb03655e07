// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace porteur::numbering {

/// A regular expression over digits as a table: each digit of a number costs one look. Knows what
/// the metadata of libphonenumber consists of: digits, \d, [2-79], groups, |, ?, *, + and {n,m}.
class DigitPattern {
public:
    /// Nothing if the expression has anything else in it, or needs more than `state_count_max`
    /// states.
    /// @threads any
    static std::optional<DigitPattern> compile(std::string_view expression);

    static constexpr std::size_t state_count_max = 30'000;

    /// True if the whole of `digits` ('0' to '9' only) fits. @threads any
    bool matches(std::string_view digits) const noexcept {
        std::uint32_t state = start;
        for (const char digit : digits) {
            state = states_[state].next[static_cast<std::size_t>(digit - '0')];
            if (state == dead) return false;
        }
        return states_[state].accepts;
    }

    /// The set of lengths of beginnings of `digits` that fit: bit n for n digits. At most 31 are
    /// looked at.
    /// @threads any
    std::uint32_t beginnings(std::string_view digits) const noexcept {
        std::uint32_t state = start;
        std::uint32_t lengths = states_[state].accepts ? 1U : 0U;
        for (std::size_t index = 0; index < digits.size() && index < 31; ++index) {
            state = states_[state].next[static_cast<std::size_t>(digits[index] - '0')];
            if (state == dead) break;
            if (states_[state].accepts) lengths |= 2U << index;
        }
        return lengths;
    }

private:
    struct State {
        std::array<std::uint16_t, 10> next{};
        bool accepts = false;
    };
    static constexpr std::uint32_t dead = 0, start = 1;
    std::vector<State> states_;
};

}  // namespace porteur::numbering
