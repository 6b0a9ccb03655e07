// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/services.hpp"
#include "paper/document_folder.hpp"
#include "paper/document_intake.hpp"
#include "paper/paper_program.hpp"
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

/// Takes documents in and makes letters. What blocks (the disk, the program that reads PDFs) runs on
/// threads of its own, two at a time: so many documents of strangers are looked at at once, and no
/// more.
class DocumentDesk {
public:
    struct Parts {
        Store& store;
        const paper::DocumentFolder& folder;
        paper::PaperProgram paper;
        std::filesystem::path font_folder;
        std::uint64_t size_max_bytes = 20 << 20;
        std::uint32_t pages_max = 200;
    };
    explicit DocumentDesk(Parts parts) : parts_(std::move(parts)) {}

    /// @errors and threads as ApiServices::begin_upload
    Result<std::unique_ptr<DocumentUpload>> begin_upload(const Caller& caller, DocumentClaim claim);

    /// A document of ours: kept as an upload is. @errors unavailable @threads any
    Async<Result<StoredDocument>> keep(Caller caller, DocumentClaim claim, std::string bytes,
                                       std::optional<UploadIdempotency> idempotency);

    /// A document of the caller's tenant with its bytes. @errors as read_document; not_found_code
    Async<Result<DocumentContent>> content(Caller caller, std::string id);

    /// @param picture  the bytes of letter.picture
    /// @errors as PaperProgram::write_letter
    Async<Result<std::string>> write_letter(paper::Letter letter, std::string picture);

    /// Waits for what is under way; nothing may be asked any more.
    void stop() { threads_.join(); }

private:
    friend class SealedUpload;

    template <class F>
    static Async<std::invoke_result_t<F>> run(F work) {
        co_return work();
    }
    /// Runs what blocks on the desk's own threads.
    template <class F>
    auto aside(F work) {
        return boost::asio::co_spawn(threads_, run(std::move(work)), boost::asio::use_awaitable);
    }
    /// Has a PDF or a spreadsheet looked through. Blocks. @errors as PaperProgram's checks
    Result<void> look_into(const paper::Intaken& found, paper::DocumentFolder::Writer& writer);
    /// Reads what was written back, has it looked into, keeps it, makes its record. Blocks.
    Result<StoredDocument> settle(
        const Caller& caller, const DocumentClaim& claim, const paper::Intaken& found,
        paper::DocumentFolder::Writer& writer, const std::optional<UploadIdempotency>& idempotency
    );

    Parts parts_;
    boost::asio::thread_pool threads_{2};
};

}  // namespace porteur
