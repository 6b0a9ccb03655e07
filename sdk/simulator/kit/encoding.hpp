// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "message.hpp"

namespace porteur::sim {

/// Reads base64 with padding; line breaks inside are taken, as mail has them.
/// @return  nothing when a byte is outside the alphabet or the length is wrong
/// @source  RFC 4648, section 4
std::optional<std::string> decode_base64(std::string_view text);

std::string encode_base64(std::string_view bytes);

/// Percent-decodes; `plus_is_blank` for forms and queries. A bad escape stays as it is.
std::string decode_percent(std::string_view text, bool plus_is_blank = false);

/// "a=1&b=2" as pairs, decoded, in order.
Fields decode_form(std::string_view text);

/// The SHA-256 of the bytes, in lower-case hex. @source FIPS 180-4, section 6.2
std::string sha256_hex(std::string_view bytes);

/// Whether the request's Authorization header is Basic with exactly this user and password.
bool has_basic_login(const Request& request, std::string_view user, std::string_view password);

/// The token of "Authorization: Bearer ..."; empty when there is none.
std::string_view bearer_of(const Request& request);

/// "+14165550100" and the like: a plus, then 8 to 15 digits that do not begin with 0. @source E.164
bool is_e164(std::string_view text);

std::string to_lower(std::string_view text);

}  // namespace porteur::sim
