// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace porteur::paper {

/// How many of the first bytes type_of_bytes() needs; fewer are enough for a document that is
/// shorter.
inline constexpr std::size_t type_bytes = 8;

inline constexpr std::string_view xlsx_type =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
inline constexpr std::string_view ods_type = "application/vnd.oasis.opendocument.spreadsheet";
inline constexpr std::string_view csv_type = "text/csv";
/// What xlsx and ods both are by their first bytes; which of the two, the whole of it tells
/// (spreadsheet_check.hpp).
inline constexpr std::string_view zip_type = "application/zip";

/// What a document is by its first bytes: "application/pdf", "image/png", "image/jpeg",
/// "image/tiff", zip_type. Nothing for any other, and for a CSV file, which has no mark of its own.
/// @threads any
std::optional<std::string_view> type_of_bytes(std::string_view first_bytes);

/// Whether a document may be of a type that was declared, by its first bytes. @threads any
bool may_be(std::string_view type, std::string_view first_bytes);

/// xlsx, ods, csv. @threads any
bool is_spreadsheet(std::string_view type);

/// The types that are taken by their name, without parameters and in any case: "Image/JPEG; x=y". "image/jpg"
/// and "image/tif" are taken for what is meant. @threads any
std::optional<std::string_view> type_of_declaration(std::string_view content_type);

/// The same types by the ending of a file name: "scan.JPG". @threads any
std::optional<std::string_view> type_of_name(std::string_view file_name);

/// Whether a name has an ending, of whatever type: one to five letters and digits behind the last dot, a letter among
/// them. "kbis", "Extrait du 12.11.2026" and "Statuts S.A. Roy" have none. @threads any
bool has_ending(std::string_view file_name);

/// The name with the ending of its type, if it has none: "kbis" of application/pdf is "kbis.pdf". @threads any
std::string with_ending(std::string_view file_name, std::string_view type);

}  // namespace porteur::paper
