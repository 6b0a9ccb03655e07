// SPDX-License-Identifier: Apache-2.0
#include "status_view.hpp"

#include <cmath>
#include <set>

#include <porteur/phrase.hpp>

#include "carrier_view.hpp"
#include "order_view.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

json::object json_of(const OrderCount& count) {
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

void add_count(const Session& session, Facts& facts, const std::string& name, const OrderCount& count) {
    const auto states = listed(session, "state", count.by_state);
    facts.line(name, states);
    if (count.by_delivery.empty()) return;
    const auto deliveries = listed(session, "delivery", count.by_delivery);
    facts.line({}, Cell(count.more ? session.tongue().text(phrase("{1} or more", deliveries)) : deliveries, Colour::yellow));
}

/// A measure as a whole number; empty where it is not there.
std::string measure(const StatusPicture& picture, const std::string& name) {
    const auto found = picture.measures.find(name);
    return found == picture.measures.end() ? std::string() : std::to_string(std::llround(found->second));
}

void add_measures(const Session& session, Facts& facts, const StatusPicture& picture) {
    const auto& tongue = session.tongue();
    if (const auto running = measure(picture, "porteur_operations_running"); !running.empty())
        facts.line(
            heading("Operations"),
            tongue.text(phrase("{1:n} under way, {2:n} orders have a time of their next look", running, measure(picture, "porteur_orders_waiting")))
        );
    if (const auto backlog = measure(picture, "porteur_store_backlog"); !backlog.empty()) {
        auto text = tongue.text(phrase("{1:n} commits wait, {2:n} were written since the start", backlog, measure(picture, "porteur_store_commits_total")));
        const auto failed = measure(picture, "porteur_store_commits_failed_total");
        const bool well = failed.empty() || failed == "0";
        if (!well) text += ", " + tongue.text(phrase("{1:n} were refused", failed));
        facts.line(heading("Database"), Cell(text, well ? Colour::none : Colour::red));
    }
    if (const auto taken = measure(picture, "porteur_mails_taken_total"); !taken.empty()) {
        const bool up = measure(picture, "porteur_mailbox_up") == "1";
        facts.line(
            heading("Mail"),
            Cell(
                up ? tongue.text(phrase("the mailbox is read; {1:n} mails taken since the start", taken))
                   : tongue.text(phrase("the mailbox cannot be read; {1:n} mails taken since the start", taken)),
                up ? Colour::none : Colour::red
            )
        );
    }
}

Section facts_of(const Session& session, const StatusPicture& picture, bool is_brief) {
    Facts facts;
    facts.line("Daemon", picture.url);
    facts.line("Live", yes_or_no(session, picture.is_live));
    facts.line("Ready", yes_or_no(session, picture.is_ready));
    // A porteurd that stands by has no checks, but a reason.
    if (const auto reason = member(picture.readiness, "detail"); !picture.is_ready && !reason.empty()) facts.line({}, session.tongue().text(reason));
    for (const auto& check : list_member(picture.readiness, "checks")) {
        const auto detail = member(check, "detail");
        const bool ok = member(check, "ok") == "true";
        if (is_brief && ok) continue;
        facts.line(
            std::string("- ") + member(check, "name"),
            Cell(
                session.tongue().heading(ok ? told("ok") : told("not ok")) + (detail.empty() ? "" : ": " + session.tongue().text(detail)),
                ok ? Colour::none : Colour::red
            )
        );
    }
    add_measures(session, facts, picture);
    for (const auto& [group, count] : picture.counts)
        if (group != "release" || !count.by_state.empty() || !count.by_delivery.empty())
            add_count(session, facts, group == "port" ? heading("Port orders") : group == "purchase" ? heading("Purchase orders") : heading("Release orders"), count);
    for (const auto& hook : picture.webhooks) {
        const auto off = member(hook, "off");
        const auto why = off.empty() ? phrase("{1} fails: {2:text}", member(hook, "id"), member(hook, "problem"))
                                     : phrase("{1} is off ({2:webhook_off}): {3:text}", member(hook, "id"), off, member(hook, "problem"));
        facts.line("Web hook", Cell(session.tongue().text(why), off.empty() ? Colour::yellow : Colour::red));
    }
    for (const auto& [what, why] : picture.missing) facts.line(what, Cell(session.tongue().text(why), Colour::yellow));
    Section made{.title = {}, .lines = lines_of(session.shown(facts)), .kept = 0};
    made.kept = made.lines.size();  // health is what one looks for first
    return made;
}

Section table_section(const Session& session, const char* title, const Table& table) {
    const auto said = session.tongue().heading(title);
    return {.title = session.colours() ? painted(said, Colour::bold) : said, .lines = lines_of(session.shown(table)), .kept = 1};
}

Table accounts_of(const Session& session, const StatusPicture& picture) {
    Table table({heading("ACCOUNT"), heading("HEALTH"), heading("RATE"), heading("BREAKER"), heading("LAST ERROR")});
    for (const auto& account : picture.accounts) {
        const auto health = member_at(account, {"health", "state"});
        table.add(
            {member(account, "account"), {session.word("health", health), colour_of_health(health)}, rate_of(session, account),
             breaker_of(session, account), member_at(account, {"health", "last_error"})}
        );
    }
    return table;
}

/// One line for each plugin: its accounts share its process.
Table plugins_of(const Session& session, const StatusPicture& picture) {
    Table table({heading("PLUGIN"), heading("VERSION"), heading("ITS PROCESS")});
    std::set<std::string> shown;
    for (const auto& account : picture.accounts) {
        if (!shown.insert(member(account, "plugin") + "/" + member(account, "build") + "/" + member(account, "isolation")).second) continue;
        const auto ended = member_at(account, {"health", "process_ended", "at"});
        Cell process(member(account, "isolation") == "none" ? session.tongue().heading(told("none; it runs in the daemon"))
                                                            : session.tongue().heading(told("has not ended")));
        if (!ended.empty())
            process = Cell(
                session.tongue().text(phrase(
                    "ended {1:n} times, last at {2}: {3:text}", member_at(account, {"health", "process_ended", "count"}), local_time(ended),
                    member_at(account, {"health", "process_ended", "reason"})
                )),
                Colour::yellow
            );
        table.add({member(account, "plugin"), member(account, "version"), std::move(process)});
    }
    for (const auto& plugin : picture.refused)
        table.add(
            {member(plugin, "file"), Cell(std::string()),
             Cell(session.tongue().text(phrase("refused: {1:text}", member(plugin, "reason"))), Colour::red)}
        );
    return table;
}

Table orders_of(const Session& session, const json::array& orders) {
    Table table({heading("ORDER"), heading("KIND"), heading("REFERENCE"), heading("ACCOUNT"), heading("STATE"), heading("DELIVERY"), heading("PROBLEM")});
    for (const auto& order : orders) {
        const auto state = member(order, "state"), delivery = member(order, "delivery");
        table.add(
            {member(order, "id"), session.word("kind", member(order, "kind")), member(order, "reference"), member(order, "account"),
             {session.word("state", state), colour_of(state)}, {session.word("delivery", delivery), colour_of(delivery)},
             member(order, "problem")}
        );
    }
    return table;
}

Table due_of(const Session& session, const json::array& items) {
    Table table({heading("WHEN"), heading("WHAT"), heading("ORDER"), heading("ACCOUNT"), heading("MORE")});
    for (const auto& item : items) {
        const auto colour = member(item, "overdue") == "true" ? Colour::red : Colour::none;
        const auto day = member(item, "day");
        table.add(
            {Cell(day.empty() ? local_time(member(item, "at")).substr(0, 16) : session.tongue().date(day), colour),
             Cell(session.word("due", member(item, "what")), colour), member(item, "order"), member(item, "account"), member(item, "text")}
        );
    }
    return table;
}

}  // namespace

