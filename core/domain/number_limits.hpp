// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much may be written on a number, by hand or by a file. In bytes, as they are stored.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace porteur {

inline constexpr std::size_t tag_size_max = 40;
inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t field_name_size_max = 40;
inline constexpr std::size_t field_size_max = 200;  ///< of a custom field
inline constexpr std::size_t fields_max = 30;

/// 1 to 40 letters, digits, "-", "_" and ":". @threads any
constexpr bool is_tag(std::string_view text) noexcept {
    return !text.empty() && text.size() <= tag_size_max && std::ranges::all_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               letter == '-' || letter == '_' || letter == ':' || static_cast<unsigned char>(letter) >= 0x80;
    });
}

}  // namespace porteur
