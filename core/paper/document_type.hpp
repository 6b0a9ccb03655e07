// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace porteur::paper {

/// How many of the first bytes type_of_bytes() needs; fewer are enough for a document that is
/// shorter.
inline constexpr std::size_t type_bytes = 8;

/// What a document is by its first bytes: "application/pdf", "image/png", "image/jpeg",
/// "image/tiff". Nothing for any other. The only types that are taken.
/// @threads any
std::optional<std::string_view> type_of_bytes(std::string_view first_bytes);

/// The same types by their name, without parameters and in any case: "Image/JPEG; x=y". "image/jpg"
/// and "image/tif" are taken for what is meant. @threads any
std::optional<std::string_view> type_of_declaration(std::string_view content_type);

/// The same types by the ending of a file name: "scan.JPG". @threads any
std::optional<std::string_view> type_of_name(std::string_view file_name);

}  // namespace porteur::paper
