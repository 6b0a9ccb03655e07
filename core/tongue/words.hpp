// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words of the API that persons meet, each with a label and, where it is needed, a sentence
// about it. docs/vocabulary.md has the same words; tests compare the list with the enumerations.

#include <span>
#include <string_view>

namespace porteur {

struct Word {
    std::string_view kind;  ///< "state", "reason", ...
    std::string_view code;  ///< as in the API: "in_review"
    std::string_view label;
    std::string_view explanation = {};
};

/// @threads any
std::span<const Word> all_words() noexcept;

/// Null where there is no such word. @threads any
const Word* find_word(std::string_view kind, std::string_view code) noexcept;

}  // namespace porteur
