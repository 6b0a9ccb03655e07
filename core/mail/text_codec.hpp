// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace porteur {

/// Takes the first character off `text`. Nothing where it does not begin with well-formed UTF-8 (a
/// surrogate and an overlong form are not); `text` is then unchanged. @threads any
/// @source RFC 3629, section 4
std::optional<char32_t> take_utf8(std::string_view& text);

/// Whether all of `text` is well-formed UTF-8. @threads any
bool is_valid_utf8(std::string_view text);

/// The first character of `text` that must not stand in a header: a C0 or C1 control (CR, LF, NUL,
/// TAB, NEL among them), DEL, U+2028 or U+2029, or a byte that is not UTF-8 (given as its value).
/// @threads any
std::optional<char32_t> find_control(std::string_view text);

/// `text` in ASCII for readers that know nothing else: accents taken off (composed and decomposed),
/// typographic quotes and dashes replaced, what is left over as '_'. @threads any
std::string fold_to_ascii(std::string_view text);

/// Text as quoted-printable lines of at most 76 characters, each ended by CRLF. LF, CR and CRLF in
/// the text all become line ends, so that no bare one travels. @threads any
/// @source RFC 2045, section 6.7
std::string encode_quoted_printable(std::string_view text);

/// Decodes quoted-printable; what is not well-formed is kept as it stands. @threads any
std::string decode_quoted_printable(std::string_view text);

/// Bytes as base64 lines of 76 characters, each ended by CRLF. @threads any
/// @source RFC 2045, section 6.8
std::string encode_base64_lines(std::string_view bytes);

/// Decodes base64, skipping every byte outside the alphabet and stopping at '='. @threads any
std::string decode_base64(std::string_view text);

/// Bytes in a charset named by a foreign mail as UTF-8. An unknown charset is read as UTF-8 where
/// the bytes are that, else as Windows-1252, which gives every byte a character. @threads any
std::string to_utf8(std::string_view bytes, std::string_view charset);

/// ASCII letters in lower case; other bytes unchanged, whatever the locale. @threads any
std::string lower_ascii(std::string_view text);

/// Whether two texts are equal but for the case of ASCII letters. @threads any
bool equal_ascii_case(std::string_view left, std::string_view right);

/// `text` without blanks, tabs and line ends at both ends. @threads any
std::string_view trimmed(std::string_view text);

}  // namespace porteur
