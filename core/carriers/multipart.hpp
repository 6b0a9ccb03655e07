// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::carriers {

/// One part of a multipart/form-data body.
struct FormPart {
    std::string field;
    std::string content;
    std::string file_name;   ///< empty: a plain field
    std::string media_type;  ///< empty: application/octet-stream for files, none for plain fields
};

struct MultipartBody {
    std::string content_type;  ///< with the boundary
    std::string body;
};

/// Builds a multipart/form-data body. The boundary is derived from the content, so that the same
/// parts give the same bytes on every try.
///
/// @errors   invalid_input: a field or file name with a control byte, a media type that is none
/// @threads  any
/// @source   RFC 7578; names are escaped as browsers do it (WHATWG HTML, 4.10.22.8)
Result<MultipartBody> multipart_body(const std::vector<FormPart>& parts);

}  // namespace porteur::carriers
