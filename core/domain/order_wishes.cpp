// SPDX-License-Identifier: Apache-2.0
// What persons and the API want of an order: sent, corrected, called off, settled.
#include <algorithm>

#include "domain/rule_words.hpp"
#include "domain/waiting.hpp"

namespace porteur {
namespace {

using enum OrderState;
using namespace rules;

/// Whether the carrier has the order and takes corrections of it.
bool takes_supplements(const Order& order, const Known& known) {
    return order.kind == OrderKind::port && !order.carrier_id.empty() && known.can(order.account, "supplement_port");
}

/// An exception, or a purchase that wants documents or another choice of numbers: mended, it is a new attempt.
bool may_be_a_new_attempt(const Order& order) {
    return order.state == exception || (order.kind == OrderKind::purchase && waits_for_correction(order.kind, order.state));
}

/// A purchase of any numbers of an area cannot tell its seller which of them came already: sent again it buys the whole
/// quantity anew. Numbers that are named can be bought only once, and go on.
Result<void> buys_nothing_twice(const Order& order) {
    if (order.kind != OrderKind::purchase) return {};
    const auto request = object_from(order.request), progress = object_from(order.progress);
    const auto empty_list = [](const json::object& from) {
        const auto* found = from.if_contains("numbers");
        return !found || !found->is_array() || found->get_array().empty();
    };
    if (!empty_list(request) || empty_list(progress)) return {};
    const auto told = from_json<std::vector<NumberProgress>>(progress.at("numbers"));
    // One that came, may still come, or waits for a person counts; so does what cannot be read.
    const auto is_gone = [](const NumberProgress& each) { return each.state != completed && is_end(each.state); };
    if (told && std::ranges::all_of(*told, is_gone)) return {};
    return failure(ErrorKind::invalid_input,
                   phrase("order {1} asks for a quantity and has numbers already; sent again it would buy the whole quantity anew: "
                          "order what is missing as a new order, or call this one off", id_text(order.id)));
}

bool is_under_way(const Order& order) {
    return order.open_operation != 0 || order.delivery == Delivery::sending || order.delivery == Delivery::in_doubt;
}

std::unexpected<Error> in_parts(const Order& order, std::string_view what) {
    return failure(ErrorKind::invalid_input, phrase("order {1} is carried out in parts; {2:text}", id_text(order.id), what));
}

void add_differences(const json::value* before, const json::value* after, const std::string& pointer, std::vector<std::string>& out) {
    static const json::value nothing = json::object{};
    const bool objects = (before && before->is_object()) || (after && after->is_object());
    if (!objects) {
        if (!before || !after || *before != *after) out.push_back(pointer);
        return;
    }
    const auto& left = (before && before->is_object() ? *before : nothing).get_object();
    const auto& right = (after && after->is_object() ? *after : nothing).get_object();
    const auto below = [&](std::string_view key) { return pointer + "/" + detail::escaped_token(key); };
    for (const auto& each : left) {
        const auto* other = right.if_contains(each.key());
        if (!other || *other != each.value()) add_differences(&each.value(), other, below(each.key()), out);
    }
    for (const auto& each : right)
        if (!left.contains(each.key())) add_differences(nullptr, &each.value(), below(each.key()), out);
}

Result<OrderChange> supplement(const Order& order, Instant now, std::string_view source) {
    const auto fields = corrected_fields(order);
    if (fields.empty())
        return failure(ErrorKind::invalid_input, 
                       phrase("nothing of order {1} was corrected since the carrier got it; correct it, or send it as a new request",
                              id_text(order.id)));
    auto change = begun(order, now);
    auto& next = change.order;
    auto progress = object_from(order.progress);
    progress[correction_key] = json::object{{"fields", to_json(fields)}, {"from", text_of_state(order.state)}};
    next.progress = canonical(progress);
    next.state = supplement_pending;
    next.stage = Stage::supplement;
    next.delivery = Delivery::sending;
    next.tries = 0;
    next.due = now;
    next.problem.clear();
    auto text = phrase("the correction is to be sent to {1}: {2}", order.account, joined(fields));
    auto data = step_data(order.state, next.state);
    data["fields"] = to_json(fields);
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "submit_wanted", std::move(text), canonical(data)));
    return change;
}

}  // namespace

