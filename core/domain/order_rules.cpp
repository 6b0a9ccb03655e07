// SPDX-License-Identifier: Apache-2.0
#include "domain/order_rules.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace porteur {
namespace {

using enum OrderState;

struct Step {
    OrderState from;
    OrderState to;
};

// An exception may be mended into any open state; whatever is open may end in any way, because a
// carrier may skip states that we would have liked to see.
constexpr OrderState port_open[] = {submitted,  needs_documents,    accepted,       confirmed,
                                    activating, supplement_pending, cancel_pending, exception};
constexpr OrderState purchase_open[] = {submitted, in_review, needs_documents, alternates_offered,
                                        cancel_pending, exception};
constexpr OrderState ends[] = {completed, partial, cancelled, rejected, expired};

bool contains(std::span<const OrderState> list, OrderState state) {
    return std::ranges::find(list, state) != list.end();
}

std::string prefix(OrderKind kind) { return kind == OrderKind::port ? "port." : "purchase."; }

std::string text_of_state(OrderState state) { return boost::describe::enum_to_string(state, ""); }

/// Every entry that moves the state says from where to where, so that the timeline alone gives the state.
json::object step_data(OrderState from, OrderState to) {
    json::object data;
    if (from != to) data = {{"from", text_of_state(from)}, {"to", text_of_state(to)}};
    return data;
}

Instant later(Instant now, std::chrono::milliseconds wait) { return now + wait; }

std::chrono::milliseconds back_off(std::int64_t tries, double jitter, const Rhythm& rhythm) {
    const double grown = double(rhythm.first_retry.count()) * std::pow(2.0, double(std::min<std::int64_t>(tries, 20)));
    const double cut = std::min(grown, double(rhythm.longest_retry.count()));
    return std::chrono::milliseconds(static_cast<std::int64_t>(cut * (0.5 + jitter / 2)));
}

OrderChange begun(const Order& order, Instant now) {
    OrderChange change{.order = order, .entries = {}};
    change.order.updated = now;
    ++change.order.version;
    return change;
}

/// What the carrier said, in the words that ports and purchases share.
struct Heard {
    std::string carrier_id;
    OrderState state;
    std::string carrier_word;
    std::vector<NumberProgress> numbers;
    std::vector<Rejection> rejections;
    std::optional<std::chrono::seconds> check_again;
    std::string note;
    std::optional<std::chrono::year_month_day> foc;
};

template <class Progress>
Result<Heard> hear(const std::string& output) {
    auto progress = from_text<Progress>(output);
    if (!progress) return std::unexpected(std::move(progress).error());
    Heard heard{.carrier_id = progress->carrier_id,
                .state = rolled_up(progress->numbers, progress->state),
                .carrier_word = progress->carrier_word,
                .numbers = progress->numbers,
                .rejections = progress->rejections,
                .check_again = progress->check_again,
                .note = progress->note,
                .foc = {}};
    if constexpr (requires { progress->foc; }) heard.foc = progress->foc;
    return heard;
}

std::string text_of_rejections(const std::vector<Rejection>& rejections) {
    std::string out;
    for (const auto& each : rejections) {
        if (!out.empty()) out += "; ";
        out += text_of(each.reason);
        if (!each.code.empty()) out += " (carrier code " + each.code + ")";
        if (!each.text.empty()) out += ": " + each.text;
    }
    return out;
}

/// Whether a check says only what was known before a mail moved the order on.
bool is_behind_mail(const Order& order, const OperationEnd& end, OrderState heard) {
    // An order that has been sent again hears of its new attempt.
    if (end.operation == "read_mail" || order.stage != Stage::follow || order.state == heard) return false;
    const auto progress = parse_json(order.progress);
    if (!progress || !progress->is_object()) return false;
    const auto* before = progress->get_object().if_contains(word_before_mail_key);
    return before && before->is_string() && before->get_string() == text_of_state(heard);
}

OrderChange after_progress(const Order& order, const OperationEnd& end, Instant now, const Rhythm& rhythm) {
    auto heard = order.kind == OrderKind::port ? hear<PortProgress>(end.output)
                                               : hear<PurchaseProgress>(end.output);
    if (!heard)
        return park(order, end.operation + " gave a result that cannot be read: " + heard.error().message, now);

    auto change = begun(order, now);
    auto& next = change.order;
    next.delivery = Delivery::idle;
    next.tries = 0;
    next.problem.clear();
    next.progress = end.output;
    if (!heard->carrier_id.empty()) next.carrier_id = heard->carrier_id;
    if (!next.submitted) next.submitted = now;
    const auto why = text_of_rejections(heard->rejections);
    if (heard->state == exception || heard->state == rejected || waits_for_correction(heard->state))
        next.problem = why.empty() ? heard->note : why;
    if (is_behind_mail(order, end, heard->state)) {
        heard->state = order.state;
        next.progress = order.progress;
        next.problem = order.problem;
    }

    if (!may_follow(order.kind, order.state, heard->state)) {
        // A state that cannot follow is a late or doubled word of the carrier: kept visible, never obeyed.
        change.entries.push_back(entry(order, now, order.account, prefix(order.kind) + "word_ignored",
                                       "the carrier said " + quoted(heard->carrier_word) + " (" +
                                           text_of_state(heard->state) + "), which cannot follow " +
                                           text_of_state(order.state)));
        next.state = order.state;
    } else {
        next.state = heard->state;
    }
    if (next.state != order.state) {
        std::string text = text_of_state(order.state) + " -> " + text_of_state(next.state);
        if (heard->foc) text += ", FOC date " + iso_date(*heard->foc);
        if (!heard->carrier_word.empty()) text += " (carrier: " + quoted(heard->carrier_word) + ")";
        if (!heard->note.empty()) text += "; " + heard->note;
        if (!why.empty()) text += "; " + why;
        change.entries.push_back(entry(
            next, now, order.account, prefix(order.kind) + "state_changed", std::move(text),
            canonical(json::object{{"carrier_id", next.carrier_id},
                                   {"carrier_word", heard->carrier_word},
                                   {"from", text_of_state(order.state)},
                                   {"to", text_of_state(next.state)}})
        ));
    }
    if (is_end(next.state)) {
        next.stage = Stage::none;
        next.due.reset();
    } else if (waits_for_correction(next.state)) {
        // Only a correction or a choice moves it on; the carrier is still asked now and then, as its
        // own desk may have mended it.
        next.stage = Stage::follow;
        next.delivery = Delivery::waiting_for_person;
        next.due = later(now, heard->check_again ? *heard->check_again : rhythm.longest_retry);
    } else {
        next.stage = Stage::follow;
        next.due = later(now, heard->check_again ? std::chrono::milliseconds(*heard->check_again) : rhythm.follow);
    }
    return change;
}

OrderChange after_preflight(const Order& order, const OperationEnd& end, Instant now) {
    auto findings = from_text<Findings>(end.output);
    if (!findings)
        return park(order, "preflight gave a result that cannot be read: " + findings.error().message, now);
    auto change = begun(order, now);
    auto& next = change.order;
    std::string blocking;
    for (const auto& problem : findings->problems) {
        change.entries.push_back(entry(order, now, order.losing_account, "port.preflight_finding",
                                       (problem.blocking ? "must be mended: " : "note: ") + problem.message,
                                       canonical(json::object{{"blocking", problem.blocking},
                                                              {"field", problem.field},
                                                              {"reason", text_of(problem.reason)}})));
        if (!problem.blocking) continue;
        if (!blocking.empty()) blocking += "; ";
        blocking += problem.message;
    }
    next.tries = 0;
    if (!blocking.empty()) {
        next.stage = Stage::none;
        next.delivery = Delivery::waiting_for_person;
        next.due.reset();
        next.problem = blocking;
        return change;
    }
    change.entries.push_back(entry(order, now, order.losing_account, "port.preflight_passed",
                                   std::string("the losing carrier's records ") +
                                       (findings->problems.empty() ? "agree" : "do not stand against it") +
                                       (findings->note.empty() ? "" : "; " + findings->note)));
    next.stage = Stage::submit;
    next.delivery = Delivery::sending;
    next.due = now;
    return change;
}

OrderChange after_failure(const Order& order, const OperationEnd& end, Instant now, double jitter,
                          const Rhythm& rhythm) {
    auto change = begun(order, now);
    auto& next = change.order;
    const auto& error = end.error;
    const std::string what = end.operation + ": " + error.message;
    const auto say = [&](std::string kind, std::string text) {
        auto data = step_data(order.state, next.state);
        data["code"] = error.code;
        data["kind"] = name_of(error.kind);
        data["operation"] = end.operation;
        data["reason"] = text_of(error.reason);
        change.entries.push_back(entry(order, now, order.account, prefix(order.kind) + std::move(kind),
                                       std::move(text), canonical(data)));
    };
    const auto wait_for_person = [&](std::string text) {
        next.delivery = Delivery::waiting_for_person;
        next.due.reset();
        next.problem = std::move(text);
    };
    switch (error.kind) {
        case ErrorKind::rejected: {
            next.tries = 0;
            next.problem = what;
            if (order.stage == Stage::cancel) {
                // A refused cancel leaves the order where it was.
                next.stage = order.carrier_id.empty() ? Stage::none : Stage::follow;
                next.delivery = Delivery::idle;
                next.due = later(now, rhythm.follow);
                say("cancel_refused", what);
                return change;
            }
            if (order.stage == Stage::preflight) {
                next.stage = Stage::none;
                wait_for_person(what);
                say("preflight_finding", what);
                return change;
            }
            // A refusal is an exception: a correction sends it out again as a new attempt.
            next.state = may_follow(order.kind, order.state, exception) ? exception : order.state;
            next.stage = Stage::none;
            next.delivery = Delivery::waiting_for_person;
            next.due.reset();
            say("refused", what + (error.reason == Reason::none ? "" : " [" + std::string(text_of(error.reason)) + "]"));
            return change;
        }
        case ErrorKind::throttled:
        case ErrorKind::unavailable: {
            const auto wait = std::max<std::chrono::milliseconds>(back_off(order.tries, jitter, rhythm), error.retry_after);
            next.tries = order.tries + 1;
            next.delivery = Delivery::retry_at;
            next.due = later(now, wait);
            next.problem = what;
            say("retry", what + "; tried again in " + std::to_string(wait.count() / 1000) + " s");
            return change;
        }
        case ErrorKind::in_doubt:
            next.delivery = Delivery::in_doubt;
            next.due.reset();
            next.problem = what;
            say("in_doubt", what + "; it is not sent again until a person has asked the carrier");
            return change;
        case ErrorKind::unauthorized:
            wait_for_person("the carrier refuses the account's credentials: " + what);
            say("unauthorized", next.problem);
            return change;
        case ErrorKind::cancelled:
            next.stage = Stage::none;
            wait_for_person(what);
            say("called_off", what);
            return change;
        case ErrorKind::invalid_input:
        case ErrorKind::unsupported:
            next.stage = Stage::none;
            wait_for_person(what);
            say("not_sent", what);
            return change;
        case ErrorKind::none:
        case ErrorKind::internal: break;
    }
    if (order.stage == Stage::follow && order.tries + 1 < rhythm.attempts_of_unknown_max) {
        // Reading again does no harm; a carrier's bad day should not wake anybody.
        next.tries = order.tries + 1;
        next.delivery = Delivery::retry_at;
        next.due = later(now, back_off(order.tries, jitter, rhythm));
        next.problem = what;
        say("retry", what);
        return change;
    }
    wait_for_person(what);
    say("parked", what);
    return change;
}

}  // namespace

