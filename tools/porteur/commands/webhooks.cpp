// SPDX-License-Identifier: Apache-2.0
// porteur webhook ...: addresses that hear of what happens
#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "session.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

Cell state_cell(const Session& session, const json::value& hook) {
    const auto& tongue = session.tongue();
    const auto off = member(hook, "off");
    if (off == "by_person") return {tongue.heading(told("off")), Colour::dim};
    if (!off.empty()) return {tongue.text(phrase("off: {1:webhook_off}", off)), Colour::red};
    if (!member(hook, "retry_at").empty()) return {tongue.heading(told("waits")), Colour::yellow};
    return {tongue.heading(told("on")), Colour::green};
}

void print_hook(Session& session, const json::value& hook) {
    Facts facts;
    facts.line("Web hook", member(hook, "id"));
    facts.line("State", state_cell(session, hook));
    facts.line("Address", member(hook, "url"));
    facts.line("For", member(hook, "description"));
    const auto kinds = joined(list_member(hook, "kinds"));
    facts.line("Events", kinds.empty() ? session.tongue().heading(told("all")) : kinds);
    facts.line("Has them up to", member(hook, "cursor"));
    facts.line("Delivered last", local_time(member(hook, "delivered_at")));
    facts.line("Fails since", local_time(member(hook, "failing_since")));
    facts.line("Why", Cell(member(hook, "problem"), Colour::red));
    facts.line("Tried again", local_time(member(hook, "retry_at")));
    facts.line("Old secret until", local_time(member(hook, "old_secret_until")));
    facts.line("Secret", Cell(member(hook, "secret"), Colour::bold));
    session.print(facts);
    if (!member(hook, "secret").empty())
        session.say("the secret is shown this once; give it to the receiver");
}

Outcome<ExitCode> shown(Session& session, const Outcome<Reply>& reply) {
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        print_hook(session, reply->document);
    return ExitCode::done;
}

std::string path_of(Session& session, std::string_view rest = "") {
    return "/v1/webhooks/" + session.arguments.words.front() + std::string(rest);
}

json::array texts_of(const std::vector<std::string>& texts) {
    json::array out;
    for (const auto& each : texts) out.push_back(json::string(each));
    return out;
}

Outcome<ExitCode> list(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get("/v1/webhooks");
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table({heading("ID"), heading("STATE"), heading("ADDRESS"), heading("EVENTS"), heading("DELIVERED LAST"), heading("WHY")});
    for (const auto& hook : list_member(reply->document, "items")) {
        const auto kinds = joined(list_member(hook, "kinds"));
        table.add(
            {member(hook, "id"), state_cell(session, hook), member(hook, "url"),
             kinds.empty() ? session.tongue().heading(told("all")) : kinds, local_time(member(hook, "delivered_at")),
             member(hook, "problem")}
        );
    }
    if (table.empty()) session.tell("There is no web hook.");
    session.print(table);
    return ExitCode::done;
}

Outcome<ExitCode> show(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    return shown(session, (*client)->get(path_of(session)));
}

Outcome<ExitCode> add(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body{{"url", said.words.front()}};
    if (said.has("kind")) body["kinds"] = texts_of(said.list("kind"));
    if (said.has("description")) body["description"] = said.text("description");
    if (said.has("after")) body["after"] = said.text("after");
    if (said.has("off")) body["enabled"] = false;
    return shown(session, (*client)->send("POST", "/v1/webhooks", body, session.change()));
}

Outcome<ExitCode> change(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body;
    if (said.has("address")) body["url"] = said.text("address");
    if (said.has("kind")) body["kinds"] = texts_of(said.list("kind"));
    if (said.has("description")) body["description"] = said.text("description");
    if (said.has("on")) body["enabled"] = true;
    if (said.has("off")) body["enabled"] = false;
    return shown(session, (*client)->send("PATCH", path_of(session), body, session.change()));
}

