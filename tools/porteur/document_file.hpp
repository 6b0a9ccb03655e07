// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/json.hpp>

#include "session.hpp"

namespace porteur::cli {

struct DocumentFile {
    std::string path;
    std::string type;       ///< "loa", "invoice", ...
    std::string name;       ///< empty: the file's own
    std::string issued_on;  ///< as in 2026-12-01; empty if not known
    std::string signed_on;
    std::string expires_on = {};  ///< the last day on which it is good; empty if it says none
};

struct ReadDocument {
    DocumentFile about;
    std::string content_type;
    std::string bytes;
};

/// What the bytes say a document is; "application/octet-stream" if they say nothing. A text is a CSV file
/// if its name says so.
/// @source the signatures of PDF (ISO 32000-1, 7.5.2), PNG, JPEG and TIFF 6.0; a spreadsheet by what is in it
///         (ECMA-376 part 2; OpenDocument 1.3 part 2, 3.3)
/// @threads any
std::string_view content_type_of(std::string_view bytes, std::string_view name = {});

/// @errors usage: cannot be read, or is empty
Outcome<ReadDocument> read_document(const DocumentFile& file, Surroundings& around);

/// Sends one document, showing how far it is. @param part  keeps its Idempotency-Key apart
/// @return the document as the API shows it, with its id
Outcome<json::value> upload_document(
    Session& session, ReadDocument document, std::string_view part
);

}  // namespace porteur::cli
