// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mail/header_text.hpp"

namespace porteur {

/// One header field of a foreign mail: name in lower case, value unfolded and not yet decoded.
struct MimeField {
    std::string name = {};
    std::string value = {};
};

/// Bounds for hostile input. What exceeds them is left out and named in the defects.
struct MimeLimits {
    std::size_t depth_max = 10;
    std::size_t part_count_max = 200;
    std::size_t field_count_max = 500;
    std::size_t field_bytes_max = 65'536;
    std::size_t header_bytes_max = 262'144;
};

/// One part of a foreign mail. `raw_body` looks into the mail's bytes, which must outlive it.
struct MimePart {
    std::vector<MimeField> fields = {};
    StructuredValue content_type = {};  ///< value "text/plain" where the mail does not say
    StructuredValue disposition = {};
    std::string_view raw_body = {};    ///< still in its transfer encoding
    std::vector<MimePart> parts = {};  ///< of a multipart

    /// The first field of this name (lower case), or nullptr.
    const std::string* field(std::string_view name) const;

    /// The body out of its transfer encoding (base64, quoted-printable, or as it is).
    std::string decoded_body() const;

    /// The attachment's name as UTF-8, control characters taken out; "" without one. It is what a
    /// stranger wrote, and never a path.
    std::string file_name() const;
};

/// The fields at the start of `bytes` up to the first empty line, which is taken off as well.
/// Never fails. @threads any @source RFC 5322, section 2.2
std::vector<MimeField> take_fields(
    std::string_view& bytes, const MimeLimits& limits, std::vector<std::string>& defects
);

/// Takes a mail, or a part of one, to pieces. Never fails: what is malformed stays in the part
/// around it, and is named in `defects`. Costs at most depth_max passes over the bytes.
/// @threads any  @source RFC 2045, 2046
MimePart read_mime(
    std::string_view bytes, const MimeLimits& limits, std::vector<std::string>& defects
);

}  // namespace porteur
