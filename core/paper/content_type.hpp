// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// What a document is, by its bytes: "application/pdf", "image/png", "image/jpeg" or "image/tiff".
///
/// @param bytes     the whole document
/// @param declared  the type that its sender claims; empty if none
/// @errors  invalid_input: of no type that is taken, of another type than declared, cut short, or an
///          encrypted PDF, which no carrier could read
/// @threads any
/// @source  ISO 32000-1 7.5 (PDF), RFC 2083 (PNG), T.81 (JPEG), TIFF 6.0
Result<std::string> content_type_of(std::string_view bytes, std::string_view declared);

}  // namespace porteur
