// SPDX-License-Identifier: Apache-2.0
// porteur explain
#include "any_order.hpp"
#include "commands/all.hpp"
#include "session.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

std::string when_of(const json::value& item) {
    const auto at = member(item, "at");
    return at.empty() ? std::string("-") : local_time(at).substr(0, 16);
}

Outcome<ExitCode> explain_order(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = of_any_kind(**client, session.arguments.words.front(), "/explanation");
    if (!reply) return passed_on(reply);
    const auto& found = reply->document;
    if (session.wants_json()) {
        session.print_json(found);
        return ExitCode::done;
    }
    session.print_line(session.word("kind", member(found, "kind")) + " " + member(found, "id") + " (" + member(found, "reference") + "): " +
                           session.word("state", member(found, "state")) + ", " + session.word("delivery", member(found, "delivery")),
                       Colour::bold);
    session.tell({});
    session.tell("Why:");
    for (const auto& each : list_member(found, "why")) session.tell("  " + member(each, "text"));
    if (const auto at = member_at(found, {"last", "at"}); !at.empty()) {
        session.tell({});
        session.tell("What happened last:");
        session.tell("  " + local_time(at) + "  " + member_at(found, {"last", "text"}) + "  (" + member_at(found, {"last", "source"}) + ")");
    }
    if (!list_member(found, "next").empty()) {
        session.tell({});
        session.tell("What comes:");
        Table next({heading("WHEN"), heading("WHO"), heading("WHAT")});
        for (const auto& each : list_member(found, "next")) next.add({when_of(each), session.word("who", member(each, "who")), member(each, "text")});
        session.print(next);
    }
    session.tell({});
    if (list_member(found, "ways").empty()) {
        session.tell("There is nothing for a person to do.");
        return ExitCode::done;
    }
    session.tell("What you can do:");
    Table ways({heading("WHAT"), heading("COMMAND")});
    for (const auto& each : list_member(found, "ways")) ways.add({member(each, "text"), member(each, "command")});
    session.print(ways);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> explain_commands() {
    return {{.path = "explain",
             .help = told("why an order is where it is, what happened last, what comes, and what a person can do"),
             .words = {{"ORDER", told("its id")}},
             .options = {},
             .run = explain_order},
            trace_command()};
}

}  // namespace porteur::cli
