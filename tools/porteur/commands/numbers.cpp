// SPDX-License-Identifier: Apache-2.0
// porteur numbers search, portability check
#include <algorithm>
#include <charconv>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "order_fields.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

/// What was looked for, how many there are, and what to do if none is liked: a seller offers a few at random.
std::string synopsis(const Session& session, std::size_t count) {
    std::string criteria;
    for (const auto* name : {"country", "number-type", "area-code", "region", "city", "contains", "quantity"})
        if (const auto text = session.arguments.text(name); !text.empty())
            criteria += " --" + std::string(name) + " " + text;
    if (criteria.empty())
        return phrase_n(
            count, "{1:n} number found; none is held or bought. The same command searches again, other options change the criteria",
            "{1:n} numbers found; none is held or bought. The same command searches again, other options change the criteria",
            count
        );
    return phrase_n(
        count, "{1:n} number found for {2}; none is held or bought. The same command searches again, other options change the criteria",
        "{1:n} numbers found for {2}; none is held or bought. The same command searches again, other options change the criteria",
        count, criteria.substr(1)
    );
}

Outcome<ExitCode> search(Session& session) {
    const auto& said = session.arguments;
    std::chrono::seconds deadline = 20s;
    if (const auto text = said.given("deadline")) {
        const auto read = parse_duration("--deadline", *text);
        if (!read) return passed_on(read);
        deadline = *read;
    }
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(
        with_query(
            "/v1/available-numbers",
            {{"country", said.text("country")},
             {"number_type", said.text("number-type")},
             {"area_code", said.text("area-code")},
             {"region", said.text("region")},
             {"city", said.text("city")},
             {"contains", said.text("contains")},
             {"quantity", said.text("quantity")},
             {"deadline_ms", said.has("deadline") ? std::to_string(deadline.count() * 1000) : ""}}
        ),
        deadline + 30s
    );
    if (!reply) return passed_on(reply);
    const auto& numbers = list_member(reply->document, "numbers");
    const auto& unanswered = list_member(reply->document, "unanswered");
    const bool nobody = numbers.empty() && !unanswered.empty();
    const auto code = nobody ? ExitCode::not_reachable : ExitCode::done;
    if (session.wants_json()) {
        session.print_json(reply->document);
        return code;
    }
    Table table({heading("NUMBER"), heading("ACCOUNT"), heading("TYPE"), heading("REGION"), heading("CITY"), heading("FEATURES"), heading("DOCUMENTS"), heading("A MONTH")}
    );
    for (const auto& number : numbers)
        table.add({
            member(number, "number"),
            member(number, "account"),
            session.word("number_type", member(number, "type")),
            member(number, "region"),
            member(number, "city"),
            joined(list_member(number, "features"), " "),
            member(number, "documents_needed") == "true" ? Cell(session.tongue().heading(told("needed")), Colour::yellow)
                                                         : Cell(session.tongue().heading(told("no"))),
            member(number, "monthly_price"),
        });
    if (table.empty() && !nobody) session.tell("No seller has such a number.");
    session.print(table);
    if (!table.empty()) session.say(synopsis(session, numbers.size()));
    for (const auto& seller : unanswered)
        session.say(phrase("{1} gave no numbers: {2:text}", member(seller, "account"), member(seller, "why")));
    return code;
}

Outcome<ExitCode> check_portability(Session& session) {
    const auto& words = session.arguments.words;
    json::array numbers;
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        const auto number = e164("NUMBER", *word);
        // What is no number is answered as that by the daemon, and keeps no other from being answered.
        numbers.emplace_back(number ? *number : *word);
    }
    const auto count = static_cast<std::int64_t>(numbers.size());
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send(
        "POST", "/v1/portability-checks",
        json::object{{"account", words.front()}, {"numbers", std::move(numbers)}}, session.change(),
        60s + 1s * count
    );
    if (!reply) return passed_on(reply);
    const auto& results = list_member(reply->document, "items");
    const bool all_portable = std::ranges::all_of(results, [](const json::value& each) {
        return member(each, "portable") == "true";
    });
    const auto code = all_portable ? ExitCode::done : ExitCode::refused;
    if (session.wants_json()) {
        session.print_json(reply->document);
        return code;
    }
    Table table({heading("NUMBER"), heading("PORTABLE"), heading("REASON"), heading("CARRIER'S WORD")});
    for (const auto& each : results) {
        const bool portable = member(each, "portable") == "true";
        table.add({
            member(each, "number"),
            Cell(session.tongue().heading(portable ? told("yes") : told("no")), portable ? Colour::green : Colour::red),
            session.word("reason", member(each, "reason")),
            member(each, "carrier_word"),
        });
    }
    session.print(table);
    return code;
}

}  // namespace

std::vector<CommandSpec> number_commands() {
    return {
        {.path = "numbers search",
         .help = told("numbers that can be bought now, asked of all sellers at once"),
         .words = {},
         .options =
             {{"--country", ValueKind::text, "COUNTRY", told("ISO 3166-1 code, as in FR")},
              {"--number-type",
               ValueKind::choice,
               "",
               told("which numbers"),
               {"local", "mobile", "national", "toll_free", "shared_cost", "short_code"}},
              {"--area-code", ValueKind::text, "DIGITS", told("area code")},
              {"--region", ValueKind::text, "REGION", told("ISO 3166-2 without the country, as in ON")},
              {"--city", ValueKind::text, "CITY", told("city")},
              {"--contains", ValueKind::text, "DIGITS", told("digits that the number shall contain")},
              {"--quantity", ValueKind::count, "COUNT", told("how many of each seller")},
              {"--deadline", ValueKind::duration, "TIME", told("how long sellers may take (20s)")}},
         .run = search,
         .footer = told("Sellers that did not answer in time are named on standard error; if none did, "
                   "the exit\n"
                   "status is 3.")},
        {.path = "portability check",
         .help = told("whether an account could take numbers in"),
         .words =
             {{"ACCOUNT", told("the gaining account")},
              {"NUMBER", told("numbers in E.164 form, as in +14165550101"), true}},
         .options = {},
         .run = check_portability,
         .footer = told("The exit status is 1 if one of them cannot be ported.")},
    };
}

}  // namespace porteur::cli