Outcome<ExitCode> rotate(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body;
    if (const auto hours = session.arguments.given("overlap-hours"))
        body["overlap_hours"] = std::stoll(*hours);
    return shown(
        session, (*client)->send("POST", path_of(session, "/secret"), body, session.change())
    );
}

Outcome<ExitCode> replay(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    return shown(
        session, (*client)->send(
                     "POST", path_of(session, "/replay"),
                     json::object{{"after", session.arguments.text("after")}}, session.change()
                 )
    );
}

Outcome<ExitCode> remove(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send("DELETE", path_of(session), nullptr, {});
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        session.tell(phrase("web hook {1} is removed", member(reply->document, "id")));
    return ExitCode::done;
}

Outcome<ExitCode> test(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send("POST", path_of(session, "/test"), nullptr, {});
    if (!reply) return passed_on(reply);
    const bool delivered = member(reply->document, "delivered") == "true";
    if (session.wants_json()) {
        session.print_json(reply->document);
    } else {
        const auto took = member(reply->document, "took_ms");
        if (delivered)
            session.tell(
                phrase("delivered: it answered {1} ({2} ms)", member(reply->document, "status"), took), Colour::green
            );
        else
            session.tell(
                phrase("not delivered: {1:text} ({2} ms)", member(reply->document, "problem"), took), Colour::red
            );
    }
    return delivered ? ExitCode::done : ExitCode::not_reachable;
}

}  // namespace

std::vector<CommandSpec> webhook_commands() {
    const WordSpec id{"ID", told("the web hook's id")};
    const OptionSpec key{
        "--idempotency-key", ValueKind::text, "KEY", told("repeat an earlier run without doing it twice")};
    const OptionSpec kind{
        "--kind", ValueKind::list, "KIND",
        told("only these events: port.state_changed, or port.* (again for more)")};
    const OptionSpec description{"--description", ValueKind::text, "TEXT", told("what it is for")};
    return {
        {.path = "webhook add",
         .help = told("name an address that hears of what happens; prints its secret"),
         .words = {{"URL", told("https://...")}},
         .options =
             {kind,
              description,
              {"--after", ValueKind::text, "EVENT", told("from this event on; 0: from the first of all")},
              {"--off", ValueKind::flag, "", told("send nothing until 'webhook change --on'")},
              key},
         .run = add,
         .footer = told("docs/webhooks.md says how the receiver checks what it gets.")},
        {.path = "webhook list",
         .help = told("the web hooks, and how they are"),
         .words = {},
         .options = {},
         .run = list},
        {.path = "webhook show",
         .help = told("one web hook, and how far it has come"),
         .words = {id},
         .options = {},
         .run = show},
        {.path = "webhook change",
         .help = told("change a web hook, or switch it off or on"),
         .words = {id},
         .options =
             {{"--address", ValueKind::text, "URL", told("send to there")},
              kind,
              description,
              {"--on", ValueKind::flag, "", told("go on where it stood")},
              {"--off", ValueKind::flag, "", told("send nothing for now")},
              key},
         .run = change},
        {.path = "webhook rotate",
         .help = told("make a new secret, and print it; the old one signs too for a while"),
         .words = {id},
         .options =
             {{"--overlap-hours", ValueKind::count, "HOURS", told("how long the old one signs too (24)")},
              key},
         .run = rotate},
        {.path = "webhook test",
         .help = told("send a test event now"),
         .words = {id},
         .options = {},
         .run = test,
         .footer = told("The exit status is 3 if it was not delivered.")},
        {.path = "webhook replay",
         .help = told("send every event after one again"),
         .words = {id},
         .options =
             {{"--after", ValueKind::text, "EVENT", told("the id of an event; 0: all of them")}, key},
         .run = replay},
        {.path = "webhook remove",
         .help = told("take a web hook away"),
         .words = {id},
         .options = {},
         .run = remove},
    };
}

}  // namespace porteur::cli
