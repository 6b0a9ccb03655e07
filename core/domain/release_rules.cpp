// SPDX-License-Identifier: Apache-2.0
// A port that is completed at the gaining carrier, watched at the losing one until its numbers have left.
#include <algorithm>

#include <porteur/calendar_text.hpp>

#include "domain/rule_words.hpp"

namespace porteur {
namespace {

using namespace rules;

/// "2026-12-02 10:04 UTC"
std::string minute_text(Instant at) {
    auto text = rfc3339(std::chrono::floor<std::chrono::seconds>(at));
    text.resize(16);
    text[10] = ' ';
    return text + " UTC";
}

std::string instant_text(Instant at) { return rfc3339(std::chrono::floor<std::chrono::seconds>(at)); }

std::string time_text(std::chrono::milliseconds time) {
    const auto hours = std::chrono::floor<std::chrono::hours>(time).count();
    if (hours >= 48) return phrase("{1:n} days", hours / 24);
    if (hours >= 1) return phrase("{1:n} h", hours);
    return phrase("{1:n} s", std::chrono::floor<std::chrono::seconds>(time).count());
}

struct Watch {
    Instant arrived;
    bool told = false;  ///< that it is stuck
    std::optional<Instant> seen_there = {};  ///< the last look that still saw some of them
};

Watch watch_of(const Order& order) {
    Watch watch{.arrived = order.updated};
    const auto progress = object_from(order.progress);
    const auto* kept = progress.if_contains(release_key);
    if (!kept || !kept->is_object()) return watch;
    if (const auto* at = kept->get_object().if_contains("arrived"); at && at->is_int64())
        watch.arrived = Instant{std::chrono::milliseconds{at->get_int64()}};
    if (const auto* told = kept->get_object().if_contains("told"); told && told->is_bool()) watch.told = told->get_bool();
    if (const auto* at = kept->get_object().if_contains("seen_there"); at && at->is_int64())
        watch.seen_there = Instant{std::chrono::milliseconds{at->get_int64()}};
    return watch;
}

void keep(Order& order, const Watch& watch) {
    auto progress = object_from(order.progress);
    json::object kept{{"arrived", watch.arrived.time_since_epoch().count()}, {"told", watch.told}};
    if (watch.seen_there) kept["seen_there"] = watch.seen_there->time_since_epoch().count();
    progress[release_key] = std::move(kept);
    order.progress = canonical(progress);
}

/// It cannot be asked any more: the port is completed all the same.
void end_watch(Order& order) {
    order.stage = Stage::none;
    order.delivery = Delivery::idle;
    order.tries = 0;
    order.due.reset();
    order.problem.clear();
}

}  // namespace

void rules::end_or_watch(const Order& before, Order& next, Instant now, const Known& known) {
    next.stage = Stage::none;
    next.due.reset();
    if (next.kind != OrderKind::port || next.state != OrderState::completed || is_end(before.state) ||
        !known.can(next.losing_account, "check_release"))
        return;
    next.stage = Stage::release;
    next.due = now;
    keep(next, {.arrived = now});
}

OrderChange rules::after_release(const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm,
                                 const Known& known) {
    auto change = begun(order, now);
    auto& next = change.order;
    auto watch = watch_of(order);
    const auto say = [&](std::string_view kind, std::string text, std::string data = "{}") {
        change.entries.push_back(entry(order, now, order.losing_account, "port." + std::string(kind), std::move(text), std::move(data)));
    };
    const bool again = end.error.kind == ErrorKind::throttled || end.error.kind == ErrorKind::unavailable ||
                       (end.error.kind == ErrorKind::internal && order.tries + 1 < rhythm.attempts_of_unknown_max);
    if (!end.done && again) {
        next.tries = order.tries + 1;
        next.delivery = Delivery::retry_at;
        next.problem = end.operation + ": " + end.error.message;
        next.due = now + std::max<std::chrono::milliseconds>(back_off(order.tries, jitter, rhythm), end.error.retry_after);
        // One line, not one for each try of a carrier that is away for days.
        if (order.tries == 0) say("retry", next.problem);
    } else if (!end.done && (end.error.kind == ErrorKind::unauthorized || end.error.kind == ErrorKind::internal ||
                             end.error.kind == ErrorKind::rejected)) {
        // Nor does a refusal to tell say that they have left.
        next.delivery = Delivery::waiting_for_person;
        next.due.reset();
        next.problem = end.operation + ": " + end.error.message;
        say(end.error.kind == ErrorKind::unauthorized ? "unauthorized" : "parked", next.problem);
        return change;
    } else if (!end.done) {
        end_watch(next);
        say("not_sent", end.operation + ": " + end.error.message + "; " + phrase("whether the numbers have left is not asked any more"));
        return change;
    } else {
        auto seen = from_text<ReleaseWatch>(end.output);
        if (!seen) return park(order, phrase("{1:operation} gave a result that cannot be read: {2:text}", "check_release", seen.error().message), now);
        next.tries = 0;
        next.delivery = watch.told ? Delivery::waiting_for_person : Delivery::idle;
        if (!watch.told) next.problem.clear();
        std::string there;
        for (const auto& each : seen->numbers)
            if (!each.left)
                there += (there.empty() ? "" : ", ") + each.number.masked() + (each.carrier_word.empty() ? "" : " (" + each.carrier_word + ")");
        if (!seen->numbers.empty() && there.empty()) {
            end_watch(next);
            // Both are times at which somebody was asked, not at which a carrier did something.
            json::object data{{"seen_arrived", instant_text(watch.arrived)}, {"seen_gone", instant_text(now)}};
            if (watch.seen_there) data["seen_there"] = instant_text(*watch.seen_there);
            say("left",
                phrase("left {1} at {2}, arrived at {3} at {4}", known.name_of(order.losing_account), minute_text(now),
                       known.name_of(order.account), minute_text(watch.arrived)) + "; " +
                    (watch.seen_there ? phrase("seen so when they were asked: at {1} the numbers had not left yet", minute_text(*watch.seen_there))
                                      : phrase("seen so when they were asked for the first time: the numbers may have left sooner")),
                canonical(data));
            return change;
        }
        if (!there.empty()) {
            watch.seen_there = now;
            keep(next, watch);
        }
        next.due = now + (seen->check_again ? std::chrono::milliseconds(*seen->check_again) : rhythm.longest_retry);
        if (!watch.told) next.problem = there.empty() ? "" : phrase("still at {1}: {2}", known.name_of(order.losing_account), there);
    }
    if (!watch.told && now >= watch.arrived + rhythm.release_stuck_after) {
        watch.told = true;
        keep(next, watch);
        next.delivery = Delivery::waiting_for_person;
        next.problem = phrase("still at {1} {2:text} after it arrived at {3}", known.name_of(order.losing_account),
                              time_text(now - watch.arrived), known.name_of(order.account)) +
                       (next.problem.empty() ? "" : "; " + next.problem);
        say("stuck", next.problem);
    }
    return change;
}

}  // namespace porteur
