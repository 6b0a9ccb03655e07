// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace porteur {

/// Text for the value of an unstructured header (Subject): as it is where it is short ASCII, else
/// as encoded words of at most 75 characters on folded lines. `text` holds no control character
/// (the caller has checked). @param column  where the value begins, for the first line's length
/// @threads any @source RFC 2047, section 4.2
std::string encode_header_text(std::string_view text, std::size_t column);

/// A display name for From or To: an atom, a quoted string or encoded words. As
/// encode_header_text().
std::string encode_display_name(std::string_view name, std::size_t column);

/// Decodes the encoded words of a foreign header to UTF-8; line ends of folding are taken out. What
/// is not well-formed is kept as it stands, with raw bytes made UTF-8. Never fails. @threads any
std::string decode_header_text(std::string_view text);

/// The parameters that name an attachment, each on a folded line with "\r\n " before it and ';'
/// where another follows: `filename*0*=UTF-8''...` and an ASCII `filename="..."` with the accents
/// folded; the latter alone where it says everything. All lines stay below 78 columns.
///
/// The exact name comes first: Python's reader takes the first it meets, others look for the
/// starred one.
/// @threads any @source RFC 2231, sections 3 and 4; RFC 2183
std::string encode_file_name(std::string_view parameter, std::string_view name);

/// A header value such as Content-Type, taken apart.
struct StructuredValue {
    std::string value = {};                              ///< before the first ';', in lower case
    std::map<std::string, std::string> parameters = {};  ///< names in lower case, values as UTF-8

    /// The parameter, or "" without it.
    std::string_view parameter(const std::string& name) const {
        const auto found = parameters.find(name);
        return found == parameters.end() ? std::string_view() : std::string_view(found->second);
    }
};

/// Reads a foreign Content-Type or Content-Disposition: RFC 2231 pieces put together, encoded words
/// in quotes (wrong, and common) decoded as well. Never fails; at most 100 parameters. @threads any
StructuredValue read_structured(std::string_view field);

}  // namespace porteur