std::string rules::how_to_call_off(const Order& order) {
    return phrase("{1} has no call for cancelling: ask its people to cancel {2}, and settle it as not_carried_out once they have; "
                  "the order follows whatever end they give it",
                  order.account, quoted(order.carrier_id));
}

Result<OrderChange> submit_order(const Order& order, Instant now, std::string_view source, const Known& known, SendAs as) {
    if (is_in_parts(order)) return in_parts(order, to_translate("each part is corrected and sent by itself"));
    const bool again = may_be_a_new_attempt(order);
    const bool may_supplement = as == SendAs::carrier_can && takes_supplements(order, known) && may_be_corrected(order, known);
    if (order.state != draft && !again && !may_supplement)
        return failure(ErrorKind::invalid_input, 
                       phrase("order {1} is {2:state}; only a draft or an exception can be submitted, and a purchase that "
                              "wants documents or another choice of numbers", id_text(order.id), text_of_state(order.state)));
    if (is_under_way(order))
        return failure(ErrorKind::invalid_input,
                       phrase("order {1} is being sent already; see its timeline", id_text(order.id)));
    if (may_supplement) return supplement(order, now, source);
    if (auto may = buys_nothing_twice(order); !may) return std::unexpected(std::move(may).error());
    auto change = begun(order, now);
    auto& next = change.order;
    const bool left_before = order.submitted.has_value() || again;
    if (left_before) next.attempt = order.attempt + 1;
    // What belonged to the attempt before, and how long that one waited, ends with it.
    if (auto progress = object_from(order.progress); progress.erase(correction_key) + progress.erase(waits_since_key) > 0)
        next.progress = canonical(progress);
    next.submitted.reset();
    next.carrier_id.clear();
    // The parts of an order were compared with the losing carrier's records as a whole.
    const bool whole_port = order.kind == OrderKind::port && order.parent == 0;
    const bool compared = whole_port && !order.losing_account.empty() && !known.lacks(order.losing_account, "preflight");
    next.stage = compared ? Stage::preflight : whole_port && known.can(order.account, "split") ? Stage::split : Stage::submit;
    next.delivery = Delivery::sending;
    next.tries = 0;
    next.due = now;
    next.problem.clear();
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "submit_wanted",
                                   left_before ? phrase("to be sent to {1}, attempt {2}", order.account, next.attempt)
                                               : phrase("to be sent to {1}", order.account)));
    return change;
}

std::vector<std::string> changed_fields(std::string_view before, std::string_view after) {
    const json::value left = object_from(std::string(before)), right = object_from(std::string(after));
    std::vector<std::string> out;
    add_differences(&left, &right, "", out);
    // The host's own stand in no request.
    std::erase_if(out, [](const std::string& each) { return each == "/attempt" || each == "/reference"; });
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> corrected_fields(const Order& order) {
    const auto progress = object_from(order.progress);
    const auto* kept = progress.if_contains(correction_key);
    if (!kept || !kept->is_object() || !kept->get_object().contains("fields")) return {};
    auto fields = from_json<std::vector<std::string>>(kept->get_object().at("fields"));
    return fields ? std::move(*fields) : std::vector<std::string>{};
}

Result<void> may_be_corrected(const Order& order, const Known& known) {
    if (is_in_parts(order)) return in_parts(order, to_translate("correct the part that is refused"));
    // A correction that names numbers would lose sight of those that came.
    if (may_be_a_new_attempt(order)) return buys_nothing_twice(order);
    if (order.state == draft) return {};
    const bool open = !is_end(order.state) && order.state != supplement_pending && order.state != cancel_pending &&
                      order.state != activating;
    if (open && order.open_operation == 0 && order.stage == Stage::follow && takes_supplements(order, known)) return {};
    return failure(ErrorKind::invalid_input,
                   phrase("the order is {1:state}; only a draft or an exception can be changed, a purchase that wants documents or "
                          "another choice of numbers, or an open order whose carrier takes supplements",
                          text_of_state(order.state)));
}

Result<OrderChange> correct_order(const Order& order, std::string request, bool pin_given, Instant now, std::string_view source,
                                  const Known& known) {
    if (auto may = may_be_corrected(order, known); !may) return std::unexpected(std::move(may).error());
    auto fields = changed_fields(order.request, request);
    if (pin_given) fields.emplace_back("/pin");
    const auto unsent = corrected_fields(order);
    auto all = fields;
    all.insert(all.end(), unsent.begin(), unsent.end());
    for (auto* list : {&fields, &all}) {
        std::ranges::sort(*list);
        const auto doubled = std::ranges::unique(*list);
        list->erase(doubled.begin(), doubled.end());
    }
    auto change = begun(order, now);
    change.order.request = std::move(request);
    if (!order.carrier_id.empty() && order.kind == OrderKind::port) {
        auto progress = object_from(order.progress);
        progress[correction_key] = json::object{{"fields", to_json(all)}, {"from", text_of_state(order.state)}};
        change.order.progress = canonical(progress);
    }
    auto text = fields.empty() ? phrase("the request was changed") : phrase("the request was changed: {1}", joined(fields));
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "amended", std::move(text),
                                   canonical(json::object{{"fields", to_json(fields)}})));
    return change;
}

