// SPDX-License-Identifier: Apache-2.0
// porteur mail ...: mails that came in, and those that wait for a person
#include <algorithm>

#include "commands/all.hpp"
#include "server_url.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

Cell state_cell(const json::value& mail) {
    const auto state = member(mail, "state");
    return {state, state == "waiting" ? Colour::yellow : Colour::none};
}

/// What the plugin reads in it: "exception: Genesys wants other papers".
std::string reading_of(const json::value& mail) {
    const auto state = member_at(mail, {"reading", "state"});
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
    Table table({"ID", "STATE", "RECEIVED", "FROM", "SUBJECT", "ORDER", "WHY"});
    for (const auto& mail : list_member(reply->document, "items"))
        table.add({
            member(mail, "id"),
            state_cell(mail),
            member(mail, "received").substr(0, 16),
            member(mail, "from"),
            member(mail, "subject"),
            member(mail, "order"),
            member(mail, "reason"),
        });
    if (table.empty()) session.print_line(all ? "There is no such mail." : "No mail waits.");
    session.print(table);
    if (const auto next = member(reply->document, "next_cursor"); !next.empty())
        session.say("there are more; add --cursor " + next);
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
    facts.add("Mail", member(mail, "id"));
    facts.add("State", state_cell(mail));
    facts.add("Received", member(mail, "received"));
    facts.add("From", member(mail, "from"));
    facts.add("Subject", member(mail, "subject"));
    facts.add("Order", member(mail, "order"));
    facts.add("Why", member(mail, "reason"));
    facts.add("Read as", reading_of(mail));
    for (const auto& file : list_member(mail, "files"))
        facts.add("File", member(file, "name") + " (" + member(file, "size") + " bytes)");
    session.print(facts);
    Table candidates({"CANDIDATE", "KIND", "REFERENCE", "ACCOUNT", "STATE"});
    for (const auto& each : list_member(mail, "candidates"))
        candidates.add(
            {member(each, "id"), member(each, "kind"), member(each, "reference"),
             member(each, "account"), member(each, "state")}
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
    session.print_line("mail " + member(mail, "id") + " is " + member(mail, "state"));
    const auto reading = reading_of(mail);
    if (member(mail, "state") != "waiting") return ExitCode::done;
    session.say(
        "the plugin reads in it: " + reading +
        "; the same command with --take-word has the order follow that, 'porteur mail dismiss' "
        "does not"
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
    const WordSpec id{"ID", "the mail's id"};
    const OptionSpec key{
        "--idempotency-key", ValueKind::text, "KEY", "repeat an earlier run without doing it twice"
    };
    return {
        {.path = "mail list",
         .help = "mails that wait for a person, or others, newest first",
         .words = {},
         .options =
             {{"--all", ValueKind::flag, "", "also those that do not wait"},
              {"--state",
               ValueKind::choice,
               "",
               "only these",
               {"taken", "matched", "waiting", "settled"}},
              {"--order", ValueKind::text, "ID", "only those of this order"},
              {"--limit", ValueKind::count, "COUNT", "how many at most (50)"},
              {"--cursor", ValueKind::text, "CURSOR", "where the page before ended"}},
         .run = list},
        {.path = "mail show",
         .help = "a mail with its text, and the orders that it may belong to",
         .words = {id},
         .options = {},
         .run = show,
         .footer = "All of it is what a stranger wrote: the sender's address, too, can be forged."},
        {.path = "mail assign",
         .help = "say which order a waiting mail belongs to",
         .words = {id, {"ORDER", "the order's id"}},
         .options =
             {{"--take-word", ValueKind::flag, "",
               "what the plugin reads in it is the carrier's word, and moves the order"},
              key},
         .run = assign,
         .footer = "The exit status is 7 if the plugin reads something in it that you have to "
                   "decide on."},
        {.path = "mail dismiss",
         .help = "settle a waiting mail that nothing comes of",
         .words = {id},
         .options = {key},
         .run = dismiss},
    };
}

}  // namespace porteur::cli
