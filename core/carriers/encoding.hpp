// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace porteur::carriers {

/// RFC 4648 section 4, with padding, in one line. @threads any
std::string base64(std::string_view bytes);

/// Everything but RFC 3986's unreserved characters as %XX, upper-case; a blank becomes %20.
/// @threads any
std::string percent_encoded(std::string_view text);

/// Undoes application/x-www-form-urlencoded ('+' and %XX). What is not a valid escape stays as it
/// stands. @threads any
std::string form_decoded(std::string_view text);

/// Overwrites a text in a way that the compiler may not leave out, then empties it. @threads any
void wipe(std::string& text) noexcept;

/// SHA-256 of the pieces, each preceded by its length so that no two lists of pieces look alike;
/// lower-case hex. @threads any
std::string fingerprint(std::span<const std::string_view> pieces);

/// Compares ASCII text without regard to case. @threads any
bool same_word(std::string_view left, std::string_view right) noexcept;

/// ASCII letters made small. @threads any
std::string lower(std::string_view text);

/// Whether a text may stand as a header's name (RFC 9110 5.6.2 token). @threads any
bool is_token(std::string_view text) noexcept;

/// Whether a text may stand as a header's value: no control byte but the tab. @threads any
bool is_field_value(std::string_view text) noexcept;

}  // namespace porteur::carriers
