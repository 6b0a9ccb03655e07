// SPDX-License-Identifier: Apache-2.0
// porteur carriers, requirements, targets
#include <porteur/phrase.hpp>
#include <porteur/result.hpp>

#include "carrier_view.hpp"
#include "commands/all.hpp"
#include "session.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

std::string names_of_operations(const json::value& account) {
    std::string out;
    for (const auto& operation : list_member(account, "operations")) {
        if (!out.empty()) out += " ";
        out += member(operation, "name");
    }
    return out;
}

std::string last_sync_of(const json::value& account) {
    const auto began = member_at(account, {"last_sync", "began"});
    return began.empty() ? std::string() : local_time(began).substr(0, 16) + " " + member_at(account, {"last_sync", "state"});
}

/// The last requests of each account, or the last of them that failed.
void print_requests(Session& session, const json::value& carriers, std::string_view which) {
    Table table({heading("WHEN"), heading("ACCOUNT"), heading("OPERATION"), heading("STEP"), heading("STATUS"), heading("ORDER"), heading("REFERENCE"), heading("WHAT WENT WRONG")});
    std::string since;
    for (const auto& account : list_member(carriers, "items")) {
        const auto* requests = account.as_object().if_contains(which);
        if (!requests || !requests->is_object()) continue;
        if (since.empty()) since = member(*requests, "since");
        for (const auto& each : list_member(*requests, "items"))
            table.add({local_time(member(each, "at")), member(account, "account"), session.word("operation", member(each, "operation")),
                       member(each, "step"), member(each, "status"), member_at(each, {"order", "id"}),
                       member_at(each, {"order", "reference"}), member(each, "message")});
    }
    if (since.empty())
        session.tell("What was sent to carriers is shown in the system's own account alone.");
    else if (table.empty())
        session.tell(phrase("There were none since {1}, when the daemon started.", local_time(since)));
    else
        session.tell(phrase("Since {1}, when the daemon started:", local_time(since)));
    session.print(table);
}

Outcome<ExitCode> show_carriers(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get("/v1/carriers");
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    for (const auto* which : {"faults", "requests"})
        if (session.arguments.has(which)) {
            print_requests(session, reply->document, which);
            return ExitCode::done;
        }
    Table table(
        {heading("ACCOUNT"), heading("CARRIER"), heading("PLUGIN"), heading("HEALTH"), heading("COUNTRIES"), heading("WHAT IT DOES"), heading("RATE"), heading("BREAKER"), heading("LIST COMPARED"), heading("LAST ERROR")}
    );
    for (const auto& account : list_member(reply->document, "items")) {
        const auto health = member_at(account, {"health", "state"});
        table.add({
            member(account, "account"),
            member(account, "name"),
            member(account, "plugin") + " " + member(account, "version"),
            {session.word("health", health), colour_of_health(health)},
            joined(list_member(account, "countries"), " "),
            session.arguments.has("operations") ? names_of_operations(account) : "",
            rate_of(session, account),
            breaker_of(session, account),
            last_sync_of(account),
            member_at(account, {"health", "last_error"}),
        });
    }
    if (table.empty())
        session.tell(
            "No account is configured; add a file to config/carriers on the daemon's machine."
        );
    session.print(table);
    for (const auto& plugin : list_member(reply->document, "refused"))
        session.say(
            phrase("the plugin {1} was refused: {2:text}", quoted(member(plugin, "file")), member(plugin, "reason"))
        );
    return ExitCode::done;
}

/// An account by its name, or the first one of a plugin.
Outcome<std::string> account_of(Session& session, Client& client, const std::string& word) {
    const auto reply = client.get("/v1/carriers");
    if (!reply) return passed_on(reply);
    std::string names, first_of_plugin;
    for (const auto& account : list_member(reply->document, "items")) {
        const auto name = member(account, "account");
        if (name == word) return name;
        if (member(account, "plugin") == word && first_of_plugin.empty()) first_of_plugin = name;
        names += (names.empty() ? "" : ", ") + name + " (" + member(account, "plugin") + ")";
    }
    if (first_of_plugin.empty())
        return trouble(
            ExitCode::not_found,
            names.empty()
                ? phrase("there is neither an account nor a kind of carrier {1}; there are none", quoted(word))
                : phrase("there is neither an account nor a kind of carrier {1}; there are {2}", quoted(word), names)
        );
    session.say_more(phrase("account {1} is of the kind {2}", first_of_plugin, word));
    return first_of_plugin;
}