json::object json_of(const StatusPicture& picture) {
    json::object orders, measures, missing;
    for (const auto& [group, count] : picture.counts) orders[group] = json_of(count);
    for (const auto& [name, value] : picture.measures) measures[name] = value;
    for (const auto& [what, why] : picture.missing) missing[what] = why;
    return {
        {"healthz", picture.health},     {"readyz", picture.readiness},   {"orders", std::move(orders)}, {"webhooks", picture.webhooks},
        {"accounts", picture.accounts},  {"refused", picture.refused},    {"under_way", picture.under_way},
        {"waiting", picture.waiting},    {"due", picture.due},            {"measures", std::move(measures)},
        {"missing", std::move(missing)},
    };
}

std::vector<Section> sections_of(const Session& session, const StatusPicture& picture, bool is_brief) {
    std::vector<Section> out{facts_of(session, picture, is_brief)};
    const auto add = [&](const char* title, const Table& table) {
        if (!table.empty()) out.push_back(table_section(session, title, table));
    };
    add(heading("Waiting for a person, or in doubt"), orders_of(session, picture.waiting));
    add(heading("Accounts"), accounts_of(session, picture));
    add(heading("Plugins"), plugins_of(session, picture));
    add(heading("Being sent"), orders_of(session, picture.under_way));
    add(heading("Due"), due_of(session, picture.due));
    return out;
}

}  // namespace porteur::cli