bool is_end(OrderState state) noexcept { return contains(ends, state); }

bool waits_for_correction(OrderState state) noexcept {
    return state == exception || state == needs_documents || state == alternates_offered;
}

bool may_be_sent_again(const Order& order) noexcept {
    return order.state == draft || order.state == exception ||
           (order.kind == OrderKind::purchase && waits_for_correction(order.state));
}

bool may_follow(OrderKind kind, OrderState from, OrderState to) noexcept {
    if (from == to) return true;
    if (is_end(from)) return false;
    const std::span<const OrderState> open =
        kind == OrderKind::port ? std::span<const OrderState>(port_open) : std::span<const OrderState>(purchase_open);
    if (from != draft && !contains(open, from)) return false;
    if (to == draft) return false;
    return contains(open, to) || is_end(to);
}

OrderState rolled_up(const std::vector<NumberProgress>& numbers, OrderState whole) noexcept {
    if (numbers.empty()) return whole;
    bool open = false;
    bool alike = true;
    OrderState least = whole;
    for (const auto& each : numbers) {
        alike = alike && each.state == numbers.front().state;
        if (is_end(each.state)) continue;
        if (!open || static_cast<int>(each.state) < static_cast<int>(least)) least = each.state;
        open = true;
    }
    // The carrier's word for the whole stands while anything is open: it knows what our table does not.
    if (open) return is_end(whole) ? least : whole;
    return alike ? numbers.front().state : partial;
}

