// SPDX-License-Identifier: Apache-2.0
// porteur numbers sync, syncs: the inventory beside what carriers list
#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto look_pause = 1s;
/// RingCentral gives ten pages of an account's numbers a minute.
constexpr auto compared_within = 15min;
/// More than a person reads at once; the console and --json have the rest.
constexpr auto rows_shown = "200";

Colour colour_of(std::string_view state) {
    if (state == "done") return Colour::green;
    return state == "failed" ? Colour::red : Colour::yellow;
}

std::string count_at(const json::value& sync, std::string_view what) { return member_at(sync, {"counts", what}); }

std::string path_of(const json::value& sync) { return "/v1/number-syncs/" + encoded(member(sync, "id")); }

Outcome<ExitCode> print_differences(Session& session, Client& client, const json::value& sync) {
    const auto reply = client.get(with_query(path_of(sync) + "/rows", {{"open", "true"}, {"limit", rows_shown}}));
    if (!reply) return passed_on(reply);
    Table table({heading("NUMBER"), heading("DIFFERENCE"), heading("HELD BY"), heading("STATE"), heading("AT THE CARRIER"), heading("LIKELY CAUSE")});
    for (const auto& row : list_member(reply->document, "rows"))
        table.add({member(row, "number"), member(row, "what"), member(row, "what") == "unknown" ? "" : member_at(row, {"holder", "name"}),
                   member_at(row, {"before", "state"}), member_at(row, {"after", "word"}), member(row, "cause")});
    session.print(table);
    if (!member(reply->document, "next_cursor").empty()) session.say(phrase("there are more; the console shows all of them"));
    return ExitCode::done;
}

Outcome<ExitCode> compare(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    auto reply = (*client)->send("POST", "/v1/number-syncs", json::object{{"account", session.arguments.words.front()}}, session.change());
    if (!reply) return passed_on(reply);
    auto& around = session.around();
    const auto began = around.now();
    while (member(reply->document, "state") == "running" && !session.arguments.has("no-wait")) {
        if (around.now() - began >= compared_within)
            return trouble(ExitCode::timed_out, phrase("the comparison goes on; 'porteur numbers syncs' shows how it ended"));
        around.pause(look_pause);
        reply = (*client)->get(path_of(reply->document));
        if (!reply) return passed_on(reply);
    }
    const auto& sync = reply->document;
    const auto state = member(sync, "state");
    const auto code = state == "failed" ? ExitCode::refused : state == "held" ? ExitCode::waits_for_person : ExitCode::done;
    if (session.wants_json()) {
        session.print_json(sync);
        return code;
    }
    Facts facts;
    facts.line(heading("COMPARISON"), member(sync, "id"));
    facts.line(heading("STATE"), {state, colour_of(state)});
    if (state != "running") {
        facts.line(heading("LISTED"), count_at(sync, "listed"));
        facts.line(heading("AS IT SHOULD BE"), count_at(sync, "same"));
        facts.line(heading("LEFT ALONE"), count_at(sync, "left_alone"));
        facts.line(heading("UNKNOWN"), count_at(sync, "unknown"));
        facts.line(heading("VANISHED"), count_at(sync, "vanished"));
        facts.line(heading("REAPPEARED"), count_at(sync, "reappeared"));
        facts.line(heading("DIFFERING"), count_at(sync, "differing"));
        facts.line(heading("ELSEWHERE"), count_at(sync, "elsewhere"));
    }
    session.print(facts);
    if (const auto problem = member(sync, "problem"); !problem.empty()) session.say(problem);
    if (state == "running" || count_at(sync, "open") == "0" || count_at(sync, "open").empty()) return code;
    session.print_line("");
    const auto printed = print_differences(session, **client, sync);
    if (!printed) return printed;
    return code;
}

Outcome<ExitCode> list(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto& said = session.arguments;
    const auto reply = (*client)->get(with_query("/v1/number-syncs", {{"account", said.text("account")}, {"limit", said.text("limit")}, {"cursor", said.text("cursor")}}));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table({heading("COMPARISON"), heading("ACCOUNT"), heading("STATE"), heading("BEGAN"), heading("LISTED"), heading("UNKNOWN"), heading("VANISHED"), heading("TO DECIDE")});
    for (const auto& sync : list_member(reply->document, "syncs")) {
        const auto state = member(sync, "state");
        table.add({member(sync, "id"), member(sync, "account"), {state, colour_of(state)}, member(sync, "began"), count_at(sync, "listed"),
                   count_at(sync, "unknown"), count_at(sync, "vanished"), count_at(sync, "open")});
    }
    if (table.empty()) session.tell("No list of a carrier was compared yet.");
    session.print(table);
    if (const auto next = member(reply->document, "next_cursor"); !next.empty())
        session.say(phrase("there are more; go on with --cursor {1}", next));
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> comparison_commands() {
    return {
        {.path = "numbers sync",
         .help = told("compare what a carrier lists with the numbers that we have, and show what differs"),
         .words = {{"ACCOUNT", told("a carrier account")}},
         .options = {{"--no-wait", ValueKind::flag, "", told("come back as soon as it has begun")}},
         .run = compare},
        {.path = "numbers syncs",
         .help = told("when carriers' lists were compared, the newest first, and what was found"),
         .words = {},
         .options =
             {{"--account", ValueKind::text, "ACCOUNT", told("only of this one")},
              {"--limit", ValueKind::count, "COUNT", told("how many at most (100)")},
              {"--cursor", ValueKind::text, "CURSOR", told("go on where an earlier list ended")}},
         .run = list},
    };
}

}  // namespace porteur::cli
