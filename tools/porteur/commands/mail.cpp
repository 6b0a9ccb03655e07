// SPDX-License-Identifier: Apache-2.0
// porteur mail ...: mails that came in, and those that wait for a person
#include <algorithm>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "server_url.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

Cell state_cell(const Session& session, const json::value& mail) {
    const auto state = member(mail, "state");
    return {session.word("mail_state", state), state == "waiting" ? Colour::yellow : Colour::none};
}

/// What the plugin reads in it: "exception: Genesys wants other papers".
std::string reading_of(const Session& session, const json::value& mail) {
    const auto state = session.word("state", member_at(mail, {"reading", "state"}));
    const auto note = member_at(mail, {"reading", "note"});
    return state.empty() || note.empty() ? state + note : state + ": " + note;
}

Outcome<ExitCode> list(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    // What waits for a person is what one comes for.
    const bool all = said.has("all") || said.has("state") || said.has("order");
    const auto reply = (*client)->get(with_query(
        "/v1/mails", {{"state", all ? said.text("state") : "waiting"},
                      {"order", said.text("order")},
                      {"limit", said.text("limit")},
                      {"cursor", said.text("cursor")}}
    ));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table({heading("ID"), heading("STATE"), heading("RECEIVED"), heading("FROM"), heading("SUBJECT"), heading("ORDER"), heading("WHY")});
    for (const auto& mail : list_member(reply->document, "items"))
        table.add({
            member(mail, "id"),
            state_cell(session, mail),
            member(mail, "received").substr(0, 16),
            member(mail, "from"),
            member(mail, "subject"),
            member(mail, "order"),
            member(mail, "reason"),
        });
    if (table.empty()) session.tell(all ? told("There is no such mail.") : told("No mail waits."));
    session.print(table);
    if (const auto next = member(reply->document, "next_cursor"); !next.empty())
        session.say(phrase("there are more; add --cursor {1}", next));
    return ExitCode::done;
}

Outcome<ExitCode> show(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get("/v1/mails/" + session.arguments.words.front());
    if (!reply) return passed_on(reply);
    const auto& mail = reply->document;
    if (session.wants_json()) {
        session.print_json(mail);
        return ExitCode::done;
    }
    Facts facts;
    facts.line("Mail", member(mail, "id"));
    facts.line("State", state_cell(session, mail));
    facts.line("Received", member(mail, "received"));
    facts.line("From", member(mail, "from"));
    facts.line("Subject", member(mail, "subject"));
    facts.line("Order", member(mail, "order"));
    facts.line("Why", member(mail, "reason"));
    facts.line("Read as", reading_of(session, mail));
    for (const auto& file : list_member(mail, "files"))
        facts.line("File", session.tongue().text(phrase("{1} ({2:n} bytes)", member(file, "name"), member(file, "size"))));
    session.print(facts);
    Table candidates({heading("CANDIDATE"), heading("KIND"), heading("REFERENCE"), heading("ACCOUNT"), heading("STATE")});
    for (const auto& each : list_member(mail, "candidates"))
        candidates.add(
            {member(each, "id"), session.word("kind", member(each, "kind")), member(each, "reference"),
             member(each, "account"), session.word("state", member(each, "state"))}
        );
    if (!candidates.empty()) {
        session.print_line("");
        session.print(candidates);
    }
    session.print_line("");
    const auto text = member(mail, "text");
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        session.print_line(std::string_view(text).substr(at, end - at));
        at = end + 1;
    }
    return ExitCode::done;
}

Outcome<ExitCode> act(Session& session, std::string_view verb, const json::value& body) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send(
        "POST", "/v1/mails/" + session.arguments.words.front() + std::string(verb), body,
        session.change()
    );
    if (!reply) return passed_on(reply);
    const auto& mail = reply->document;
    if (session.wants_json()) {
        session.print_json(mail);
        return ExitCode::done;
    }
    session.tell(phrase("mail {1} is {2:mail_state}", member(mail, "id"), member(mail, "state")));
    const auto reading = reading_of(session, mail);
    if (member(mail, "state") != "waiting") return ExitCode::done;
    session.say(
        phrase(
            "the plugin reads in it: {1:text}; the same command with --take-word has the order follow that, "
            "'porteur mail dismiss' does not",
            reading
        )
    );
    return ExitCode::waits_for_person;
}

Outcome<ExitCode> assign(Session& session) {
    json::object body{{"order", session.arguments.words.at(1)}};
    if (session.arguments.has("take-word")) body["take_word"] = true;
    return act(session, "/assign", body);
}

Outcome<ExitCode> dismiss(Session& session) { return act(session, "/dismiss", nullptr); }

}  // namespace

std::vector<CommandSpec> mail_commands() {
    const WordSpec id{"ID", told("the mail's id")};
    const OptionSpec key{
        "--idempotency-key", ValueKind::text, "KEY", told("repeat an earlier run without doing it twice")};
    return {
        {.path = "mail list",
         .help = told("mails that wait for a person, or others, newest first"),
         .words = {},
         .options =
             {{"--all", ValueKind::flag, "", told("also those that do not wait")},
              {"--state",
               ValueKind::choice,
               "",
               told("only these"),
               {"taken", "matched", "waiting", "settled"}},
              {"--order", ValueKind::text, "ID", told("only those of this order")},
              {"--limit", ValueKind::count, "COUNT", told("how many at most (50)")},
              {"--cursor", ValueKind::text, "CURSOR", told("where the page before ended")}},
         .run = list},
        {.path = "mail show",
         .help = told("a mail with its text, and the orders that it may belong to"),
         .words = {id},
         .options = {},
         .run = show,
         .footer = told("All of it is what a stranger wrote: the sender's address, too, can be forged.")},
        {.path = "mail assign",
         .help = told("say which order a waiting mail belongs to"),
         .words = {id, {"ORDER", told("the order's id")}},
         .options =
             {{"--take-word", ValueKind::flag, "",
               told("what the plugin reads in it is the carrier's word, and moves the order")},
              key},
         .run = assign,
         .footer = told("The exit status is 7 if the plugin reads something in it that you have to "
                   "decide on.")},
        {.path = "mail dismiss",
         .help = told("settle a waiting mail that nothing comes of"),
         .words = {id},
         .options = {key},
         .run = dismiss},
    };
}

}  // namespace porteur::cli