std::optional<OperationPlan> next_operation(const Order& order) {
    const auto reference = [&] {
        OrderReference made;
        made.reference = order.reference;
        made.attempt = order.attempt;
        made.carrier_id = order.carrier_id;
        if (order.submitted) made.submitted_at = std::chrono::floor<std::chrono::seconds>(*order.submitted);
        unsigned char scratch[4096];
        json::monotonic_resource memory(scratch, sizeof scratch);
        auto request = parse_json(order.request, &memory);
        if (request && request->is_object())
            if (const auto* numbers = request->get_object().if_contains("numbers"))
                if (auto read = from_json<std::vector<PhoneNumber>>(*numbers)) made.numbers = std::move(*read);
        auto progress = parse_json(order.progress, &memory);
        if (progress && progress->is_object())
            if (const auto* keep = progress->get_object().if_contains("keep"); keep && keep->is_object())
                made.kept = keep->get_object();
        return to_brief_text(made);
    };
    const auto whole = [&] {
        unsigned char scratch[4096];
        json::monotonic_resource memory(scratch, sizeof scratch);
        auto request = parse_json(order.request, &memory);
        if (request && request->is_object()) {
            request->get_object()["attempt"] = order.attempt;
            request->get_object()["reference"] = order.reference;
        }
        return request ? canonical(*request) : order.request;
    };
    const bool port = order.kind == OrderKind::port;
    switch (order.stage) {
        case Stage::none: return std::nullopt;
        case Stage::preflight: return OperationPlan{order.losing_account, "preflight", whole()};
        case Stage::submit: return OperationPlan{order.account, port ? "submit_port" : "purchase", whole()};
        case Stage::follow: return OperationPlan{order.account, port ? "check_port" : "check_purchase", reference()};
        case Stage::cancel: return OperationPlan{order.account, port ? "cancel_port" : "cancel_purchase", reference()};
    }
    return std::nullopt;
}

