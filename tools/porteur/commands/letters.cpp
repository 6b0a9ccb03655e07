// SPDX-License-Identifier: Apache-2.0
// porteur port loa
#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "document_file.hpp"
#include "document_save.hpp"
#include "order_view.hpp"
#include "progress.hpp"
#include "signature_file.hpp"

namespace porteur::cli {
namespace {

/// The signature as the API takes it; a picture is stored as a document first.
Outcome<json::object> signature_of(Session& session, const std::string& path) {
    auto read = read_document(
        {.path = path, .type = "signature", .name = {}, .issued_on = {}, .signed_on = {}},
        session.around()
    );
    if (!read) return passed_on(read);
    if (read->content_type != "image/png" && read->content_type != "image/jpeg")
        return drawn_signature(read->bytes);
    const auto stored = upload_document(session, std::move(*read), "signature");
    if (!stored) return passed_on(stored);
    return json::object{{"document", member(*stored, "id")}};
}

Outcome<ExitCode> make_letter(Session& session) {
    const auto& said = session.arguments;
    const auto& order = said.words.front();
    json::object wish;
    for (const auto* key : {"language", "date"})
        if (const auto text = said.given(key)) wish[key] = *text;
    if (const auto path = said.given("signature")) {
        auto signature = signature_of(session, *path);
        if (!signature) return passed_on(signature);
        wish["signature"] = std::move(*signature);
    }
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send(
        "POST", path_of_order("port", order, "/loa"), json::value(std::move(wish)), session.change()
    );
    if (!reply) return passed_on(reply);
    const auto* made = reply->document.if_object();
    const auto* found = made ? made->if_contains("document") : nullptr;
    if (!found || !found->is_object())
        return trouble(
            ExitCode::failed, "the daemon's answer has no document; is it this version?"
        );
    const auto& document = *found;
    const bool attached = made->contains("attached") && made->at("attached") == true;
    const auto output = said.text("output");
    if (!output.empty())
        if (const auto saved = save_document(session, member(document, "id"), output); !saved)
            return passed_on(saved);
    if (output == "-") return ExitCode::done;
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Facts facts;
    facts.line("Document", Cell(member(document, "id"), Colour::bold));
    facts.line("Name", member(document, "name"));
    facts.line("Signed on", member(document, "signed_on"));
    facts.line("SHA-256", member(document, "sha256"));
    facts.line("Saved as", output);
    session.print(facts);
    if (!attached)
        session.say(
            phrase("it is still to be signed, so the order does not have it yet; have it signed, and then: {1}",
                   "porteur port amend " + order + " --loa FILE --loa-signed-on DATE")
        );
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> letter_commands() {
    using enum ValueKind;
    return {
        {.path = "port loa",
         .help = told("make an order's letter of authorization, a PDF"),
         .words = {{"ID", told("the order's id")}},
         .options =
             {{"--signature", file, "FILE",
               told("a PNG or JPEG, an SVG path, or strokes as JSON; without it a line to sign by hand")},
              {"--language", choice, "", told("of the letter (the order's, else en)"), {"en", "fr"}},
              {"--date", date, "DATE", told("of the signature, as in 2026-12-01 (today)")},
              {"--output", file, "FILE", told("save it there, too; - is standard output")},
              {"--idempotency-key", text, "KEY", told("repeat an earlier run without doing it twice")}},
         .run = make_letter,
         .footer = told("A signed letter is put among the order's documents, in place of an earlier one.")},
    };
}

}  // namespace porteur::cli
