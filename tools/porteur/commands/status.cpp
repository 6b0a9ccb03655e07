// SPDX-License-Identifier: Apache-2.0
// porteur status
#include <map>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "order_view.hpp"

namespace porteur::cli {
namespace {

constexpr int pages_max = 5;
constexpr int page_size = 200;

struct Count {
    std::map<std::string, std::int64_t> by_state, by_delivery;
    bool more = false;  ///< only the newest are counted
};

Outcome<Count> count_orders(Client& client, const std::string& group) {
    Count count;
    std::string cursor;
    for (int page = 0; page < pages_max; ++page) {
        const auto reply = client.get(with_query(
            path_of_orders(group), {{"limit", std::to_string(page_size)}, {"cursor", cursor}}
        ));
        if (!reply) return passed_on(reply);
        for (const auto& order : list_member(reply->document, "items")) {
            ++count.by_state[member(order, "state")];
            ++count.by_delivery[member(order, "delivery")];
        }
        cursor = member(reply->document, "next_cursor");
        if (cursor.empty()) return count;
    }
    count.more = true;
    return count;
}

json::object json_of(const Count& count) {
    json::object states, deliveries;
    for (const auto& [state, number] : count.by_state) states[state] = number;
    for (const auto& [delivery, number] : count.by_delivery) deliveries[delivery] = number;
    return {
        {"by_state", std::move(states)},
        {"by_delivery", std::move(deliveries)},
        {"more", count.more}
    };
}

Cell yes_or_no(const Session& session, bool yes) {
    return {session.tongue().heading(yes ? told("yes") : told("no")), yes ? Colour::green : Colour::red};
}

std::string listed(const Session& session, std::string_view kind, const std::map<std::string, std::int64_t>& counts) {
    std::string out;
    for (const auto& [name, number] : counts)
        out += (out.empty() ? "" : ", ") + std::to_string(number) + " " + session.word(kind, name);
    return out.empty() ? session.tongue().heading(told("none")) : out;
}

void add_count(const Session& session, Facts& facts, const std::string& name, const Count& count) {
    const auto states = listed(session, "state", count.by_state);
    facts.line(name, count.more ? session.tongue().text(phrase("{1} (of the newest 1000)", states)) : states);
    auto delivery = count.by_delivery;
    delivery.erase("idle");
    if (!delivery.empty()) facts.line({}, Cell(listed(session, "delivery", delivery), Colour::yellow));
}

/// The web hooks that were switched off because they failed, or that fail now.
Outcome<json::array> troubled_webhooks(Client& client) {
    json::array out;
    const auto reply = client.get("/v1/webhooks");
    if (!reply) return passed_on(reply);
    for (const auto& hook : list_member(reply->document, "items"))
        if (const auto off = member(hook, "off"); off != "by_person" && (!off.empty() || !member(hook, "retry_at").empty()))
            out.push_back(hook);
    return out;
}

json::value document_of(const HttpAnswer& answer) {
    auto read = parse_json(answer.body);
    return read ? std::move(*read) : json::value(nullptr);
}

Outcome<ExitCode> show_status(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto health = (*client)->ask("/healthz");
    if (!health) return passed_on(health);
    const auto ready = (*client)->ask("/readyz");
    if (!ready) return passed_on(ready);
    const bool is_ready = health->status == 200 && ready->status == 200;
    const auto about = document_of(*ready);
    if (about.is_null()) return std::unexpected(trouble_of(*ready, (*client)->server()));

    // Without a token health is all that can be told.
    std::map<std::string, Count> counts;
    if (!(*client)->server().token.empty() && is_ready)
        for (const auto* group : {"port", "purchase"}) {
            auto count = count_orders(**client, group);
            if (!count) return passed_on(count);
            counts[group] = std::move(*count);
        }
    json::array webhooks;
    if (!counts.empty()) {
        auto troubled = troubled_webhooks(**client);
        if (!troubled) return passed_on(troubled);
        webhooks = std::move(*troubled);
    }
    const auto code = is_ready ? ExitCode::done : ExitCode::not_reachable;
    if (session.wants_json()) {
        json::object orders;
        for (const auto& [group, count] : counts) orders[group] = json_of(count);
        session.print_json(json::object{
            {"healthz", document_of(*health)}, {"readyz", about}, {"orders", std::move(orders)},
            {"webhooks", std::move(webhooks)}
        });
        return code;
    }
    Facts facts;
    facts.line("Daemon", (*client)->server().url.text());
    facts.line("Live", yes_or_no(session, health->status == 200));
    facts.line("Ready", yes_or_no(session, is_ready));
    for (const auto& check : list_member(about, "checks")) {
        const auto detail = member(check, "detail");
        const bool ok = member(check, "ok") == "true";
        facts.line(
            std::string("- ") + member(check, "name"),
            Cell(
                session.tongue().heading(ok ? told("ok") : told("not ok")) + (detail.empty() ? "" : ": " + session.tongue().text(detail)),
                ok ? Colour::none : Colour::red
            )
        );
    }
    for (const auto& [group, count] : counts)
        add_count(session, facts, group == "port" ? heading("Port orders") : heading("Purchase orders"), count);
    for (const auto& hook : webhooks) {
        const auto off = member(hook, "off");
        const auto why = off.empty() ? phrase("{1} fails: {2:text}", member(hook, "id"), member(hook, "problem"))
                                     : phrase("{1} is off ({2:webhook_off}): {3:text}", member(hook, "id"), off, member(hook, "problem"));
        facts.line("Web hook", Cell(session.tongue().text(why), off.empty() ? Colour::yellow : Colour::red));
    }
    session.print(facts);
    if ((*client)->server().token.empty()) session.say("orders are counted only with a token");
    return code;
}

}  // namespace

std::vector<CommandSpec> status_commands() {
    return {
        {.path = "status",
         .help = told("whether the daemon is well, and how many orders stand where"),
         .words = {},
         .options = {},
         .run = show_status},
    };
}

}  // namespace porteur::cli
