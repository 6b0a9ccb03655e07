// SPDX-License-Identifier: Apache-2.0
#include "app/documents.hpp"

#include <future>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "access/sealing.hpp"
#include "access/token.hpp"
#include "paper/document_type.hpp"

namespace porteur {
namespace {

Error coded(std::string_view code, std::string message) {
    return {.kind = ErrorKind::invalid_input, .message = std::move(message), .code = std::string(code)};
}

Instant now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

Result<WholeDocument> read_document(Store& store, const paper::DocumentFolder& folder, const std::string& id) {
    auto row = store.document(id);
    if (!row) return std::unexpected(std::move(row).error());
    if (!*row) return failure(ErrorKind::invalid_input, phrase("there is no document {1}", porteur::quoted(id)));
    WholeDocument whole{.about = (*row)->about, .bytes = {}};
    whole.bytes.reserve(static_cast<std::size_t>(whole.about.size));
    auto read = folder.read(whole.about.sha256, [&](std::string_view piece) -> Result<void> {
        whole.bytes += piece;
        return {};
    });
    if (!read) return std::unexpected(std::move(read).error());
    return whole;
}

/// Looked at while it streams by, sealed piece by piece; its record is made when it is whole.
class SealedUpload : public DocumentUpload {
public:
    SealedUpload(DocumentDesk& desk, Caller caller, DocumentClaim claim, paper::DocumentIntake intake,
                 std::unique_ptr<paper::DocumentFolder::Writer> writer)
        : desk_(desk), caller_(std::move(caller)), claim_(std::move(claim)), intake_(std::move(intake)), writer_(std::move(writer)) {}

