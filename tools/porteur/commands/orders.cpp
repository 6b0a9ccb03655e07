// SPDX-License-Identifier: Apache-2.0
// porteur port ..., porteur purchase ... and porteur release ...: the same commands over the kinds of orders.
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/result.hpp>

#include "commands/all.hpp"
#include "order_fields.hpp"
#include "order_view.hpp"
#include "watch.hpp"

namespace porteur::cli {
namespace {

std::string group_of(const Session& session) { return session.arguments.group(); }
const std::string& id_of(const Session& session) { return session.arguments.words.front(); }

/// Shows what became of an order after a change, or follows it where --watch asks for that.
Outcome<ExitCode> show_changed(Session& session, const json::value& order) {
    const auto group = group_of(session);
    if (session.arguments.has("watch")) {
        if (!session.wants_json()) session.print_line(member(order, "id"), Colour::bold);
        return watch_order(session, group, member(order, "id"));
    }
    if (session.wants_json())
        session.print_json(order);
    else
        print_short(session, group, order);
    return ExitCode::done;
}

/// A wrong --timeout is said before anything is sent.
Outcome<void> check_timeout(const Session& session) {
    if (const auto text = session.arguments.given("timeout"))
        if (const auto read = parse_duration("--timeout", *text); !read) return passed_on(read);
    return {};
}

Outcome<ExitCode> create(Session& session) {
    const auto& said = session.arguments;
    if (const auto checked = check_timeout(session); !checked) return passed_on(checked);
    auto body = body_of_file(session);
    if (!body) return passed_on(body);
    const auto options = request_of_options(session);
    if (!options) return passed_on(options);
    for (const auto* key : {"account", "losing-account", "reference"})
        if (const auto text = said.given(key)) {
            std::string name = key;
            std::ranges::replace(name, '-', '_');
            (*body)[name] = *text;
        }
    if (said.has("submit")) (*body)["submit"] = true;
    if (member(*body, "account").empty())
        return trouble(
            ExitCode::usage,
            "which account shall carry the order out? Name it with --account; 'porteur "
            "carriers' lists them"
        );
    auto& request = (*body)["request"];
    if (request.is_null()) request.emplace_object();
    if (!request.is_object())
        return trouble(ExitCode::usage, "--file: its \"request\" is no JSON object");
    merge(request.get_object(), *options);

    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto documents = uploaded_documents(session);
    if (!documents) return passed_on(documents);
    if (!documents->empty()) {
        auto& list = request.get_object()["documents"];
        if (!list.is_array()) list.emplace_array();
        for (const auto& id : *documents) list.get_array().push_back(id);
    }
    const auto reply =
        (*client)->send("POST", path_of_orders(group_of(session)), *body, session.change());
    if (!reply) return passed_on(reply);
    return show_changed(session, reply->document);
}

/// POSTs to one of an order's verbs.
Outcome<ExitCode> act(Session& session, std::string_view verb, const json::value& body) {
    if (const auto checked = check_timeout(session); !checked) return passed_on(checked);
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send(
        "POST", path_of_order(group_of(session), id_of(session), verb), body, session.change()
    );
    if (!reply) return passed_on(reply);
    return show_changed(session, reply->document);
}

Outcome<ExitCode> submit(Session& session) { return act(session, "/submit", nullptr); }
Outcome<ExitCode> cancel(Session& session) { return act(session, "/cancel", nullptr); }

Outcome<ExitCode> settle(Session& session) {
    const auto& verdict = session.arguments.words.at(1);
    const auto carrier_id = session.arguments.text("carrier-id");
    if (verdict == "found_at_carrier" && carrier_id.empty())
        return trouble(
            ExitCode::usage, "under which id does the carrier have it? Give it with --carrier-id"
        );
    json::object body{{"verdict", verdict}};
    if (!carrier_id.empty()) body["carrier_id"] = carrier_id;
    return act(session, "/settle", body);
}

Outcome<ExitCode> answer(Session& session) {
    json::object body{{"choice", session.arguments.words.at(1)}};
    if (const auto text = session.arguments.given("text")) body["text"] = *text;
    return act(session, "/answer", body);
}

/// Corrects a request, and with `submit` has it sent in the same change.
/// Sends a change of what was read. An order changes by itself, too, as when its carrier is asked again: as long
/// as what is wanted stands as it was read, the same change is made to the newer version.
Outcome<ExitCode> send_correction(
    Session& session, Client& client, const std::string& path, json::object body, Reply read
) {
    constexpr int tries_max = 5;
    for (int tried = 1;; ++tried) {
        auto change = session.change();
        change.if_match = read.etag;
        const auto reply = client.send("PATCH", path, body, change);
        if (reply) return show_changed(session, reply->document);
        if (reply.error().code != ExitCode::conflict || tried == tries_max) return passed_on(reply);
        auto now = client.get(path);
        if (!now) return passed_on(now);
        const auto wanted = [](const Reply& each) {
            const auto* order = each.document.if_object();
            const auto* request = order ? order->if_contains("request") : nullptr;
            return request ? *request : json::value();
        };
        if (now->etag == read.etag || wanted(*now) != wanted(read)) return passed_on(reply);
        read = std::move(*now);
    }
}

Outcome<ExitCode> correct(Session& session, bool submit, bool as_new) {
    if (const auto checked = check_timeout(session); !checked) return passed_on(checked);
    auto body = body_of_file(session);
    if (!body) return passed_on(body);
    const auto options = request_of_options(session);
    if (!options) return passed_on(options);
    json::object changes;
    if (auto* request = body->if_contains("request"); request && request->is_object())
        changes = std::move(request->get_object());
    merge(changes, *options);

    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto path = path_of_order(group_of(session), id_of(session));
    // Changed is what was looked at: somebody else's change in between is not overwritten.
    const auto before = (*client)->get(path);
    if (!before) return passed_on(before);
    const auto documents = uploaded_documents(session);
    if (!documents) return passed_on(documents);
    if (!documents->empty()) {
        // A list is replaced as a whole, so the documents that the order has stay in it.
        json::array all;
        if (const auto* request = before->document.get_object().if_contains("request"))
            for (const auto& each : list_member(*request, "documents"))
                all.emplace_back(member(each, "id"));
        all.insert(all.end(), documents->begin(), documents->end());
        changes["documents"] = std::move(all);
    }
    json::object body_sent;
    if (submit) body_sent["submit"] = true;
    if (as_new) body_sent["as_new"] = true;
    if (changes.empty() && submit) {
        // What was corrected before is sent as it is.
        const auto reply = (*client)->send(
            "POST",
            with_query(path_of_order(group_of(session), id_of(session), "/submit"), {{"as_new", as_new ? "true" : ""}}),
            nullptr, session.change()
        );
        if (!reply) return passed_on(reply);
        return show_changed(session, reply->document);
    }
    if (changes.empty())
        return trouble(
            ExitCode::usage,
            "there is nothing to change; give fields, as in --account-number 123, or "
            "--file"
        );
    body_sent["request"] = std::move(changes);
    return send_correction(session, **client, path, std::move(body_sent), *before);
}

Outcome<ExitCode> amend(Session& session) { return correct(session, false, false); }

Outcome<ExitCode> fix(Session& session) {
    const bool submit = session.arguments.has("submit"), as_new = session.arguments.has("as-new");
    if (as_new && !submit)
        return trouble(ExitCode::usage, "--as-new says how it is sent; give --submit with it");
    return correct(session, submit, as_new);
}

Outcome<ExitCode> comment(Session& session) {
    json::object body{{"text", session.arguments.words.at(1)}};
    if (session.arguments.has("private")) body["private"] = true;
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send(
        "POST", path_of_order(group_of(session), id_of(session), "/comments"), body, session.change()
    );
    if (!reply) return passed_on(reply);
    if (session.wants_json()) session.print_json(reply->document);
    return ExitCode::done;
}

Outcome<ExitCode> packet(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(path_of_order(group_of(session), id_of(session), "/packet"));
    if (!reply) return passed_on(reply);
    bool ready = true;
    for (const auto& each : list_member(reply->document, "problems"))
        if (member(each, "blocking") == "true") ready = false;
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ready ? ExitCode::done : ExitCode::refused;
    }
    session.print_line(member(reply->document, "subject"), Colour::bold);
    session.print_line("");
    session.print_text(member(reply->document, "cover_letter"));
    Table documents({heading("DOCUMENT"), heading("TYPE"), heading("NAME")});
    for (const auto& each : list_member(reply->document, "documents"))
        documents.add({member(each, "id"), session.word("document", member(each, "type")), member(each, "name")});
    if (!documents.empty()) session.print_line("");
    session.print(documents);
    Table problems({heading("PROBLEM"), heading("FIELD"), heading("REASON")});
    for (const auto& each : list_member(reply->document, "problems"))
        problems.add({
            Cell(session.tongue().text(member(each, "message")), member(each, "blocking") == "true" ? Colour::red : Colour::yellow),
            member(each, "field"),
            session.word("reason", member(each, "reason")),
        });
    if (!problems.empty()) session.print_line("");
    session.print(problems);
    if (!ready) session.say("the packet is not ready: mend what stands in red");
    return ready ? ExitCode::done : ExitCode::refused;
}

Outcome<ExitCode> show(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto group = group_of(session);
    const auto order = (*client)->get(path_of_order(group, id_of(session)));
    if (!order) return passed_on(order);
    if (session.wants_json()) {
        session.print_json(order->document);
        return ExitCode::done;
    }
    const auto timeline = (*client)->get(path_of_order(group, id_of(session), "/timeline"));
    if (!timeline) return passed_on(timeline);
    print_order(session, group, order->document);
    const auto& entries = list_member(timeline->document, "items");
    if (!entries.empty()) session.print_line("");
    for (const auto& entry : entries) print_timeline_entry(session, entry);
    return ExitCode::done;
}

std::string numbers_of(const json::value& order) {
    const auto& numbers = list_member(order, "numbers");
    if (numbers.empty()) return {};
    const auto first = member(numbers.front(), "number");
    return numbers.size() == 1 ? first : first + " +" + std::to_string(numbers.size() - 1);
}

Outcome<ExitCode> list_orders(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto limit = said.text("limit");
    const auto reply = (*client)->get(with_query(
        path_of_orders(group_of(session)), {{"state", said.text("state")},
                                            {"delivery", said.text("delivery")},
                                            {"code", said.text("code")},
                                            {"limit", limit},
                                            {"cursor", said.text("cursor")}}
    ));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table(
        {heading("ORDER"), heading("REFERENCE"), heading("FROM"), heading("ACCOUNT"), heading("STATE"), heading("DELIVERY"), heading("NUMBERS"), heading("UPDATED"),
         heading("PROBLEM")}
    );
    for (const auto& order : list_member(reply->document, "items")) {
        const auto state = member(order, "state");
        const auto delivery = member(order, "delivery");
        table.add({
            member(order, "id"),
            member(order, "reference"),
            member(order, "losing_account"),
            member(order, "account"),
            {session.word("state", state), colour_of(state)},
            {session.word("delivery", delivery), colour_of(delivery)},
            numbers_of(order),
            local_time(member(order, "updated")),
            member(order, "problem"),
        });
    }
    if (table.empty()) session.tell("No orders.");
    session.print(table);
    const auto next = member(reply->document, "next_cursor");
    if (!next.empty()) session.say(phrase("there are more; go on with --cursor {1}", next));
    return ExitCode::done;
}

Outcome<ExitCode> watch(Session& session) {
    return watch_order(session, group_of(session), id_of(session));
}

std::vector<OptionSpec> joined_options(
    std::vector<OptionSpec> some, const std::vector<OptionSpec>& more
) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

}  // namespace

