// SPDX-License-Identifier: Apache-2.0
// porteur documents add, get
#include "commands/all.hpp"
#include "document_file.hpp"
#include "document_save.hpp"
#include "progress.hpp"

namespace porteur::cli {
namespace {

void print_document(
    Session& session, const json::value& document, const std::string& saved_as = {}
) {
    Facts facts;
    facts.line("Document", Cell(member(document, "id"), Colour::bold));
    facts.line("Type", session.word("document", member(document, "type")));
    facts.line("Name", member(document, "name"));
    std::size_t size = 0;
    if (const auto* known = document.if_object())
        if (const auto* bytes = known->if_contains("size"); bytes && bytes->is_int64())
            size = static_cast<std::size_t>(bytes->get_int64());
    facts.line("Content", member(document, "content_type") + ", " + size_text(size));
    facts.line("Issued on", member(document, "issued_on"));
    facts.line("Signed on", member(document, "signed_on"));
    facts.line("Good until", member(document, "expires_on"));
    facts.line("SHA-256", member(document, "sha256"));
    facts.line("Saved as", saved_as);
    session.print(facts);
}

Outcome<ExitCode> add_document(Session& session) {
    const auto& said = session.arguments;
    auto document = read_document(
        {.path = said.words.front(),
         .type = said.text("type"),
         .name = said.text("name"),
         .issued_on = said.text("issued-on"),
         .signed_on = said.text("signed-on"),
         .expires_on = said.text("expires-on")},
        session.around()
    );
    if (!document) return passed_on(document);
    if (document->about.type.empty())
        return trouble(ExitCode::usage, "say what the document is with --type, as in --type loa");
    const auto stored = upload_document(session, std::move(*document), {});
    if (!stored) return passed_on(stored);
    if (session.wants_json()) {
        session.print_json(*stored);
        return ExitCode::done;
    }
    print_document(session, *stored);
    return ExitCode::done;
}

Outcome<ExitCode> get_document(Session& session) {
    const auto& id = session.arguments.words.front();
    const auto output = session.arguments.text("output");
    if (!output.empty()) {
        if (const auto saved = save_document(session, id, output); !saved) return passed_on(saved);
        if (output == "-") return ExitCode::done;
    }
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto known = (*client)->get("/v1/documents/" + encoded(id));
    if (!known) return passed_on(known);
    if (session.wants_json())
        session.print_json(known->document);
    else
        print_document(session, known->document, output);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> document_commands() {
    return {
        {.path = "documents add",
         .help = told("store a document, to be named in orders with --document-id"),
         .words = {{"FILE", told("a PDF, a picture, or a spreadsheet of directory listings")}},
         .options =
             {{"--type", ValueKind::text, "TYPE",
               told("loa, invoice, csr, resporg, blif, id, address_proof, registration, ...")},
              {"--name", ValueKind::text, "NAME", told("another name than the file's")},
              {"--issued-on", ValueKind::date, "DATE", told("when it was issued, as in 2026-12-01")},
              {"--signed-on", ValueKind::date, "DATE", told("when it was signed")},
              {"--expires-on", ValueKind::date, "DATE", told("the last day on which it is good, where it says so")},
              {"--idempotency-key", ValueKind::text, "KEY",
               told("repeat an earlier run without doing it twice")}},
         .run = add_document},
        {.path = "documents get",
         .help = told("what is known of a document; --output saves it"),
         .words = {{"ID", told("the document's id")}},
         .options = {{"--output", ValueKind::file, "FILE", told("save it there; - is standard output")}},
         .run = get_document},
    };
}

}  // namespace porteur::cli