OrderChange comment_on(const Order& order, std::string text, bool is_private, Instant now, std::string_view source) {
    auto change = begun(order, now);
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "comment", std::move(text),
                                   canonical(json::object{{"private", is_private}})));
    return change;
}

namespace {

/// Under which id the carrier has it. A purchase that the carrier sent back, and that was to go out anew, still lies there
/// under that of the attempt before, unless that was refused.
std::string id_at_carrier(const Order& order) {
    if (!order.carrier_id.empty() || order.kind != OrderKind::purchase) return order.carrier_id;
    const auto progress = object_from(order.progress);
    const auto* id = progress.if_contains("carrier_id");
    const auto* word = progress.if_contains("state");
    if (!id || !id->is_string() || !word || !word->is_string()) return {};
    for (const auto state : {submitted, in_review, activating, needs_documents, alternates_offered, cancel_pending})
        if (word->get_string() == text_of_state(state)) return std::string(id->get_string());
    return {};
}

/// What was to be called off of it is.
std::string with_cancelled_numbers(const Order& order) {
    auto progress = object_from(order.progress);
    auto* numbers = progress.if_contains("numbers");
    if (!numbers || !numbers->is_array()) return order.progress;
    for (auto& each : numbers->get_array())
        if (each.is_object() && each.get_object()["state"] == json::value(text_of_state(cancel_pending)))
            each.get_object()["state"] = text_of_state(cancelled);
    return canonical(progress);
}

/// The numbers that the carrier has given already, as a list; empty if none.
std::string numbers_that_came(const Order& order) {
    std::string list;
    const auto progress = object_from(order.progress);
    const auto* numbers = progress.if_contains("numbers");
    if (!numbers || !numbers->is_array()) return list;
    for (const auto& each : numbers->get_array()) {
        if (!each.is_object()) continue;
        const auto* state = each.get_object().if_contains("state");
        const auto* number = each.get_object().if_contains("number");
        if (!state || !number || !number->is_string() || *state != json::value(text_of_state(completed))) continue;
        if (!list.empty()) list += ", ";
        list += number->get_string();
    }
    return list;
}

}  // namespace

