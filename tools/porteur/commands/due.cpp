// SPDX-License-Identifier: Apache-2.0
// porteur due
#include "commands/all.hpp"
#include "session.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

/// A day as it is; a time as this machine's zone has it, to the minute.
std::string when_of(const Session& session, const json::value& item) {
    const auto day = member(item, "day");
    if (!day.empty()) return session.tongue().date(day);
    return local_time(member(item, "at")).substr(0, 16);
}

Outcome<ExitCode> list_due(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(with_query(
        "/v1/due", {{"what", said.text("what")},
                    {"overdue", said.has("overdue") ? "true" : ""},
                    {"until", said.has("until") ? said.text("until") + "T00:00:00Z" : ""},
                    {"limit", said.text("limit")}}
    ));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table({heading("WHEN"), heading("WHAT"), heading("WHO"), heading("ORDER"), heading("KIND"), heading("REFERENCE"), heading("ACCOUNT"), heading("MORE")});
    for (const auto& item : list_member(reply->document, "items")) {
        const auto colour = member(item, "overdue") == "true" ? Colour::red : Colour::none;
        table.add(
            {Cell(when_of(session, item), colour), Cell(session.word("due", member(item, "what")), colour),
             session.word("who", member(item, "who")),
             member(item, "order"), session.word("kind", member(item, "kind")), member(item, "reference"),
             member(item, "account"), member(item, "text")}
        );
    }
    if (table.empty()) session.tell("Nothing is due.");
    session.print(table);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> due_commands() {
    return {
        {.path = "due",
         .help = told("what somebody must look at, and by when, the earliest first"),
         .words = {},
         .options =
             {{"--overdue", ValueKind::flag, "", told("only what is late")},
              {"--what",
               ValueKind::choice,
               "",
               told("only these"),
               {"draft_expiry", "document_age", "document_expiry", "expected_answer", "freeze", "foc", "task",
                "follow_up"}},
              {"--until", ValueKind::date, "DATE", told("only what is due before this day (UTC)")},
              {"--limit", ValueKind::count, "COUNT", told("how many at most (100)")}},
         .run = list_due,
         .footer = told("Times are those of this machine's zone (TZ); with --json they are UTC.")},
    };
}

}  // namespace porteur::cli
