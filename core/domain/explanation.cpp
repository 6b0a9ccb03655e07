// SPDX-License-Identifier: Apache-2.0
#include "domain/explanation.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

#include "domain/rule_words.hpp"

namespace porteur {
namespace {

using rules::text_of_state;

std::string time_of(Instant at) { return rfc3339(std::chrono::floor<std::chrono::seconds>(at)); }

/// The account that acts next.
const std::string& acting(const Order& order) {
    return order.stage == Stage::preflight || order.stage == Stage::release ? order.losing_account : order.account;
}

std::string_view group_of(OrderKind kind) {
    switch (kind) {
        case OrderKind::port: return "port";
        case OrderKind::purchase: return "purchase";
        case OrderKind::release: return "release";
    }
    return "port";
}

// ------------------------------------------------------------------ why

std::string of_step(const OpenStep& open, const OrderFacts& facts) {
    const auto& account = acting(facts.order);
    switch (open.kind) {
        case OpenStep::Kind::lost:
            return phrase("step {1} may have reached {2}, and its answer was lost: it is looked up there before anything is sent again", quoted(open.step), account);
        case OpenStep::Kind::pause: return phrase("the plugin pauses (step {1}) until {2}", quoted(open.step), time_of(open.until.value_or(open.since)));
        case OpenStep::Kind::person: return phrase("it waits for a person: {1:text}", open.title);
        case OpenStep::Kind::event:
            return phrase("it waits for word from {1} (step {2}), until {3}", quoted(open.title), quoted(open.step), time_of(open.until.value_or(open.since)));
        case OpenStep::Kind::request: return phrase("step {1} is under way at {2}", quoted(open.step), account);
    }
    return {};
}

/// What the stage and the delivery say where no open operation says it better.
std::string of_stage(const Order& order) {
    const auto& account = acting(order);
    switch (order.delivery) {
        case Delivery::in_doubt: return phrase("nobody knows whether {1} has it: the answer to what was sent was lost, and nothing proves it either way", account);
        case Delivery::retry_at: return phrase("the last try at {1} failed and is made again", account);
        case Delivery::waiting_for_person: return phrase("it waits for a person");
        case Delivery::sending:
        case Delivery::idle: break;
    }
    switch (order.stage) {
        case Stage::none:
            if (order.state == OrderState::draft) return phrase("it is a draft: nobody has sent it");
            if (is_end(order.state)) return phrase("it has ended as {1:state}", text_of_state(order.state));
            return phrase("it is {1:state}, and nothing is to be done by itself", text_of_state(order.state));
        case Stage::preflight: return phrase("it is compared with the records of {1} before it is sent", account);
        case Stage::split: return phrase("{1} is asked which numbers may share a request", account);
        case Stage::submit: return phrase("it is to be sent to {1}", account);
        case Stage::supplement: return phrase("its correction is to be sent to {1}", account);
        case Stage::follow: return phrase("{1} has it and has not decided yet; it is {2:state} there", account, text_of_state(order.state));
        case Stage::cancel: return phrase("it is being called off at {1}", account);
        case Stage::parts: return phrase("it is carried out in parts, and moves as they do");
        case Stage::release: return phrase("it is completed; {1} is still asked whether the numbers have left it", account);
    }
    return {};
}

void say_why(const OrderFacts& facts, Explanation& out) {
    const auto& order = facts.order;
    if (facts.is_parked) out.why.push_back(phrase("what was under way cannot go on by itself; a person must look"));
    for (const auto& each : facts.open) out.why.push_back(of_step(each, facts));
    if (out.why.empty() || order.delivery == Delivery::in_doubt) out.why.push_back(of_stage(order));
    // The problem is the sentence of whoever parked or refused it; where it only repeats a task's title it says nothing new.
    const bool is_title = std::ranges::find(facts.open, order.problem, &OpenStep::title) != facts.open.end();
    if (!order.problem.empty() && !is_title) out.why.push_back(order.problem);
    if (order.tries > 0) out.why.push_back(phrase_n(order.tries, "{1:n} try has failed", "{1:n} tries in a row have failed", order.tries));
    if (facts.carrier && !facts.carrier->is_configured && !is_end(order.state))
        out.why.push_back(phrase("the account {1} is not configured or not enabled", quoted(facts.carrier->account)));
    for (const auto& each : facts.parts)
        out.why.push_back(phrase("part {1} is {2:state}", quoted(each.reference), text_of_state(each.state)));
}

// ------------------------------------------------------------------ what comes

void say_next(const OrderFacts& facts, Instant now, Explanation& out) {
    const auto& order = facts.order;
    if (order.due && order.stage != Stage::none) {
        const auto& account = acting(order);
        auto text = order.delivery == Delivery::waiting_for_person ? phrase("it is asked after again, or a reminder is written")
                    : order.stage == Stage::follow                 ? phrase("{1} is asked how it stands", account)
                    : order.stage == Stage::release                ? phrase("{1} is asked whether the numbers have left", account)
                                                                   : phrase("the daemon goes on with it");
        out.next.push_back({std::max(*order.due, now), "daemon", std::move(text)});
    }
    if (facts.carrier && facts.carrier->left_alone_until && *facts.carrier->left_alone_until > now)
        out.next.push_back({facts.carrier->left_alone_until, "daemon", phrase("{1} may be asked again, as it wished to be left alone until then", facts.carrier->account)});
    if (facts.carrier && facts.carrier->tried_again_at && *facts.carrier->tried_again_at > now)
        out.next.push_back({facts.carrier->tried_again_at, "daemon", phrase("{1} is tried again, as it did not answer", facts.carrier->account)});
    for (const auto& each : facts.due)
        // A whole day is named as the due list names it, though it is over only when the next one begins.
        if (each.what != due_words::follow_up) out.next.push_back({each.day ? Instant(std::chrono::sys_days(*each.day)) : each.at, each.who, each.text});
    if (out.next.empty() && !is_end(order.state)) {
        const bool of_carrier = order.stage == Stage::follow;
        out.next.push_back({std::nullopt, of_carrier ? "carrier" : "person",
                            of_carrier ? phrase("nothing, until the carrier says something") : phrase("nothing, until a person does something")});
    }
    std::ranges::sort(out.next, {}, [](const auto& each) { return std::pair(each.at.value_or(Instant::max()), std::string_view(each.text)); });
}

// ------------------------------------------------------------------ what a person can do

void say_ways(const OrderFacts& facts, Instant now, const Known& known, Explanation& out) {
    const auto& order = facts.order;
    const auto command = [&](std::string_view verb, std::string_view more = "") {
        auto text = "porteur " + std::string(group_of(order.kind)) + " " + std::string(verb) + " " + id_text(order.id);
        if (!more.empty()) text += " " + std::string(more);
        return text;
    };
    const auto offer = [&](std::string_view what, std::string text, std::string how) {
        out.ways.push_back({what, std::move(text), std::move(how)});
    };
    for (const auto& each : facts.open) {
        if (each.kind != OpenStep::Kind::person) continue;
        std::string choices;
        for (const auto& choice : each.choices) choices += (choices.empty() ? "" : "|") + choice;
        offer("answer", phrase("answer {1}", quoted(each.title)), command("answer", choices.empty() ? "CHOICE" : choices));
    }
    // The engine ends a parked operation when a person says something; the rules are asked of what is left then.
    auto asked = order;
    if (facts.is_parked) asked.open_operation = 0;
    const auto settles = [&](PersonVerdict verdict) { return settle_by_person(asked, verdict, "id", now, "person").has_value(); };
    if (settles(PersonVerdict::found_at_carrier))
        offer("settle", phrase("say that {1} has it, and under which id", order.account), command("settle", "found_at_carrier --carrier-id ID"));
    if (settles(PersonVerdict::not_carried_out))
        offer("settle", phrase("say that {1} certainly does not have it: it goes out again", order.account), command("settle", "not_carried_out"));
    if (settles(PersonVerdict::left))
        offer("settle", phrase("say that the numbers have left the losing carrier"), command("settle", "left"));
    if (settles(PersonVerdict::tried_again)) offer("settle", phrase("have it tried again"), command("settle", "tried_again"));
    if (order.kind != OrderKind::release && may_be_corrected(asked, known))
        offer("amend", phrase("correct it"), command(order.state == OrderState::exception ? "fix" : "amend"));
    if (order.kind != OrderKind::release && submit_order(asked, now, "person", known))
        offer("submit", order.state == OrderState::draft ? phrase("send it") : phrase("send it again, corrected"), command("submit"));
    if (cancel_order(asked, known.can(order.account, order.kind == OrderKind::purchase ? "cancel_purchase" : "cancel_port"), now, "person"))
        offer("cancel", phrase("call it off"), command("cancel"));
}

}  // namespace

Explanation explain(const OrderFacts& facts, Instant now, const Known& known) {
    Explanation out;
    say_why(facts, out);
    // Comments tell of people, not of what happened.
    const auto is_comment = [](const TimelineEntry& each) { return each.kind.ends_with(".comment"); };
    for (const auto& each : facts.entries)
        if (!is_comment(each)) out.last = each;
    say_next(facts, now, out);
    say_ways(facts, now, known, out);
    return out;
}

}  // namespace porteur
