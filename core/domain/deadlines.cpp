// SPDX-License-Identifier: Apache-2.0
#include "domain/deadlines.hpp"

#include <algorithm>

#include <porteur/calendar_text.hpp>
#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "domain/order_rules.hpp"
#include "domain/waiting.hpp"

namespace porteur {
namespace {

using namespace std::chrono;

DueItem item_of(const Order& order, std::string_view what, std::string_view who) {
    DueItem made;
    made.order = order.id;
    made.kind = order.kind;
    made.tenant = order.tenant;
    made.account = order.account;
    made.reference = order.reference;
    made.what = what;
    made.who = who;
    return made;
}

/// A whole day: over when the day after it begins, UTC.
void set_day(DueItem& item, sys_days day) {
    item.day = year_month_day{day};
    item.at = day + days{1};
}

std::string day_text(sys_days day) { return iso_date(year_month_day{day}); }

void add_draft(std::vector<DueItem>& out, const Order& order, const DueRules& rules) {
    // One that was submitted is a draft until the carrier acknowledges it; the engine has it then.
    if (order.state != OrderState::draft || order.stage != Stage::none) return;
    auto made = item_of(order, due_words::draft_expiry, "person");
    made.at = order.created + rules.draft;
    made.text = phrase("the draft should be submitted or called off by now");
    out.push_back(std::move(made));
}

/// Papers are looked at until the carrier has taken them.
bool papers_matter(OrderState state) {
    return state == OrderState::draft || state == OrderState::needs_documents ||
           state == OrderState::submitted || state == OrderState::in_review ||
           state == OrderState::exception || state == OrderState::supplement_pending;
}

std::vector<DocumentRef> documents_of(const Order& order) {
    std::vector<DocumentRef> out;
    const auto request = parse_json(order.request);
    if (!request || !request->is_object()) return out;
    const auto* documents = request->get_object().if_contains("documents");
    if (!documents || !documents->is_array()) return out;
    for (const auto& each : documents->get_array())
        if (auto document = from_text<DocumentRef>(canonical(each)))
            out.push_back(std::move(*document));
    return out;
}

void add_documents(std::vector<DueItem>& out, const Order& order, const DueRules& rules) {
    if (!papers_matter(order.state)) return;
    for (const auto& each : documents_of(order)) {
        if (each.expires_on) {
            auto made = item_of(order, due_words::document_expiry, "person");
            made.about = each.id;
            const sys_days last{*each.expires_on};
            set_day(made, last);
            made.text = phrase("the document {1} of type {2:document} is good until {3:date}", quoted(each.name, 60), each.type, day_text(last));
            out.push_back(std::move(made));
        }
        const bool is_loa = each.type == "loa";
        const auto age = rules.ages.find(each.type == "csr" ? "invoice" : each.type);
        if (age == rules.ages.end()) continue;
        const auto& from = is_loa && each.signed_on ? each.signed_on
                           : each.issued_on         ? each.issued_on
                                                    : each.signed_on;
        if (!from) continue;
        auto made = item_of(order, due_words::document_age, "person");
        made.about = each.id;
        set_day(made, sys_days{*from} + std::chrono::days{age->second});
        const auto day = day_text(sys_days{*from});
        made.text = is_loa ? phrase("the letter of authorization of {1:date} is {2} days old", day, age->second)
                           : phrase("the {1:document} of {2:date} is {3} days old", each.type, day, age->second);
        out.push_back(std::move(made));
    }
}

std::string_view kept_text(const json::object& progress, std::string_view key) {
    const auto* keep = progress.if_contains("keep");
    if (!keep || !keep->is_object()) return {};
    const auto* found = keep->get_object().if_contains(key);
    return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

/// "due" in what a plugin keeps with the order: the day, or the instant, by which it expects an
/// answer.
std::optional<sys_days> kept_due(const json::object& progress) {
    const auto day = read_iso_date(kept_text(progress, "due").substr(0, 10));
    return day ? std::optional(sys_days{*day}) : std::nullopt;
}

/// "then" there: what the plugin does when no answer has come.
/// @return  a clause more; empty where the plugin says nothing of it
std::string what_then(const json::object& progress) {
    const auto then = kept_text(progress, "then");
    if (then == "reminder") return "; " + phrase("after that it is reminded");
    if (then == "person") return "; " + phrase("it was reminded, and after that a person is asked");
    if (then == "person_unreminded") return "; " + phrase("after that a person is asked");
    return {};
}

void add_answer(
    std::vector<DueItem>& out, const Order& order, const json::object& progress,
    const DueRules& rules
) {
    const bool waits = order.state == OrderState::submitted ||
                       order.state == OrderState::in_review ||
                       order.state == OrderState::supplement_pending ||
                       (order.kind == OrderKind::purchase && order.state == OrderState::activating);
    if (!waits || !order.submitted) return;
    auto made = item_of(order, due_words::expected_answer, "carrier");
    if (const auto told = kept_due(progress)) {
        set_day(made, *told);
        made.text = phrase("the carrier's answer is expected by {1:date}", day_text(*told)) + what_then(progress);
    } else if (rules.answer_worst.count() > 0) {
        const auto whole = floor<days>(rules.answer_worst);
        if (rules.calendar && whole.count() > 0 && whole == rules.answer_worst) {
            const auto day = add_business_days(
                *rules.calendar, floor<days>(*order.submitted), static_cast<int>(whole.count())
            );
            set_day(made, day);
            made.text = phrase("the carrier answers within {1} days of work at the worst", whole.count());
        } else {
            made.at = *order.submitted + rules.answer_worst;
            made.text = phrase("the carrier should have answered by now");
        }
    } else {
        return;
    }
    out.push_back(std::move(made));
}

void add_foc(
    std::vector<DueItem>& out, const Order& order, const json::object& progress,
    const DueRules& rules
) {
    const auto* text = progress.if_contains("foc");
    if (!text || !text->is_string()) return;
    const auto foc = read_iso_date(text->get_string());
    if (!foc) return;
    const sys_days day{*foc};
    auto made = item_of(order, due_words::foc, "carrier");
    set_day(made, day);
    made.text = phrase("the numbers move on {1:date}", day_text(day));
    if (rules.freeze.count() > 0) {
        auto freeze = item_of(order, due_words::freeze, "person");
        freeze.at = day - rules.freeze;
        freeze.text = phrase("nothing can be changed from here to the FOC of {1:date}", day_text(day));
        out.push_back(std::move(freeze));
    }
    out.push_back(std::move(made));
}

void add_task(std::vector<DueItem>& out, const Order& order, const DueRules& rules) {
    const bool waits =
        order.delivery == Delivery::waiting_for_person || order.delivery == Delivery::in_doubt ||
        was_looked_at_while_waiting(order);
    if (!waits && order.state != OrderState::exception) return;
    auto made = item_of(order, due_words::task, "person");
    made.at = waits_since(order) + rules.task;
    made.text = !order.problem.empty() ? order.problem
                : waits                ? phrase("the order waits for a person")
                        : phrase("the carrier sent the order back; correct it, or call it off");
    out.push_back(std::move(made));
}

}  // namespace

const std::vector<std::string_view>& all_due_words() {
    using namespace due_words;
    static const std::vector<std::string_view> all{
        draft_expiry, document_age, document_expiry, expected_answer, freeze, foc, task, follow_up
    };
    return all;
}

std::vector<DueItem> deadlines_of(const Order& order, const DueRules& rules, Instant now) {
    std::vector<DueItem> out;
    if (is_end(order.state)) {
        // A port that is completed may wait for a person at the losing carrier, which its numbers do not leave.
        if (order.stage == Stage::release) add_task(out, order, rules);
        for (auto& each : out) each.overdue = each.at <= now;
        return out;
    }
    // What is due of an order in parts is due of its parts, where it can be mended.
    if (is_in_parts(order)) return out;
    const auto parsed = parse_json(order.progress);
    const json::object progress =
        parsed && parsed->is_object() ? parsed->get_object() : json::object{};
    add_draft(out, order, rules);
    add_documents(out, order, rules);
    add_answer(out, order, progress, rules);
    add_foc(out, order, progress, rules);
    add_task(out, order, rules);
    for (auto& each : out) each.overdue = each.at <= now;
    return out;
}

bool can_be_missed(std::string_view what) noexcept {
    return what != due_words::freeze && what != due_words::follow_up;
}

std::string key_of(const DueItem& item) {
    return std::string(item.what) + "|" + item.about + "|" +
           std::to_string(item.at.time_since_epoch().count());
}

}  // namespace porteur
