// SPDX-License-Identifier: Apache-2.0
#include "app/documents.hpp"

namespace porteur {

Result<WholeDocument> read_document(Store& store, const paper::DocumentFolder& folder, const std::string& id) {
    auto row = store.document(id);
    if (!row) return std::unexpected(std::move(row).error());
    if (!*row) return failure(ErrorKind::invalid_input, "there is no document " + porteur::quoted(id));
    WholeDocument whole{.about = (*row)->about, .bytes = {}};
    whole.bytes.reserve(static_cast<std::size_t>(whole.about.size));
    auto read = folder.read(whole.about.sha256, [&](std::string_view piece) -> Result<void> {
        whole.bytes += piece;
        return {};
    });
    if (!read) return std::unexpected(std::move(read).error());
    return whole;
}

}  // namespace porteur
