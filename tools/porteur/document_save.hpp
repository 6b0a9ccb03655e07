// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "session.hpp"

namespace porteur::cli {

/// Fetches a document's bytes and writes them into a file that only its owner may read, in place of
/// what stood there; "-" writes them to standard output.
/// @errors  usage: the file cannot be written; as Client
Outcome<void> save_document(Session& session, const std::string& id, const std::string& path);

}  // namespace porteur::cli
