// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// How deep a plugin's JSON may nest; the same as the SDK's own parser allows.
inline constexpr int canonical_depth_max = 32;

/// Whether a text is canonical JSON: keys sorted by their bytes and used once, no blanks, whole
/// numbers only, valid UTF-8, only the escapes that have to be, in their one form (\" \\ \n \r \t,
/// other control bytes as \u00xx in lower case). Equal values are then equal bytes, which is how a
/// replay is compared with its journal. Builds no tree: one pass over the bytes.
///
/// @errors   internal: what is wrong and at which byte
/// @threads  any; no state
/// @source   plugin.h, R6
Result<void> check_canonical_json(std::string_view text);

/// Whether the bytes are valid UTF-8 (no surrogates, no overlong forms). @threads any
bool is_utf8(std::string_view text);

/// Foreign text made fit for a message: control bytes and broken UTF-8 become '?', and it is cut
/// after `length_max` bytes. Unlike quoted() it adds no quotes. @threads any
std::string plain_text(std::string_view text, std::size_t length_max);

}  // namespace porteur