/// A text that the API has in both languages: "label_en", "label_fr".
std::string in_language(const Session& session, const json::value& item, const std::string& name) {
    const auto french = session.is_french() ? member(item, name + "_fr") : std::string();
    return french.empty() ? member(item, name + "_en") : french;
}

std::string rule_of(const Session& session, const json::value& item) {
    const auto days = member(item, "age_days_max");
    if (!days.empty()) return session.tongue().text(phrase("at most {1:n} days old", days));
    return member(item, "pattern");
}

bool is_optional(const json::value& item) { return member(item, "required") == "false"; }

void print_requirements(Session& session, const json::value& document) {
    Table table(
        {"", heading("REQUIREMENT"), heading("KIND"), heading("FIELD"), heading("RULE"), heading("WHERE TO FIND IT")}
    );
    for (const auto& item : list_member(document, "items"))
        table.add({
            is_optional(item) ? session.tongue().heading(told("optional")) : session.tongue().heading(told("required")),
            in_language(session, item, "label"),
            session.word("requirement", member(item, "kind")),
            member(item, "field"),
            rule_of(session, item),
            in_language(session, item, "help"),
        });
    session.print(table);
    const auto& notes_french = list_member(document, "notes_fr");
    const auto& notes =
        session.is_french() && !notes_french.empty() ? notes_french : list_member(document, "notes_en");
    if (!notes.empty() && !table.empty()) session.print_line("");
    for (const auto& note : notes)
        if (note.is_string()) session.print_line("- " + std::string(note.get_string()));
    if (table.empty() && notes.empty())
        session.tell("Nothing is required.");
}

Outcome<ExitCode> show_requirements(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto account = account_of(session, **client, session.arguments.words.front());
    if (!account) return std::unexpected(account.error());
    const auto& said = session.arguments;
    const auto reply = (*client)->get(with_query(
        "/v1/requirements", {{"account", *account},
                             {"country", said.text("country")},
                             {"number_type", said.text("number-type")},
                             {"end_user", said.text("end-user-kind")},
                             {"action", said.text("action")}}
    ));
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        print_requirements(session, reply->document);
    return ExitCode::done;
}

Outcome<ExitCode> show_targets(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply =
        (*client)->get(with_query("/v1/targets", {{"account", session.arguments.words.front()}}));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table({heading("KIND"), heading("ID"), heading("WHAT IT IS"), heading("PARENT, ONE OF"), heading("DETAILS THAT IT WANTS")});
    for (const auto& target : list_member(reply->document, "items"))
        table.add(
            {session.word("target", member(target, "kind")), member(target, "id"), in_language(session, target, "label"),
             joined(list_member(target, "parents")), joined(list_member(target, "details"), " ")}
        );
    if (table.empty())
        session.tell("This account has nothing that a port could be aimed at.");
    session.print(table);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> carrier_commands() {
    return {
        {.path = "carriers",
         .help = told("the configured accounts, with the carrier behind each, its health, rate and breaker"),
         .words = {},
         .options = {{"--operations", ValueKind::flag, "", told("also list what each can do")},
                     {"--faults", ValueKind::flag, "", told("instead, the last requests of each that failed")},
                     {"--requests", ValueKind::flag, "", told("instead, the last requests of each; in the system's own account")}},
         .run = show_carriers,
         .footer = told("Rate, breaker and requests are in the daemon's memory, and known since it started.")},
        {.path = "requirements",
         .help =
             told("what a carrier wants to know or have before numbers leave it, come, or are bought"),
         .words = {{"ACCOUNT", told("an account, or a kind of carrier such as ringcentral")}},
         .options =
             {{"--action",
               ValueKind::choice,
               "",
               told("what is planned"),
               {"port_out", "port_in", "purchase"}},
              {"--country", ValueKind::text, "COUNTRY", told("ISO 3166-1 code, as in FR")},
              {"--number-type",
               ValueKind::choice,
               "",
               told("which numbers"),
               {"local", "mobile", "national", "toll_free", "shared_cost", "short_code"}},
              {"--end-user-kind",
               ValueKind::choice,
               "",
               told("whom they serve"),
               {"business", "individual"}}},
         .run = show_requirements},
        {.path = "targets",
         .help = told("what a port to an account can be aimed at: its trunks and offerings"),
         .words = {{"ACCOUNT", told("the gaining account")}},
         .options = {},
         .run = show_targets},
    };
}

}  // namespace porteur::cli
