// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON written straight into a text, where there is so much of it that a tree of values would cost more
// than all else: records of the audit log, pages of numbers.

#include <cstdint>
#include <string>
#include <string_view>

namespace porteur {

/// As canonical() writes texts: `"`, `\` and control bytes are escaped, all else stands as it is.
/// @threads any
void append_json_text(std::string& out, std::string_view text);
/// @threads any
void append_json_number(std::string& out, std::int64_t number);

}  // namespace porteur