Result<OrderChange> cancel_order(const Order& order, bool plugin_cancels, Instant now, std::string_view source) {
    if (is_end(order.state))
        return failure(ErrorKind::invalid_input, 
                       phrase("order {1} has ended as {2:state}; there is nothing to cancel", id_text(order.id),
                              text_of_state(order.state)));
    if (order.delivery == Delivery::in_doubt || (order.open_operation != 0 && order.stage == Stage::cancel))
        return failure(ErrorKind::invalid_input,
                       phrase("order {1} is being called off or in doubt; cancel it when that is settled", id_text(order.id)));
    if (order.kind == OrderKind::release && (order.open_operation != 0 || order.state == submitted))
        return failure(ErrorKind::invalid_input,
                       phrase("the numbers of order {1} are being given back, which cannot be called off", id_text(order.id)));
    auto change = begun(order, now);
    auto& next = change.order;
    if (is_in_parts(order)) {
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "cancel_wanted", phrase("its parts are called off")));
        return change;
    }
    if (order.open_operation != 0) {
        // What is under way is stopped first; after_operation goes on from how it ended.
        next.stage = Stage::cancel;
        next.delivery = Delivery::sending;
        next.problem.clear();
        next.due = now;
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "cancel_wanted",
                                       phrase("what waits is stopped, then the order is called off")));
        return change;
    }
    next.problem.clear();
    next.tries = 0;
    next.carrier_id = id_at_carrier(order);
    if (next.carrier_id.empty()) {
        next.state = cancelled;
        next.stage = Stage::none;
        next.delivery = Delivery::idle;
        next.due.reset();
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "state_changed",
                                       phrase("{1:state} -> cancelled, before it left", text_of_state(order.state)),
                                       canonical(step_data(order.state, next.state))));
    } else if (plugin_cancels) {
        next.state = cancel_pending;
        next.stage = Stage::cancel;
        next.delivery = Delivery::sending;
        next.due = now;
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "cancel_wanted",
                                       phrase("cancellation to be sent to {1}", order.account),
                                       canonical(step_data(order.state, next.state))));
    } else {
        next.state = cancel_pending;
        next.stage = Stage::follow;
        next.delivery = Delivery::waiting_for_person;
        if (!next.due) next.due = now + std::chrono::minutes(15);
        next.problem = how_to_call_off(order);
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "cancel_wanted", next.problem,
                                       canonical(step_data(order.state, next.state))));
    }
    return change;
}

namespace {

std::string_view word_of(PersonVerdict verdict) {
    switch (verdict) {
        case PersonVerdict::found_at_carrier: return "found_at_carrier";
        case PersonVerdict::not_carried_out: return "not_carried_out";
        case PersonVerdict::tried_again: return "tried_again";
        case PersonVerdict::left: return "left";
    }
    return {};
}

json::object settled_data(OrderState from, OrderState to, PersonVerdict verdict) {
    auto data = step_data(from, to);
    data["verdict"] = word_of(verdict);
    return data;
}

}  // namespace

bool tells_what_became_of_it(const std::string& data) {
    const auto kept = object_from(data);
    const auto* verdict = kept.if_contains("verdict");
    return verdict && verdict->is_string() && verdict->get_string() != word_of(PersonVerdict::tried_again);
}