std::vector<CommandSpec> order_commands(const std::string& group) {
    using enum ValueKind;
    const bool port = group == "port";
    const std::vector<OptionSpec> key{
        {"--idempotency-key", text, "KEY", told("repeat an earlier run without doing it twice")}
    };
    const std::vector<OptionSpec> watching{
        {"--watch", flag, "", told("then follow the order to its end")},
        {"--stay", flag, "", told("go on following while it waits for a person")},
        {"--timeout", duration, "TIME", told("follow for so long at most, as in 30s, 5m, 2h")},
    };
    const auto changing = joined_options(watching, key);
    const auto fields = options_of_fields(group);
    const WordSpec id{"ID", told("the order's id")};
    std::vector<OptionSpec> of_create{
        {"--file", file, "FILE", told("the order as JSON, as the API takes it; - reads standard input")},
        {"--account", text, "ACCOUNT",
         port ? told("the gaining account, which carries the order out") : told("the seller's account")},
    };
    if (port)
        of_create.push_back(
            {"--losing-account", text, "ACCOUNT",
             told("checks the order first, where its carrier is here")}
        );
    of_create.push_back({"--reference", text, "TEXT", told("yours, unique; else one is made")});
    of_create.push_back({"--submit", flag, "", told("send it out at once; else it stays a draft")});
    std::vector<std::string> states;
    for (const auto* state :
         {"draft", "submitted", "needs_documents", "accepted", "confirmed", "activating",
          "in_review", "alternates_offered", "exception", "supplement_pending", "cancel_pending",
          "completed", "partial", "cancelled", "rejected", "expired"})
        states.emplace_back(state);

    std::vector<CommandSpec> all{
        {.path = group + " create",
         .help = port ? told("make a port order") : told("make a purchase order") ,
         .words = {},
         .options = joined_options(joined_options(of_create, fields), changing),
         .run = create,
         .footer = told("What options say goes over what --file says.")},
        {.path = group + " submit",
         .help = told("send a draft, or a corrected order, to the carrier"),
         .words = {id},
         .options = changing,
         .run = submit},
        {.path = group + " show",
         .help = told("an order with its numbers, documents and timeline"),
         .words = {id},
         .options = {},
         .run = show},
        {.path = group + " list",
         .help = told("orders, newest first"),
         .words = {},
         .options =
             {{"--state", choice, "", told("only these"), states},
              {"--delivery",
               choice,
               "",
               told("only these"),
               {"idle", "sending", "in_doubt", "retry_at", "waiting_for_person"}},
              {"--code", text, "REASON", told("only those that were refused for this reason, as PIN_INVALID (docs/vocabulary.md)")},
              {"--limit", count, "COUNT", told("how many, 1 to 200 (50)")},
              {"--cursor", text, "CURSOR", told("go on where an earlier list ended")}},
         .run = list_orders},
        {.path = group + " cancel",
         .help = told("call an order off; after it left, the carrier is asked to"),
         .words = {id},
         .options = changing,
         .run = cancel},
        {.path = group + " watch",
         .help = told("follow an order live until it ends"),
         .words = {id},
         .options = std::vector<OptionSpec>(watching.begin() + 1, watching.end()),
         .run = watch,
         .footer = told("The exit status is 0 when it is completed, 1 when it ended otherwise, 7 when "
                   "it waits\n"
                   "for a person, 8 when --timeout passed.")},
        {.path = group + " settle",
         .help = told("say what the carrier told you about an order in doubt"),
         .words =
             {id,
              {"VERDICT",
               port ? "found_at_carrier, not_carried_out, tried_again or left"
                    : "found_at_carrier, not_carried_out or tried_again",
               false,
               port ? std::vector<std::string>{"found_at_carrier", "not_carried_out", "tried_again", "left"}
                    : std::vector<std::string>{"found_at_carrier", "not_carried_out", "tried_again"}}},
         .options = joined_options(
             {{"--carrier-id", text, "ID", told("the carrier's own id of the order, if it was found")}},
             changing
         ),
         .run = settle,
         .footer =
             told("not_carried_out has the order sent again, or ends one that is called off:\n"
                  "say it only when the carrier is certain.")},
        {.path = group + " answer",
         .help = told("answer what an order asks a person"),
         .words = {id, {"CHOICE", told("one of the choices that the order offers")}},
         .options = joined_options({{"--text", text, "TEXT", told("more words to it")}}, changing),
         .run = answer},
        {.path = group + " amend",
         .help = told("correct the fields of a draft, or of an order that was sent back"),
         .words = {id},
         .options = joined_options(
             joined_options(
                 {{"--file", file, "FILE", told("changed fields as JSON; - reads standard input")}},
                 fields
             ),
             changing
         ),
         .run = amend,
         .footer = told("An empty text takes a field away. Documents are added to those that it has.")},
        {.path = group + " fix",
         .help = told("correct an order that its carrier refused, and send it"),
         .words = {id},
         .options = joined_options(
             joined_options(
                 joined_options(
                     {{"--file", file, "FILE", told("changed fields as JSON; - reads standard input")},
                      {"--submit", flag, "", told("send it at once; else the correction waits")}},
                     port ? std::vector<OptionSpec>{{"--as-new", flag, "", told("as a new request, even where the carrier takes supplements")}}
                          : std::vector<OptionSpec>{}
                 ),
                 fields
             ),
             changing
         ),
         .run = fix,
         .footer = port ? told("Where the carrier has the order and takes corrections, a supplement is sent; else a new\n"
                          "request. An open order can be corrected where its carrier takes supplements.") : told("It is sent as a new request.") },
        {.path = group + " comment",
         .help = told("write a line into an order's timeline"),
         .words = {id, {"TEXT", told("what to write")}},
         .options = joined_options({{"--private", flag, "", told("for operators alone")}}, key),
         .run = comment},
    };
    if (port)
        all.push_back(
            {.path = "port packet",
             .help = told("what goes to the gaining side of a port away"),
             .words = {id},
             .options = {},
             .run = packet,
             .footer = told("The exit status is 1 when something is missing in it.")}
        );
    return all;
}

std::vector<CommandSpec> release_commands() {
    std::vector<CommandSpec> kept;
    for (auto& each : order_commands("release")) {
        const auto verb = each.path.substr(std::string_view("release ").size());
        // Nothing of a release can be corrected, and numbers release makes it.
        if (verb != "show" && verb != "list" && verb != "cancel" && verb != "watch" && verb != "settle") continue;
        if (verb == "list") std::erase_if(each.options, [](const OptionSpec& option) { return option.name == "--code"; });
        if (verb == "cancel") each.help = told("call one off, as long as the carrier has nothing of it");
        if (verb == "settle")
            each.footer = told("found_at_carrier: the carrier has given the number up. not_carried_out has it asked again, or, where\n"
                               "it had taken the wish, says that it keeps the number. Say it only when the carrier is certain.");
        kept.push_back(std::move(each));
    }
    return kept;
}

}  // namespace porteur::cli
