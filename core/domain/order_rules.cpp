// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "domain/rule_words.hpp"
#include "domain/waiting.hpp"

namespace porteur {
namespace {

using enum OrderState;
using namespace rules;

/// In what a plugin is handed back of its own: somebody called the order off. Written in docs/mail.md.
constexpr std::string_view called_off_key = "called_off";

/// In what a plugin keeps of its order, beside cancel_pending: "person" settles whether it was called off.
constexpr std::string_view call_off_key = "call_off";

Instant later(Instant now, std::chrono::milliseconds wait) { return now + wait; }

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
        const auto reason = text_of(each.reason);
        if (each.code.empty())
            out += std::string(reason) + (each.text.empty() ? "" : ": " + each.text);
        else
            out += each.text.empty() ? phrase("{1:reason} (carrier code {2})", reason, each.code)
                                     : phrase("{1:reason} (carrier code {2}): {3:text}", reason, each.code, each.text);
    }
    return out;
}

std::string text_of_step(OrderState from, OrderState to, const Heard& heard) {
    const auto before = text_of_state(from), after = text_of_state(to);
    const auto foc = heard.foc ? iso_date(*heard.foc) : std::string();
    if (heard.carrier_word.empty())
        return foc.empty() ? phrase("{1:state} -> {2:state}", before, after)
                           : phrase("{1:state} -> {2:state}, FOC date {3:date}", before, after, foc);
    const auto word = quoted(heard.carrier_word);
    return foc.empty() ? phrase("{1:state} -> {2:state} (carrier: {3})", before, after, word)
                       : phrase("{1:state} -> {2:state}, FOC date {3:date} (carrier: {4})", before, after, foc, word);
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

/// Whether somebody asks the carrier to call it off as no call does that. The plugin knows nothing of it, so that it goes on
/// to tell the state before the wish.
bool is_called_off_by_hand(const Order& order, const Known& known) {
    return order.state == cancel_pending &&
           !known.can(order.account, order.kind == OrderKind::port ? "cancel_port" : "cancel_purchase");
}

/// Whether the plugin says that it has asked its carrier to call the order off, as by a mail, and that a person settles
/// what came of it.
bool is_settled_by_person(const Order& order) {
    if (order.state != cancel_pending || order.progress.find(call_off_key) == order.progress.npos) return false;
    const auto progress = object_from(order.progress);
    const auto* keep = progress.if_contains("keep");
    const auto* by = keep && keep->is_object() ? keep->get_object().if_contains(call_off_key) : nullptr;
    return by && *by == json::value("person");
}

/// Whether the carrier has the whole request as it is now when this operation has ended well.
bool sends_the_request(std::string_view operation) {
    return operation == "submit_port" || operation == "purchase" || operation == "supplement_port";
}

/// Whether the carrier says of some numbers something else than before.
bool has_moved(const std::vector<NumberProgress>& numbers, const std::string& before) {
    if (numbers.empty()) return false;
    const auto progress = object_from(before);
    const auto* listed = progress.if_contains("numbers");
    const auto was = listed ? from_json<std::vector<NumberProgress>>(*listed) : Result<std::vector<NumberProgress>>{};
    return !was || !std::ranges::is_permutation(numbers, *was, [](const NumberProgress& left, const NumberProgress& right) {
        return left.number == right.number && left.state == right.state;
    });
}

/// The canonical codes of a refusal, each once; what is counted of refusals is counted by them.
json::array codes_of(const std::vector<Rejection>& rejections) {
    json::array out;
    for (const auto& each : rejections) {
        const json::value code(json::string(text_of(each.reason)));
        if (std::ranges::find(out, code) == out.end()) out.push_back(code);
    }
    return out;
}

OrderChange after_progress(const Order& order, const OperationEnd& end, Instant now, const Rhythm& rhythm, const Known& known) {
    auto heard = order.kind == OrderKind::port ? hear<PortProgress>(end.output)
                                               : hear<PurchaseProgress>(end.output);
    if (!heard) {
        auto change = park(order, phrase("{1:operation} gave a result that cannot be read: {2:text}", end.operation, heard.error().message), now);
        // It has ended well by the plugin's word, so the carrier may have it.
        if (sends_the_request(end.operation)) change.order.delivery = Delivery::in_doubt;
        return change;
    }

    auto change = begun(order, now);
    auto& next = change.order;
    next.delivery = Delivery::idle;
    next.tries = 0;
    next.problem.clear();
    next.progress = sends_the_request(end.operation) ? end.output : with_host_keys_of(order.progress, end.output);
    if (!heard->carrier_id.empty()) next.carrier_id = heard->carrier_id;
    if (!next.submitted) next.submitted = now;
    const auto why = text_of_rejections(heard->rejections);
    if (heard->state == rejected || waits_for_correction(order.kind, heard->state)) next.problem = why.empty() ? heard->note : why;
    if (is_behind_mail(order, end, heard->state)) {
        heard->state = order.state;
        next.progress = order.progress;
        next.problem = order.problem;
    }

    // A mail that crossed ours, or that speaks of our wish, takes nothing back of it: a person says what came of it.
    if (end.operation == "read_mail" && is_settled_by_person(order) && !is_end(heard->state)) {
        heard->state = cancel_pending;
        heard->note = order.problem;
        next.progress = order.progress;
    }
    const bool by_hand = is_called_off_by_hand(order, known) && !is_end(heard->state);
    if (by_hand) heard->state = cancel_pending;

    if (!may_follow(order.kind, order.state, heard->state)) {
        // A state that cannot follow is a late or doubled word of the carrier: kept visible, never obeyed.
        change.entries.push_back(entry(order, now, order.account, prefix(order.kind) + "word_ignored",
                                       phrase("the carrier said {1} ({2:state}), which cannot follow {3:state}",
                                              quoted(heard->carrier_word), text_of_state(heard->state),
                                              text_of_state(order.state))));
        // But a request that was taken has no correction to wait for, whatever the carrier calls that.
        const bool taken = sends_the_request(end.operation) && may_follow(order.kind, order.state, submitted);
        next.state = taken ? submitted : order.state;
    } else {
        next.state = heard->state;
    }
    if (next.state != order.state) {
        auto text = text_of_step(order.state, next.state, *heard);
        if (!heard->note.empty()) text += "; " + heard->note;
        if (!why.empty()) text += "; " + why;
        json::object data{{"carrier_id", next.carrier_id},
                          {"carrier_word", heard->carrier_word},
                          {"from", text_of_state(order.state)},
                          {"to", text_of_state(next.state)}};
        if (heard->foc) data["foc"] = iso_date(*heard->foc);
        if (next.state == exception || next.state == rejected) data["reasons"] = codes_of(heard->rejections);
        change.entries.push_back(entry(
            next, now, order.account, prefix(order.kind) + "state_changed", std::move(text), canonical(data)
        ));
    } else if (sends_the_request(end.operation) && waits_for_correction(order.kind, next.state)) {
        // An attempt more that came back as the one before it: the state says nothing of it.
        auto text = phrase("{1:state} as before", text_of_state(next.state));
        if (!heard->note.empty()) text += "; " + heard->note;
        if (!why.empty()) text += "; " + why;
        change.entries.push_back(entry(next, now, order.account, prefix(order.kind) + "refused", std::move(text),
                                       canonical(json::object{{"carrier_word", heard->carrier_word},
                                                              {"operation", end.operation},
                                                              {"reasons", codes_of(heard->rejections)}})));
    } else if (next.progress != order.progress && has_moved(heard->numbers, order.progress)) {
        const auto came = std::ranges::count(heard->numbers, completed, &NumberProgress::state), all = std::ranges::ssize(heard->numbers);
        change.entries.push_back(entry(next, now, order.account, prefix(order.kind) + "numbers_changed",
                                       phrase("{1:n} of {2:n} numbers completed", came, all),
                                       canonical(json::object{{"completed", came}, {"numbers", all}})));
    }
    if (is_end(next.state)) {
        end_or_watch(order, next, now, known);
    } else if (by_hand) {
        next.stage = Stage::follow;
        next.delivery = Delivery::waiting_for_person;
        next.problem = how_to_call_off(next);
        next.due = later(now, heard->check_again ? std::chrono::milliseconds(*heard->check_again) : rhythm.follow);
    } else if (is_settled_by_person(next)) {
        next.stage = Stage::follow;
        next.delivery = Delivery::waiting_for_person;
        next.problem = heard->note;
        next.due = later(now, heard->check_again ? std::chrono::milliseconds(*heard->check_again) : rhythm.follow);
    } else if (waits_for_correction(order.kind, next.state)) {
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

/// Parts are not split once more.
Stage stage_of_sending(const Order& order, const Known& known) {
    return order.kind == OrderKind::port && order.parent == 0 && known.can(order.account, "split") ? Stage::split : Stage::submit;
}

OrderChange after_preflight(const Order& order, const OperationEnd& end, Instant now, const Known& known) {
    auto findings = from_text<Findings>(end.output);
    if (!findings)
        return park(order, phrase("{1:operation} gave a result that cannot be read: {2:text}", "preflight", findings.error().message), now);
    auto change = begun(order, now);
    auto& next = change.order;
    std::string blocking;
    for (const auto& problem : findings->problems) {
        change.entries.push_back(entry(order, now, order.losing_account, "port.preflight_finding",
                                       problem.blocking ? phrase("must be mended: {1:text}", problem.message) : phrase("note: {1:text}", problem.message),
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
                                   (findings->problems.empty() ? phrase("the losing carrier's records agree")
                                                               : phrase("the losing carrier's records do not stand against it")) +
                                       (findings->note.empty() ? "" : "; " + findings->note)));
    next.stage = stage_of_sending(order, known);
    next.delivery = Delivery::sending;
    next.due = now;
    return change;
}

/// The correction did not reach the carrier, or it does not take it: the order is where it was.
void put_back(const Order& order, Order& next, Instant now, const Rhythm& rhythm) {
    const auto progress = object_from(order.progress);
    next.state = exception;
    if (const auto* kept = progress.if_contains(correction_key); kept && kept->is_object())
        if (const auto* from = kept->get_object().if_contains("from"); from && from->is_string())
            boost::describe::enum_from_string(std::string(from->get_string()).c_str(), next.state);
    next.stage = Stage::follow;
    next.delivery = Delivery::waiting_for_person;
    next.due = later(now, rhythm.longest_retry);
}

/// The end of an operation that somebody wanted stopped: then the order is called off.
OrderChange after_stopped(const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm,
                          const Known& known) {
    auto running = order;
    running.stage = Stage::none;
    auto change = end.done ? after_progress(running, end, now, rhythm, known) : after_failure(running, end, now, jitter, rhythm);
    auto& stopped = change.order;
    if (is_end(stopped.state)) return change;
    if (stopped.delivery == Delivery::in_doubt) {
        // Called off as soon as it is known whether the carrier has it.
        stopped.stage = Stage::cancel;
        return change;
    }
    stopped.open_operation = 0;
    auto off = cancel_order(stopped, known.can(order.account, order.kind == OrderKind::port ? "cancel_port" : "cancel_purchase"),
                            now, order.account);
    if (!off) return change;
    std::ranges::move(off->entries, std::back_inserter(change.entries));
    change.order = std::move(off->order);
    change.order.version = order.version + 1;
    return change;
}

}  // namespace

bool Known::lacks(std::string_view account, std::string_view operation) const {
    return carrier && !carrier(account).empty() && !can(account, operation);
}

std::string Known::name_of(std::string_view account) const {
    const auto name = carrier ? carrier(account) : std::string();
    return name.empty() ? std::string(account) : name;
}

OrderChange rules::after_failure(const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm) {
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
        const bool of_losing = order.stage == Stage::preflight || order.stage == Stage::release;
        change.entries.push_back(entry(order, now, of_losing ? order.losing_account : order.account,
                                       prefix(order.kind) + std::move(kind), std::move(text), canonical(data)));
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
                // What the carrier says next is obeyed, though it be what was known before a mail.
                if (auto progress = object_from(order.progress); progress.erase(word_before_mail_key) > 0) next.progress = canonical(progress);
                say("cancel_refused", what);
                return change;
            }
            if (order.stage == Stage::supplement) {
                put_back(order, next, now, rhythm);
                say("refused", error.reason == Reason::none ? what : phrase("{1:text} [{2:reason}]", what, text_of(error.reason)));
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
            say("refused", error.reason == Reason::none ? what : phrase("{1:text} [{2:reason}]", what, text_of(error.reason)));
            return change;
        }
        case ErrorKind::throttled:
        case ErrorKind::unavailable: {
            const auto wait = std::max<std::chrono::milliseconds>(back_off(order.tries, jitter, rhythm), error.retry_after);
            next.tries = order.tries + 1;
            next.delivery = Delivery::retry_at;
            next.due = later(now, wait);
            next.problem = what;
            say("retry", what + "; " + phrase("tried again in {1} s", wait.count() / 1000));
            return change;
        }
        case ErrorKind::in_doubt:
            next.delivery = Delivery::in_doubt;
            next.due.reset();
            next.problem = what;
            say("in_doubt", what + "; " + phrase("it is not sent again until a person has asked the carrier"));
            return change;
        case ErrorKind::unauthorized:
            wait_for_person(phrase("the carrier refuses the account's credentials: {1:text}", what));
            say("unauthorized", next.problem);
            return change;
        case ErrorKind::cancelled:
        case ErrorKind::invalid_input:
        case ErrorKind::unsupported:
            next.stage = Stage::none;
            wait_for_person(what);
            if (order.stage == Stage::supplement) put_back(order, next, now, rhythm);
            if (error.kind == ErrorKind::cancelled)
                say("called_off", what);
            else
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

std::chrono::milliseconds rules::back_off(std::int64_t tries, double jitter, const Rhythm& rhythm) {
    const double grown = double(rhythm.first_retry.count()) * std::pow(2.0, double(std::min<std::int64_t>(tries, 20)));
    const double cut = std::min(grown, double(rhythm.longest_retry.count()));
    return std::chrono::milliseconds(static_cast<std::int64_t>(cut * (0.5 + jitter / 2)));
}

std::string rules::with_host_keys_of(const std::string& progress, const std::string& output) {
    if (progress.find(correction_key) == progress.npos) return output;
    const auto before = object_from(progress);
    const auto* kept = before.if_contains(correction_key);
    auto after = object_from(output);
    if (!kept) return output;
    after[correction_key] = *kept;
    return canonical(after);
}

std::optional<OperationPlan> next_operation(const Order& order) {
    const auto numbers = [&] {
        const auto request = object_from(order.request);
        const auto* listed = request.if_contains("numbers");
        auto read = listed ? from_json<std::vector<PhoneNumber>>(*listed) : Result<std::vector<PhoneNumber>>{};
        return read ? std::move(*read) : std::vector<PhoneNumber>{};
    };
    // What a plugin asked to be kept, and the carrier's own id, are that carrier's business.
    const auto reference = [&](const std::string& account) {
        OrderReference made;
        made.reference = order.reference;
        made.attempt = order.attempt;
        if (account == order.account) made.carrier_id = order.carrier_id;
        if (order.submitted) made.submitted_at = std::chrono::floor<std::chrono::seconds>(*order.submitted);
        unsigned char scratch[4096];
        json::monotonic_resource memory(scratch, sizeof scratch);
        auto request = parse_json(order.request, &memory);
        if (request && request->is_object())
            if (const auto* numbers = request->get_object().if_contains("numbers"))
                if (auto read = from_json<std::vector<PhoneNumber>>(*numbers)) made.numbers = std::move(*read);
        auto progress = parse_json(order.progress, &memory);
        if (progress && progress->is_object() && account == order.account)
            if (const auto* keep = progress->get_object().if_contains("keep"); keep && keep->is_object())
                made.kept = keep->get_object();
        // Wanted from the carrier by a person where the plugin has no call for it: it must not ask the carrier to go on.
        if (order.state == cancel_pending)
            made.kept[called_off_key] = true;
        else
            made.kept.erase(called_off_key);
        return to_brief_text(made);
    };
    const auto whole = [&] {
        unsigned char scratch[4096];
        json::monotonic_resource memory(scratch, sizeof scratch);
        auto request = parse_json(order.request, &memory);
        if (request && request->is_object()) {
            request->get_object()["attempt"] = order.attempt;
            request->get_object()["reference"] = order.reference;
            // A new attempt of a purchase is told what the last one asked to be kept: what it bought, and what it did not.
            if (order.kind == OrderKind::purchase && order.attempt > 1)
                if (auto progress = object_from(order.progress); progress.contains("keep"))
                    request->get_object()["kept"] = std::move(progress.at("keep"));
        }
        return request ? canonical(*request) : order.request;
    };
    const bool port = order.kind == OrderKind::port;
    switch (order.stage) {
        case Stage::none:
        case Stage::parts: return std::nullopt;
        case Stage::preflight: return OperationPlan{order.losing_account, "preflight", whole()};
        case Stage::split: return OperationPlan{order.account, "split", to_brief_text(NumberList{.numbers = numbers(), .reason = {}})};
        case Stage::submit:
            if (order.kind == OrderKind::release)
                return OperationPlan{order.account, "release_numbers",
                                     to_brief_text(NumberList{.numbers = still_to_give_back(order), .reason = {}})};
            return OperationPlan{order.account, port ? "submit_port" : "purchase", whole()};
        case Stage::supplement: {
            const auto fields = canonical(to_json(corrected_fields(order)));
            return OperationPlan{order.account, "supplement_port",
                                 "{\"corrected\":" + whole() + ",\"fields\":" + fields + ",\"order\":" + reference(order.account) + "}"};
        }
        case Stage::release: return OperationPlan{order.losing_account, "check_release", reference(order.losing_account)};
        case Stage::follow:
            if (order.kind == OrderKind::release) return OperationPlan{order.account, "list_numbers", "{}"};
            return OperationPlan{order.account, port ? "check_port" : "check_purchase", reference(order.account)};
        case Stage::cancel: return OperationPlan{order.account, port ? "cancel_port" : "cancel_purchase", reference(order.account)};
    }
    return std::nullopt;
}

OrderChange after_operation(const Order& order, const OperationEnd& end, Instant now, double jitter,
                            const Rhythm& rhythm, const Known& known) {
    const bool stopped = order.stage == Stage::cancel && !end.operation.starts_with("cancel_");
    auto change = stopped                           ? after_stopped(order, end, now, jitter, rhythm, known)
                  : order.kind == OrderKind::release ? after_giving_back(order, end, now, jitter, rhythm, known)
                  : order.stage == Stage::split     ? after_split(order, end, now)
                  : order.stage == Stage::release   ? after_release(order, end, now, jitter, rhythm, known)
                  : !end.done                       ? after_failure(order, end, now, jitter, rhythm)
                  : order.stage == Stage::preflight ? after_preflight(order, end, now, known)
                                                    : after_progress(order, end, now, rhythm, known);
    change.order.open_operation = 0;
    keep_waits_since(order, change.order);
    return change;
}

TimelineEntry entry(const Order& order, Instant now, std::string_view source, std::string kind, std::string text,
                    std::string data) {
    return {.id = 0, .order = order.id, .tenant = order.tenant, .at = now, .source = std::string(source),
            .kind = std::move(kind), .text = std::move(text), .data = std::move(data)};
}

}  // namespace porteur
