// SPDX-License-Identifier: Apache-2.0
// porteur documents add
#include "commands/all.hpp"
#include "document_file.hpp"
#include "progress.hpp"

namespace porteur::cli {
namespace {

Outcome<ExitCode> add_document(Session& session) {
    const auto& said = session.arguments;
    auto document = read_document(
        {.path = said.words.front(),
         .type = said.text("type"),
         .name = said.text("name"),
         .issued_on = said.text("issued-on"),
         .signed_on = said.text("signed-on")},
        session.around()
    );
    if (!document) return passed_on(document);
    if (document->about.type.empty())
        return trouble(ExitCode::usage, "say what the document is with --type, as in --type loa");
    const auto size = document->bytes.size();
    const auto stored = upload_document(session, std::move(*document), {});
    if (!stored) return passed_on(stored);
    if (session.wants_json()) {
        session.print_json(*stored);
        return ExitCode::done;
    }
    Facts facts;
    facts.add("Document", Cell(member(*stored, "id"), Colour::bold));
    facts.add("Type", member(*stored, "type"));
    facts.add("Name", member(*stored, "name"));
    facts.add("Content", member(*stored, "content_type") + ", " + size_text(size));
    facts.add("Issued on", member(*stored, "issued_on"));
    facts.add("Signed on", member(*stored, "signed_on"));
    facts.add("SHA-256", member(*stored, "sha256"));
    session.print(facts);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> document_commands() {
    return {
        {.path = "documents add",
         .help = "store a document, to be named in orders with --document-id",
         .words = {{"FILE", "a PDF or a picture"}},
         .options =
             {{"--type", ValueKind::text, "TYPE",
               "loa, invoice, csr, resporg, id, address_proof, registration, ..."},
              {"--name", ValueKind::text, "NAME", "another name than the file's"},
              {"--issued-on", ValueKind::date, "DATE", "when it was issued, as in 2026-12-01"},
              {"--signed-on", ValueKind::date, "DATE", "when it was signed"},
              {"--idempotency-key", ValueKind::text, "KEY",
               "repeat an earlier run without doing it twice"}},
         .run = add_document},
    };
}

}  // namespace porteur::cli
