// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading a carrier's JSON key by key. Nothing here fails: what is absent or of another type reads as
// empty, because carriers leave keys out at will. Where a key decides, the plugin checks what it got.

#include <optional>
#include <string>
#include <string_view>

#include <porteur/json.hpp>

namespace porteur {

/// The value under a key of an object; null if it is absent or `from` is no object. @threads any
inline const json::value& value_at(const json::value& from, std::string_view key) {
    static const json::value absent;
    const auto* found = from.is_object() ? from.get_object().if_contains(key) : nullptr;
    return found ? *found : absent;
}

/// The text under a key; empty if it is absent or no text. @threads any
inline std::string text_at(const json::value& from, std::string_view key) {
    const auto& found = value_at(from, key);
    return found.is_string() ? std::string(found.get_string()) : std::string();
}

/// The whole number under a key, also where the carrier wrote it as a text of digits. @threads any
inline std::optional<std::int64_t> integer_at(const json::value& from, std::string_view key) {
    const auto& found = value_at(from, key);
    if (found.is_string()) {
        std::int64_t value = 0;
        const std::string_view text = found.get_string();
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
        return value;
    }
    boost::system::error_code none;
    const auto value = found.to_number<std::int64_t>(none);
    if (none) return std::nullopt;
    return value;
}

/// True only if the key holds true. @threads any
inline bool flag_at(const json::value& from, std::string_view key) {
    const auto& found = value_at(from, key);
    return found.is_bool() && found.get_bool();
}

/// The list under a key; empty if it is absent or no list. @threads any
inline const json::array& list_at(const json::value& from, std::string_view key) {
    static const json::array none;
    const auto& found = value_at(from, key);
    return found.is_array() ? found.get_array() : none;
}

}  // namespace porteur
