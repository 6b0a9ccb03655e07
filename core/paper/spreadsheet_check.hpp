// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <porteur/result.hpp>

#include "paper/zip_parts.hpp"

namespace porteur::paper {

/// What a spreadsheet in a ZIP container is, by what is in it.
struct SpreadsheetFacts {
    std::string_view content_type;  ///< xlsx_type or ods_type of document_type.hpp
    std::size_t parts = 0;
};

/// Reads a spreadsheet of Excel (.xlsx) or LibreOffice (.ods) through, and refuses what a carrier
/// should never get: one with macros, with a password, with other files or programs' objects in it,
/// with data fetched from elsewhere, or one that unpacks into far more than it shows. Charts and
/// links to web pages are taken.
///
/// As check_pdf: outside of tests only the sandboxed program porteur-paper calls it.
///
/// @errors   invalid_input: why it is not taken, and what to do
/// @threads  any; computes only
/// @source   ECMA-376 part 2, section 10 (content types); OpenDocument 1.3 part 2, sections 3.3
/// and 3.8
Result<SpreadsheetFacts> check_spreadsheet(std::string_view bytes, const ZipRules& rules = {});

}  // namespace porteur::paper
