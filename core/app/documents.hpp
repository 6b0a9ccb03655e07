// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "paper/document_folder.hpp"
#include "store/store.hpp"

namespace porteur {

/// A stored document with its bytes: the record from the store, the bytes from the documents folder.
struct WholeDocument {
    DocumentRef about;
    std::string bytes;
};

/// Reads a document by its id, for a request or a mail that carries it.
/// @errors  invalid_input: there is no such document; internal: it does not open; unavailable
/// @threads any; blocks
Result<WholeDocument> read_document(Store& store, const paper::DocumentFolder& folder, const std::string& id);

}  // namespace porteur
