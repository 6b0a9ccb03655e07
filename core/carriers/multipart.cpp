// SPDX-License-Identifier: Apache-2.0
#include "carriers/multipart.hpp"

#include "carriers/encoding.hpp"

namespace porteur::carriers {
namespace {

/// A quotation mark would end the parameter; line breaks were refused before.
std::string escaped(std::string_view name) {
    std::string out;
    for (const char letter : name) {
        if (letter == '"') {
            out += "%22";
        } else {
            out += letter;
        }
    }
    return out;
}

Result<void> check(const FormPart& part) {
    if (part.field.empty() || !is_field_value(part.field) || !is_field_value(part.file_name)) {
        return failure(
            ErrorKind::invalid_input, "form field " + quoted(part.field) + ", file " +
                                          quoted(part.file_name) + ": not a name a form may have"
        );
    }
    if (!is_field_value(part.media_type)) {
        return failure(
            ErrorKind::invalid_input, "media type " + quoted(part.media_type) + " is none"
        );
    }
    return {};
}

std::string boundary_for(const std::vector<FormPart>& parts) {
    std::vector<std::string_view> pieces;
    for (const auto& part : parts) {
        pieces.insert(pieces.end(), {part.field, part.content, part.file_name, part.media_type});
    }
    // 128 bits of a hash of the content cannot occur in that content by chance.
    return "porteur-" + fingerprint(pieces).substr(0, 32);
}

}  // namespace

Result<MultipartBody> multipart_body(const std::vector<FormPart>& parts) {
    std::size_t size = 0;
    for (const auto& part : parts) {
        if (const auto checked = check(part); !checked) return std::unexpected(checked.error());
        size += part.content.size() + part.field.size() + part.file_name.size() + 256;
    }

    const auto boundary = boundary_for(parts);
    MultipartBody made{.content_type = "multipart/form-data; boundary=" + boundary, .body = {}};
    made.body.reserve(size);
    for (const auto& part : parts) {
        made.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" +
                     escaped(part.field) + "\"";
        if (!part.file_name.empty()) made.body += "; filename=\"" + escaped(part.file_name) + "\"";
        if (!part.media_type.empty()) {
            made.body += "\r\nContent-Type: " + part.media_type;
        } else if (!part.file_name.empty()) {
            made.body += "\r\nContent-Type: application/octet-stream";
        }
        made.body += "\r\n\r\n";
        made.body += part.content;
        made.body += "\r\n";
    }
    made.body += "--" + boundary + "--\r\n";
    return made;
}

}  // namespace porteur::carriers
