// SPDX-License-Identifier: Apache-2.0
// porteur account check, show, numbers
#include <algorithm>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

std::string in_capitals(std::string text) {
    for (auto& letter : text) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
        if (letter == '_') letter = ' ';
    }
    return text;
}

Outcome<ExitCode> check(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(
        with_query("/v1/account-check", {{"account", session.arguments.words.front()}})
    );
    if (!reply) return passed_on(reply);
    const auto& problems = list_member(reply->document, "problems");
    const bool fit = std::ranges::none_of(problems, [](const json::value& each) {
        return member(each, "blocking") == "true";
    });
    const auto code = fit ? ExitCode::done : ExitCode::refused;
    if (session.wants_json()) {
        session.print_json(reply->document);
        return code;
    }
    const auto identity = member(reply->document, "identity");
    session.tell(
        identity.empty() ? phrase("The carrier knows the account.") : phrase("The carrier knows the account as {1}.", identity)
    );
    for (const auto& each : problems) {
        const bool blocking = member(each, "blocking") == "true";
        const auto text = member(each, "message");
        session.tell(
            blocking ? phrase("must be mended: {1:text}", text) : phrase("note: {1:text}", text),
            blocking ? Colour::red : Colour::yellow
        );
    }
    if (problems.empty()) session.tell("Nothing stands against orders.", Colour::green);
    return code;
}

Outcome<ExitCode> show(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(with_query(
        "/v1/discovery",
        {{"account", said.words.front()}, {"what", said.text("what")}, {"area", said.text("area")}}
    ));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    bool first = true;
    for (const auto& list : list_member(reply->document, "lists")) {
        if (!std::exchange(first, false)) session.print_line("");
        const auto& rows = list_member(list, "rows");
        session.print_line(
            member(list, session.is_french() ? "label_fr" : "label_en") + " (" +
                member(list, "name") + "): " + std::to_string(rows.size()),
            Colour::bold
        );
        std::vector<std::string> headings;
        for (const auto& each : list_member(list, "columns"))
            headings.push_back(
                in_capitals(each.is_string() ? std::string(each.get_string()) : std::string())
            );
        Table table(std::move(headings));
        for (const auto& row : rows) {
            std::vector<Cell> cells;
            if (row.is_array())
                for (const auto& each : row.get_array())
                    cells.emplace_back(
                        each.is_string() ? std::string(each.get_string()) : std::string()
                    );
            table.add(std::move(cells));
        }
        if (!table.empty()) session.print(table);
    }
    return ExitCode::done;
}

Outcome<ExitCode> show_numbers(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    // A carrier may give ten pages a minute only.
    const auto reply = (*client)->get(
        with_query("/v1/account-numbers", {{"account", session.arguments.words.front()}}), 5min
    );
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table({heading("NUMBER"), heading("TYPE"), heading("STATUS"), heading("LABEL"), heading("MAIN NUMBER")});
    for (const auto& each : list_member(reply->document, "items"))
        table.add({
            member(each, "number"),
            member(each, "type"),
            member(each, "carrier_word"),
            member(each, "label"),
            member(each, "main_number") == "true" ? session.tongue().heading(told("yes")) : std::string(),
        });
    if (table.empty()) session.tell("The carrier has no number on this account.");
    session.print(table);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> account_commands() {
    return {
        {.path = "account check",
         .help = told("ask the carrier who the account is there, and what it lacks for its orders"),
         .words = {{"ACCOUNT", told("a configured account")}},
         .options = {},
         .run = check,
         .footer = told("The exit status is 1 if something must be mended before orders can go out.")},
        {.path = "account show",
         .help = told("what the carrier has that an order may name: trunks, providers, rate centers"),
         .words = {{"ACCOUNT", told("a configured account")}},
         .options =
             {{"--what", ValueKind::text, "LIST", told("one list by its name; else all that are short")},
              {"--area", ValueKind::text, "AREA",
               told("an area code, a country or a part of one, as in 416, CA, CA-AB")}},
         .run = show},
        {.path = "account numbers",
         .help = told("the numbers that the carrier has on the account now"),
         .words = {{"ACCOUNT", told("a configured account")}},
         .options = {},
         .run = show_numbers},
    };
}

}  // namespace porteur::cli