Result<OrderChange> settle_by_person(const Order& order, PersonVerdict verdict, std::string carrier_id, Instant now,
                                     std::string_view source) {
    if (order.delivery != Delivery::in_doubt && order.delivery != Delivery::waiting_for_person)
        return failure(ErrorKind::invalid_input,
                       phrase("order {1} does not wait for a person; there is nothing to settle", id_text(order.id)));
    if (order.open_operation != 0 && order.due && order.delivery == Delivery::in_doubt)
        return failure(ErrorKind::invalid_input, 
                       phrase("order {1} is being looked up at the carrier; say it when that has not helped", id_text(order.id)));
    if (is_in_parts(order)) return in_parts(order, to_translate("settle the part that waits"));
    if ((verdict == PersonVerdict::left) != (order.stage == Stage::release) && verdict != PersonVerdict::tried_again)
        return failure(ErrorKind::invalid_input, verdict == PersonVerdict::left
                                                     ? phrase("order {1} is not watched at a losing carrier", id_text(order.id))
                                                     : phrase("order {1} has ended; say that its numbers have left, or try again", id_text(order.id)));
    auto change = begun(order, now);
    if (order.kind == OrderKind::release && verdict == PersonVerdict::found_at_carrier) {
        if (carrier_id.empty())
            return failure(ErrorKind::invalid_input, "say under which id the carrier has the order");
        change = given_back_by_word(order, now);
        change.order.open_operation = 0;
        change.order.carrier_id = std::move(carrier_id);
        change.entries.push_back(entry(order, now, source, "release.settled_by_person",
                                       phrase("found at the carrier as {1}", quoted(change.order.carrier_id)),
                                       canonical(settled_data(order.state, change.order.state, verdict))));
        return change;
    }
    if (order.kind == OrderKind::release && verdict == PersonVerdict::not_carried_out && order.state == submitted) {
        change = kept_by_word(order, now);
        change.order.open_operation = 0;
        change.entries.push_back(entry(order, now, source, "release.settled_by_person", phrase("certainly not carried out; the carrier keeps the numbers"),
                                       canonical(settled_data(order.state, change.order.state, verdict))));
        return change;
    }
    auto& next = change.order;
    // Tried again, an operation goes on where its journal ends; any other word of a person ends it.
    if (verdict != PersonVerdict::tried_again) next.open_operation = 0;
    next.tries = 0;
    next.problem.clear();
    next.due = now;
    std::string text;
    switch (verdict) {
        case PersonVerdict::found_at_carrier:
            if (carrier_id.empty())
                return failure(ErrorKind::invalid_input, "say under which id the carrier has the order");
            next.carrier_id = std::move(carrier_id);
            if (!next.submitted) next.submitted = now;
            if (order.state == draft) next.state = submitted;
            // One that was to be called off still is.
            next.stage = order.stage == Stage::cancel && order.state != cancel_pending ? Stage::cancel : Stage::follow;
            if (next.stage == Stage::cancel) next.state = cancel_pending;
            next.delivery = next.stage == Stage::cancel ? Delivery::sending : Delivery::idle;
            text = phrase("found at the carrier as {1}", quoted(next.carrier_id));
            break;
        case PersonVerdict::not_carried_out:
            if (order.stage == Stage::supplement) {
                next.delivery = Delivery::sending;
                text = phrase("the correction was certainly not carried out; sent again");
                break;
            }
            if (order.stage == Stage::cancel && order.carrier_id.empty()) {
                next.carrier_id = id_at_carrier(order);
                if (!next.carrier_id.empty()) {
                    next.state = cancel_pending;
                    next.delivery = Delivery::sending;
                    text = phrase("certainly not carried out; the attempt before it is called off at {1}", order.account);
                    break;
                }
                next.state = cancelled;
                next.stage = Stage::none;
                next.delivery = Delivery::idle;
                next.due.reset();
                text = phrase("certainly not carried out; cancelled before it left");
                break;
            }
            if (order.state == cancel_pending && order.stage == Stage::follow) {
                const auto came = numbers_that_came(order);
                next.state = came.empty() ? cancelled : partial;
                next.progress = with_cancelled_numbers(order);
                next.stage = Stage::none;
                next.delivery = Delivery::idle;
                next.due.reset();
                text = came.empty() ? phrase("certainly not carried out; the carrier has called it off")
                                    : phrase("the carrier has called off what had not come; {1:list} came", came);
                break;
            }
            // An attempt more of one that the carrier sent back may be in doubt too, as a mail with the document that it wanted.
            if (order.state != draft && !(order.stage == Stage::submit && may_be_a_new_attempt(order)) && order.state != exception)
                return failure(ErrorKind::invalid_input, "the carrier has acknowledged this order already");
            if (auto may = buys_nothing_twice(order); !may) return std::unexpected(std::move(may).error());
            next.attempt = order.attempt + 1;
            next.stage = Stage::submit;
            next.delivery = Delivery::sending;
            text = phrase("certainly not carried out; sent again as attempt {1}", next.attempt);
            break;
        case PersonVerdict::tried_again:
            if (order.delivery == Delivery::in_doubt || order.stage == Stage::none)
                return failure(ErrorKind::invalid_input,
                               "say whether the carrier has the order before it is tried again");
            next.delivery = order.stage == Stage::follow || order.stage == Stage::release ? Delivery::idle : Delivery::sending;
            text = phrase("tried again");
            break;
        case PersonVerdict::left:
            next.stage = Stage::none;
            next.delivery = Delivery::idle;
            next.due.reset();
            text = phrase("the numbers have left {1}; it is not asked any more", order.losing_account);
            break;
    }
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "settled_by_person", std::move(text),
                                   canonical(settled_data(order.state, next.state, verdict))));
    return change;
}

OrderChange park(const Order& order, std::string problem, Instant now) {
    auto change = begun(order, now);
    change.order.delivery = Delivery::waiting_for_person;
    change.order.due.reset();
    change.order.problem = std::move(problem);
    change.entries.push_back(entry(order, now, "engine", prefix(order.kind) + "parked", change.order.problem));
    return change;
}

}  // namespace porteur