OrderChange after_operation(const Order& order, const OperationEnd& end, Instant now, double jitter,
                            const Rhythm& rhythm) {
    auto change = !end.done                        ? after_failure(order, end, now, jitter, rhythm)
                  : order.stage == Stage::preflight ? after_preflight(order, end, now)
                                                    : after_progress(order, end, now, rhythm);
    change.order.open_operation = 0;
    return change;
}

Result<OrderChange> submit_order(const Order& order, Instant now, std::string_view source) {
    const bool again = order.state != draft;
    if (!may_be_sent_again(order))
        return failure(ErrorKind::invalid_input, "order " + id_text(order.id) + " is " + text_of_state(order.state) +
                                                     "; only a draft or an exception can be submitted, and a purchase "
                                                     "that wants documents or another choice of numbers");
    if (order.open_operation != 0 || order.delivery == Delivery::sending || order.delivery == Delivery::in_doubt)
        return failure(ErrorKind::invalid_input,
                       "order " + id_text(order.id) + " is being sent already; see its timeline");
    auto change = begun(order, now);
    auto& next = change.order;
    const bool left_before = order.submitted.has_value() || again;
    if (left_before) next.attempt = order.attempt + 1;
    next.submitted.reset();
    next.carrier_id.clear();
    next.stage = order.kind == OrderKind::port && !order.losing_account.empty() ? Stage::preflight : Stage::submit;
    next.delivery = Delivery::sending;
    next.tries = 0;
    next.due = now;
    next.problem.clear();
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "submit_wanted",
                                   "to be sent to " + order.account +
                                       (left_before ? ", attempt " + std::to_string(next.attempt) : "")));
    return change;
}

