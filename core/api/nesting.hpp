// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace porteur {

/// Whether arrays and objects of a JSON text stand in one another deeper than so. What is no JSON is judged by its brackets,
/// too: whoever reads it next says that it is none. @threads any
inline bool nests_deeper(std::string_view text, std::uint32_t levels) {
    std::uint32_t depth = 0;
    bool in_text = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (in_text) {
            if (letter == '\\') ++at;
            if (letter == '"') in_text = false;
        } else if (letter == '"') {
            in_text = true;
        } else if (letter == '[' || letter == '{') {
            if (++depth > levels) return true;
        } else if ((letter == ']' || letter == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace porteur
