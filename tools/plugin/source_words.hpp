// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::plugin_tool {

/// One word of a source in C or C++. Comments are none, and neither is what stands behind an #include.
struct SourceWord {
    enum class Kind { name, text, number, mark };
    Kind kind = Kind::mark;
    std::string text;        ///< a text literal: what stands between its quotes, as it is written there
    std::uint32_t line = 1;  ///< counts from 1
    bool is(std::string_view what) const { return kind != Kind::text && text == what; }
};

/// Takes a source apart as far as lint needs it: no preprocessor, no types. "::" and "->" are one mark each. Any bytes
/// give some words. @threads any
std::vector<SourceWord> words_in_source(std::string_view source);

}  // namespace porteur::plugin_tool
