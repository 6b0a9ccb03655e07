// SPDX-License-Identifier: Apache-2.0
// porteur carriers, requirements, targets
#include <porteur/result.hpp>

#include "commands/all.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

Colour colour_of_health(std::string_view health) {
    if (health == "ok") return Colour::green;
    return health == "degraded" ? Colour::yellow : Colour::red;
}

std::string names_of_operations(const json::value& account) {
    std::string out;
    for (const auto& operation : list_member(account, "operations")) {
        if (!out.empty()) out += " ";
        out += member(operation, "name");
    }
    return out;
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
    Table table(
        {"ACCOUNT", "CARRIER", "PLUGIN", "HEALTH", "COUNTRIES", "WHAT IT DOES", "LAST ERROR"}
    );
    for (const auto& account : list_member(reply->document, "items")) {
        const auto health = member_at(account, {"health", "state"});
        table.add({
            member(account, "account"),
            member(account, "name"),
            member(account, "plugin") + " " + member(account, "version"),
            {health, colour_of_health(health)},
            joined(list_member(account, "countries"), " "),
            session.arguments.has("operations") ? names_of_operations(account) : "",
            member_at(account, {"health", "last_error"}),
        });
    }
    if (table.empty())
        session.print_line(
            "No account is configured; add a file to config/carriers on the daemon's machine."
        );
    session.print(table);
    for (const auto& plugin : list_member(reply->document, "refused"))
        session.say(
            "the plugin " + quoted(member(plugin, "file")) +
            " was refused: " + member(plugin, "reason")
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
            ExitCode::not_found, "there is neither an account nor a kind of carrier " +
                                     quoted(word) + "; there are " +
                                     (names.empty() ? "none" : names)
        );
    session.say_more("account " + first_of_plugin + " is of the kind " + word);
    return first_of_plugin;
}

/// A text that the API has in both languages: "label_en", "label_fr".
std::string in_language(const Session& session, const json::value& item, const std::string& name) {
    const auto french = session.is_french() ? member(item, name + "_fr") : std::string();
    return french.empty() ? member(item, name + "_en") : french;
}

std::string rule_of(const json::value& item, bool french) {
    const auto days = member(item, "age_days_max");
    if (!days.empty())
        return french ? "de " + days + " jours au plus" : "at most " + days + " days old";
    return member(item, "pattern");
}

void print_requirements(Session& session, const json::value& document) {
    const bool french = session.is_french();
    Table table(
        french
            ? std::vector<std::string>{"", "EXIGENCE", "GENRE", "CHAMP", "RÈGLE", "OÙ LA TROUVER"}
            : std::vector<
                  std::string>{"", "REQUIREMENT", "KIND", "FIELD", "RULE", "WHERE TO FIND IT"}
    );
    for (const auto& item : list_member(document, "items"))
        table.add({
            member(item, "required") == "false" ? (french ? "si possible" : "optional")
                                                : (french ? "requis" : "required"),
            in_language(session, item, "label"),
            member(item, "kind"),
            member(item, "field"),
            rule_of(item, french),
            in_language(session, item, "help"),
        });
    session.print(table);
    const auto& notes_french = list_member(document, "notes_fr");
    const auto& notes =
        french && !notes_french.empty() ? notes_french : list_member(document, "notes_en");
    if (!notes.empty() && !table.empty()) session.print_line("");
    for (const auto& note : notes)
        if (note.is_string()) session.print_line("- " + std::string(note.get_string()));
    if (table.empty() && notes.empty())
        session.print_line(french ? "Rien n'est exigé." : "Nothing is required.");
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
    Table table({"KIND", "ID", "WHAT IT IS", "PARENT, ONE OF", "DETAILS THAT IT WANTS"});
    for (const auto& target : list_member(reply->document, "items"))
        table.add(
            {member(target, "kind"), member(target, "id"), in_language(session, target, "label"),
             joined(list_member(target, "parents")), joined(list_member(target, "details"), " ")}
        );
    if (table.empty())
        session.print_line("This account has nothing that a port could be aimed at.");
    session.print(table);
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> carrier_commands() {
    return {
        {.path = "carriers",
         .help = "the configured accounts, with the carrier behind each and its health",
         .words = {},
         .options = {{"--operations", ValueKind::flag, "", "also list what each can do"}},
         .run = show_carriers},
        {.path = "requirements",
         .help =
             "what a carrier wants to know or have before numbers leave it, come, or are bought",
         .words = {{"ACCOUNT", "an account, or a kind of carrier such as ringcentral"}},
         .options =
             {{"--action",
               ValueKind::choice,
               "",
               "what is planned",
               {"port_out", "port_in", "purchase"}},
              {"--country", ValueKind::text, "COUNTRY", "ISO 3166-1 code, as in FR"},
              {"--number-type",
               ValueKind::choice,
               "",
               "which numbers",
               {"local", "mobile", "national", "toll_free", "shared_cost", "short_code"}},
              {"--end-user-kind",
               ValueKind::choice,
               "",
               "whom they serve",
               {"business", "individual"}}},
         .run = show_requirements},
        {.path = "targets",
         .help = "what a port to an account can be aimed at: its trunks and offerings",
         .words = {{"ACCOUNT", "the gaining account"}},
         .options = {},
         .run = show_targets},
    };
}

}  // namespace porteur::cli