    Result<void> append(std::string_view bytes) override {
        if (auto looked = intake_.append(bytes); !looked) return looked;
        return writer_->append(bytes);
    }
    Async<Result<StoredDocument>> finish(std::optional<UploadIdempotency> idempotency) override {
        auto found = intake_.finish();
        if (!found) co_return std::unexpected(std::move(found).error());
        // Owned by the work: a connection that is given up must not take the file from under it.
        std::shared_ptr writer = std::move(writer_);
        co_return co_await desk_.aside([&desk = desk_, caller = caller_, claim = claim_, found = *found, writer,
                                        idempotency = std::move(idempotency)] {
            return desk.settle(caller, claim, found, *writer, idempotency);
        });
    }

private:
    DocumentDesk& desk_;
    Caller caller_;
    DocumentClaim claim_;
    paper::DocumentIntake intake_;
    std::unique_ptr<paper::DocumentFolder::Writer> writer_;
};

Result<std::unique_ptr<DocumentUpload>> DocumentDesk::begin_upload(const Caller& caller, DocumentClaim claim) {
    if (claim.size && *claim.size > parts_.size_max_bytes)
        return std::unexpected(
            coded(too_large_code, phrase("the document is larger than {1:n} bytes", parts_.size_max_bytes)));
    auto intake = paper::DocumentIntake::begin({.type = claim.type, .name = claim.name, .content_type = claim.content_type},
                                               {.size_max_bytes = parts_.size_max_bytes});
    if (!intake) return std::unexpected(std::move(intake).error());
    auto writer = parts_.folder.write();
    if (!writer) return std::unexpected(std::move(writer).error());
    return std::make_unique<SealedUpload>(*this, caller, std::move(claim), std::move(*intake), std::move(*writer));
}

Result<void> DocumentDesk::look_into(const paper::Intaken& found, paper::DocumentFolder::Writer& writer) {
    const bool pdf = found.content_type == "application/pdf";
    const bool sheet = found.content_type == paper::xlsx_type || found.content_type == paper::ods_type;
    if (!pdf && !sheet) return {};
    auto file = paper::PaperFile::make();
    if (!file) return std::unexpected(std::move(file).error());
    if (auto read = writer.read([&](std::string_view piece) { return file->append(piece); }); !read)
        return std::unexpected(std::move(read).error());
    if (pdf) {
        if (auto fit = parts_.paper.check_pdf(*file, parts_.pages_max); !fit) return std::unexpected(std::move(fit).error());
        return {};
    }
    const auto fit = parts_.paper.check_spreadsheet(*file);
    if (!fit) return std::unexpected(fit.error());
    if (fit->content_type != found.content_type)
        return std::unexpected(coded(paper::media_type_code, phrase("the bytes are {1}, and Content-Type says {2}", fit->content_type,
                                                                        porteur::quoted(found.content_type, 80))));
    return {};
}

Result<StoredDocument> DocumentDesk::settle(const Caller& caller, const DocumentClaim& claim, const paper::Intaken& found,
                                            paper::DocumentFolder::Writer& writer,
                                            const std::optional<UploadIdempotency>& idempotency) {
    if (auto looked = look_into(found, writer); !looked) return std::unexpected(std::move(looked).error());
    if (auto kept = writer.keep(found.sha256); !kept) return std::unexpected(std::move(kept).error());
    StoredDocument made;
    made.about.id = "doc-" + blake2b_hex(porteur::random_bytes(16)).substr(0, 32);
    made.about.type = claim.type;
    made.about.name = found.name;
    made.about.content_type = found.content_type;
    made.about.size = static_cast<std::int64_t>(found.size);
    made.about.sha256 = found.sha256;
    made.about.issued_on = claim.issued_on;
    made.about.signed_on = claim.signed_on;
    made.about.expires_on = claim.expires_on;
    made.created = now();
    auto added = parts_.store.add_document({.id = made.about.id, .tenant = caller.tenant, .about = made.about, .created = made.created});
    if (!added) return std::unexpected(std::move(added).error());
    if (!idempotency || idempotency->key.empty()) return made;
    // Behind the record, not with it: a crash in between leaves a document that nobody has the id of.
    auto [status, body] = idempotency->answer(made);
    Commit remembered;
    remembered.keys.push_back({.tenant = caller.tenant, .key = idempotency->key, .fingerprint = idempotency->fingerprint,
                               .status = status, .body = std::move(body), .at = made.created});
    std::promise<Result<void>> done;
    auto outcome = done.get_future();
    parts_.store.commit(std::move(remembered), [&done](Result<void> result) { done.set_value(std::move(result)); });
    if (auto written = outcome.get(); !written) return std::unexpected(std::move(written).error());
    return made;
}

Async<Result<StoredDocument>> DocumentDesk::keep(Caller caller, DocumentClaim claim, std::string bytes,
                                                 std::optional<UploadIdempotency> idempotency) {
    auto upload = begin_upload(caller, std::move(claim));
    if (!upload) co_return std::unexpected(std::move(upload).error());
    if (auto taken = (*upload)->append(bytes); !taken) co_return std::unexpected(std::move(taken).error());
    co_return co_await (*upload)->finish(std::move(idempotency));
}

Async<Result<DocumentContent>> DocumentDesk::content(Caller caller, std::string id) {
    co_return co_await aside([this, caller = std::move(caller), id = std::move(id)]() -> Result<DocumentContent> {
        auto row = parts_.store.document(id);
        if (!row) return std::unexpected(std::move(row).error());
        if (!*row || (*row)->tenant != caller.tenant)
            return std::unexpected(coded(not_found_code, phrase("there is no document {1} among yours", porteur::quoted(id, 40))));
        auto whole = read_document(parts_.store, parts_.folder, id);
        if (!whole) return std::unexpected(std::move(whole).error());
        return DocumentContent{.document = {.about = std::move(whole->about), .created = (*row)->created}, .bytes = std::move(whole->bytes)};
    });
}

Async<Result<std::string>> DocumentDesk::write_letter(paper::Letter letter, std::string picture) {
    co_return co_await aside([this, letter = std::move(letter), picture = std::move(picture)] {
        return parts_.paper.write_letter(letter, picture, parts_.font_folder);
    });
}

}  // namespace porteur
