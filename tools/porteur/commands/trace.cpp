// SPDX-License-Identifier: Apache-2.0
// porteur trace
#include <porteur/phrase.hpp>

#include "any_order.hpp"
#include "session.hpp"
#include "text.hpp"
#include "trace_view.hpp"

namespace porteur::cli {
namespace {

/// Where nobody says how wide the screen is.
constexpr std::size_t columns_usual = 100;

Outcome<ExitCode> trace_order(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = of_any_kind(**client, session.arguments.words.front(), with_query("/trace", {{"limit", session.arguments.text("limit")}}));
    if (!reply) return passed_on(reply);
    const auto& trace = reply->document;
    if (session.wants_json()) {
        session.print_json(trace);
        return ExitCode::done;
    }
    session.print_line(session.word("kind", member(trace, "kind")) + " " + member(trace, "id") + " (" + member(trace, "reference") + ")", Colour::bold);
    session.tell(phrase("In the log, at level debug, each request has order {1}.", member(trace, "id")), Colour::dim);
    if (member(trace, "whole") == "false") session.tell("Older operations are left out; --limit shows more.", Colour::yellow);
    if (list_member(trace, "operations").empty() && list_member(trace, "waits").empty()) {
        session.tell("Nothing has run for it yet.");
        return ExitCode::done;
    }
    auto& around = session.around();
    const auto columns = around.out_is_terminal && around.screen_size ? around.screen_size().columns : columns_usual;
    for (const auto& line : waterfall_of(session, trace, columns)) around.out << line << "\n";
    return ExitCode::done;
}

}  // namespace

CommandSpec trace_command() {
    return {.path = "trace",
            .help = told("each step of an order as a bar on one axis of time: waits, requests, retries"),
            .words = {{"ORDER", told("its id")}},
            .options = {{"--limit", ValueKind::count, "COUNT", told("show so many operations, the last ones (20; 100 at most)")}},
            .run = trace_order};
}

}  // namespace porteur::cli
