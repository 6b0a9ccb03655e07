// SPDX-License-Identifier: Apache-2.0
// porteur plugin list, stage, activate, retire
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/result.hpp>

#include "commands/all.hpp"
#include "session.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

/// Long enough to be one of its kind, short enough for a line.
constexpr std::size_t short_build = 12;
/// A trial tells a build every journal of its plugin.
constexpr std::chrono::minutes trial_max{30};

std::string short_of(std::string_view build) { return std::string(build.substr(0, short_build)); }

Colour colour_of(std::string_view state) {
    if (state == "active") return Colour::green;
    return state == "staged" ? Colour::yellow : Colour::none;
}

void print_builds(Session& session, const std::vector<json::value>& plugins) {
    Table table({heading("PLUGIN"), heading("VERSION"), heading("BUILD"), heading("STATE"), heading("OPEN OPERATIONS"), heading("ACCOUNTS"), heading("FILE")});
    for (const auto& plugin : plugins)
        for (const auto& build : list_member(plugin, "builds")) {
            const auto state = member(build, "state");
            const auto version = member(build, "version");
            table.add({member(plugin, "plugin"), version.empty() ? session.tongue().text(told("not there any more")) : version,
                       short_of(member(build, "build")), {session.word("build_state", state), colour_of(state)},
                       member(build, "open_operations"), state == "active" ? joined(list_member(plugin, "accounts"), " ") : "",
                       member(build, "file")});
        }
    session.print(table);
}

Outcome<ExitCode> list_plugins(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get("/v1/plugins");
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    const auto& items = list_member(reply->document, "items");
    if (items.empty()) session.tell("No account is configured; add a file to config/carriers on the daemon's machine.");
    print_builds(session, {items.begin(), items.end()});
    return ExitCode::done;
}

void print_report(Session& session, const json::value& report) {
    const auto plugin = member(report, "plugin");
    const auto from = member_at(report, {"from", "version"}), to = member_at(report, {"to", "version"});
    const auto from_build = short_of(member_at(report, {"from", "build"})), to_build = short_of(member_at(report, {"to", "build"}));
    const auto open = member_at(report, {"operations", "open"});
    session.tell(phrase("{1}: version {2}, build {3}, was tried beside {4}, build {5}", plugin, to, to_build, from, from_build));
    session.tell(phrase("{1:n} operations are open: {2:n} continue on the new build, {3:n} stay on the build that they stand with", open,
                        member_at(report, {"operations", "continue"}), member_at(report, {"operations", "stay"})));
    if (const auto not_tried = member_at(report, {"operations", "not_tried"}); not_tried != "0")
        session.tell(phrase("{1:n} were not tried: they ended meanwhile, or their journal cannot be read", not_tried));
    for (const auto& each : list_member(report, "departures")) {
        const auto step = member(each, "step");
        const auto& orders = list_member(each, "orders");
        std::string some;
        for (const auto& order : orders) {
            if (&order - orders.data() == 5) break;
            some += (some.empty() ? "" : ", ") + std::string(order.as_string());
        }
        session.tell({});
        session.tell(phrase("{1:n} differ at step {2}; orders {3:text}", member(each, "operations"), quoted(step), some + (orders.size() > 5 ? ", …" : "")));
        session.tell("  " + session.tongue().text(member(each, "text")));
    }
    session.tell({});
    session.tell(phrase("nothing has changed; to have new operations begin on it: {1:text}", "porteur plugin activate " + plugin + " " + to_build));
}

Outcome<ExitCode> stage_plugin(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send("POST", "/v1/plugins/" + encoded(session.arguments.words.front()) + "/stage", nullptr, {}, trial_max);
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        print_report(session, reply->document);
    return ExitCode::done;
}

/// The build that the words name: the whole of its SHA-256 or its beginning; without one, the one in a state.
Outcome<std::string> build_meant(Session& session, Client& client, std::string_view state) {
    const auto& words = session.arguments.words;
    const auto reply = client.get("/v1/plugins");
    if (!reply) return passed_on(reply);
    for (const auto& plugin : list_member(reply->document, "items")) {
        if (member(plugin, "plugin") != words.front()) continue;
        std::vector<std::string> found;
        for (const auto& build : list_member(plugin, "builds")) {
            const auto name = member(build, "build");
            if (words.size() > 1 ? name.starts_with(words[1]) : member(build, "state") == state) found.push_back(name);
        }
        if (found.size() == 1) return found.front();
        if (words.size() < 2 && found.empty())
            return trouble(ExitCode::refused, phrase("no build of plugin {1} is {2}; 'porteur plugin list' shows its builds", words.front(), session.word("build_state", std::string(state))));
        if (words.size() < 2)
            return trouble(ExitCode::refused, phrase("several builds of plugin {1} are {2}; name one of 'porteur plugin list'", words.front(), session.word("build_state", std::string(state))));
        if (found.empty()) return trouble(ExitCode::not_found, phrase("plugin {1} has no build {2}", words.front(), quoted(words[1], 64)));
        return trouble(ExitCode::refused, phrase("the builds of plugin {1} that begin with {2} are several; give more of it", words.front(), quoted(words[1], 64)));
    }
    return trouble(ExitCode::not_found, phrase("no account runs on a plugin {1}; 'porteur plugin list' shows those that there are", quoted(words.front(), 64)));
}

Outcome<ExitCode> change_build(Session& session, std::string_view what, std::string_view state) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto build = build_meant(session, **client, state);
    if (!build) return passed_on(build);
    const auto reply = (*client)->send("POST", "/v1/plugins/" + encoded(session.arguments.words.front()) + "/" + std::string(what),
                                       json::object{{"build", *build}}, {});
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        print_builds(session, {reply->document});
    return ExitCode::done;
}

Outcome<ExitCode> activate_plugin(Session& session) { return change_build(session, "activate", "staged"); }
Outcome<ExitCode> retire_plugin(Session& session) { return change_build(session, "retire", "draining"); }

}  // namespace

std::vector<CommandSpec> plugin_build_commands() {
    const WordSpec plugin{"PLUGIN", told("its id, as 'porteur plugin list' shows it")};
    const WordSpec build{.name = "BUILD", .help = told("the beginning of its SHA-256; not needed where only one can be meant"), .optional = true};
    return {
        {.path = "plugin list", .help = told("show the builds of plugins, and how many open operations stand with each"), .words = {}, .options = {}, .run = list_plugins},
        {.path = "plugin stage",
         .help = told("try the build that lies in a plugin folder on the journals of all open operations; changes nothing"),
         .words = {plugin}, .options = {}, .run = stage_plugin},
        {.path = "plugin activate", .help = told("have new operations begin on the build that was tried"), .words = {plugin, build}, .options = {}, .run = activate_plugin},
        {.path = "plugin retire", .help = told("end a build that nothing stands with any more, and remove its copy"), .words = {plugin, build}, .options = {}, .run = retire_plugin},
    };
}

}  // namespace porteur::cli