Result<OrderChange> cancel_order(const Order& order, bool plugin_cancels, Instant now, std::string_view source) {
    if (is_end(order.state))
        return failure(ErrorKind::invalid_input, "order " + id_text(order.id) + " has ended as " +
                                                     text_of_state(order.state) + "; there is nothing to cancel");
    if (order.open_operation != 0 || order.delivery == Delivery::in_doubt)
        return failure(ErrorKind::invalid_input,
                       "order " + id_text(order.id) + " is being sent or in doubt; cancel it when that is settled");
    auto change = begun(order, now);
    auto& next = change.order;
    next.problem.clear();
    next.tries = 0;
    if (order.carrier_id.empty()) {
        next.state = cancelled;
        next.stage = Stage::none;
        next.delivery = Delivery::idle;
        next.due.reset();
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "state_changed",
                                       text_of_state(order.state) + " -> cancelled, before it left",
                                       canonical(step_data(order.state, next.state))));
    } else if (plugin_cancels) {
        next.state = cancel_pending;
        next.stage = Stage::cancel;
        next.delivery = Delivery::sending;
        next.due = now;
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "cancel_wanted",
                                       "cancellation to be sent to " + order.account,
                                       canonical(step_data(order.state, next.state))));
    } else {
        next.state = cancel_pending;
        next.delivery = Delivery::waiting_for_person;
        next.problem = order.account + " has no call for cancelling: ask its porting team to cancel " +
                       quoted(order.carrier_id) + "; the order follows what they answer";
        change.entries.push_back(entry(order, now, source, prefix(order.kind) + "cancel_wanted", next.problem,
                                       canonical(step_data(order.state, next.state))));
    }
    return change;
}

Result<OrderChange> settle_by_person(const Order& order, PersonVerdict verdict, std::string carrier_id, Instant now,
                                     std::string_view source) {
    if (order.delivery != Delivery::in_doubt && order.delivery != Delivery::waiting_for_person)
        return failure(ErrorKind::invalid_input,
                       "order " + id_text(order.id) + " does not wait for a person; there is nothing to settle");
    if (order.open_operation != 0 && order.due && order.delivery == Delivery::in_doubt)
        return failure(ErrorKind::invalid_input, "order " + id_text(order.id) +
                                                     " is being looked up at the carrier; say it when that has not helped");
    auto change = begun(order, now);
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
            next.stage = Stage::follow;
            next.delivery = Delivery::idle;
            text = "found at the carrier as " + quoted(next.carrier_id);
            break;
        case PersonVerdict::not_carried_out:
            if (order.state != draft && order.state != exception)
                return failure(ErrorKind::invalid_input, "the carrier has acknowledged this order already");
            next.attempt = order.attempt + 1;
            next.stage = Stage::submit;
            next.delivery = Delivery::sending;
            text = "certainly not carried out; sent again as attempt " + std::to_string(next.attempt);
            break;
        case PersonVerdict::tried_again:
            if (order.delivery == Delivery::in_doubt || order.stage == Stage::none)
                return failure(ErrorKind::invalid_input,
                               "say whether the carrier has the order before it is tried again");
            next.delivery = order.stage == Stage::follow ? Delivery::idle : Delivery::sending;
            text = "tried again";
            break;
    }
    change.entries.push_back(entry(order, now, source, prefix(order.kind) + "settled_by_person", std::move(text),
                                   canonical(step_data(order.state, next.state))));
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

TimelineEntry entry(const Order& order, Instant now, std::string_view source, std::string kind, std::string text,
                    std::string data) {
    return {.id = 0, .order = order.id, .tenant = order.tenant, .at = now, .source = std::string(source),
            .kind = std::move(kind), .text = std::move(text), .data = std::move(data)};
}

int shard_of(std::string_view account) noexcept {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char letter : account) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ull;
    return static_cast<int>(hash % shard_count);
}

}  // namespace porteur
