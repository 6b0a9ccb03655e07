// SPDX-License-Identifier: Apache-2.0
// How a run carries out what its plugin asks for: alone, or beside others.
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "domain/crash_point.hpp"
#include "engine/operation_run.hpp"
#include "engine/outside.hpp"
#include "engine/own_effects.hpp"

namespace porteur {
namespace {

using std::chrono::milliseconds;

/// How long a question about something that may have been carried out waits for its next try.
constexpr milliseconds reask_wait{30'000};

/// A process that slept for longer than this between its intent and the send (stopped, its machine
/// paused) may have been taken over meanwhile: it proves that the store is its own, by a commit of
/// nothing, before anything leaves that must not leave twice.
constexpr milliseconds ours_max{1'000};

}  // namespace

// ------------------------------------------------------------------ one effect

Async<OperationRun::Looked> OperationRun::look_at(Open& open) {
    const auto& effect = open.effect;
    const auto seq = effect.seq;
    switch (effect.kind) {
        case EffectKind::now:
        case EffectKind::random:
            co_return Looked{.completion = carry_out_ourselves(effect, world_.clock, world_.chance), .wait = {}};
        case EffectKind::progress:
            if (auto text = text_in(effect.head, "text"); !text.empty()) add_entry("progress", std::move(text));
            co_return Looked{.completion = Completion{seq, ErrorKind::none, "{}", {}}, .wait = {}};
        case EffectKind::sleep: co_return sleep(open);
        case EffectKind::manual: co_return person(open);
        case EffectKind::event: co_return event(open);
        case EffectKind::http:
        case EffectKind::mail:
        case EffectKind::sign: break;
        case EffectKind::patch:
            co_return Looked{.completion = failed(seq, ErrorKind::unsupported, phrase("this host does not offer the effect yet")), .wait = {}};
    }
    if (auto held = co_await held_back(open)) co_return std::move(*held);
    if (!open.lost_at && is_without_trace(open)) {
        auto known = co_await world_.performer.recall(context_of(open), effect);
        if (known && !known->lost) co_return Looked{.completion = std::move(known->completion), .wait = {}};
        if (!co_await lost(open, false)) co_return Looked{.completion = {}, .wait = {}, .stopped = true};
    }
    if (open.lost_at) co_return co_await settle(open);
    if (open.not_before && world_.clock.now() < *open.not_before)
        co_return Looked{.completion = {}, .wait = Wait{*open.not_before, false, ""}};
    co_return co_await perform(open, Company::alone);
}

/// A ONCE effect of an earlier run: it may have left, and its outcome is not in the journal.
bool OperationRun::is_without_trace(const Open& open) {
    return open.from_before && open.effect.guarantee == Guarantee::once && !PORTEUR_HAS_DEFECT("sent_again_after_restart");
}

Async<OperationRun::Looked> OperationRun::landed(Completion completion) {
    co_return Looked{.completion = std::move(completion), .wait = {}};
}

OperationRun::Looked OperationRun::sleep(Open& open) {
    const auto from = PORTEUR_HAS_DEFECT("sleep_counted_anew") ? world_.clock.now() : open.intent_at;
    const auto until = from + std::chrono::seconds(std::max<std::int64_t>(0, number_in(open.effect.head, "seconds")));
    if (world_.clock.now() >= until) return {.completion = Completion{open.effect.seq, ErrorKind::none, "{}", {}}, .wait = {}};
    return {.completion = {}, .wait = Wait{until, false, ""}};
}

OperationRun::Looked OperationRun::person(Open& open) {
    const auto task = task_of({open.effect, open.intent_at});
    const auto now = world_.clock.now();
    auto until = Instant::max();
    if (!open.recorded) add_entry("task_opened", phrase("waits for a person: {1:text}", task.title));
    if (task.remind_every.count() > 0) {
        const auto passed = (now - open.intent_at) / task.remind_every;
        if (open.from_before && passed > 0) add_entry("task_reminder", phrase("still waits for a person: {1:text}", task.title));
        until = open.intent_at + (passed + 1) * task.remind_every;
    }
    return {.completion = {}, .wait = Wait{until, true, task.title}};
}

OperationRun::Looked OperationRun::event(Open& open) {
    const auto wait = event_wait_of(open.effect);
    if (!wait) return {.completion = failed(open.effect.seq, ErrorKind::invalid_input, wait.error().message), .wait = {}};
    const auto until = open.intent_at + wait->until;
    if (world_.clock.now() >= until) return {.completion = timed_out(open.effect.seq, *wait), .wait = {}};
    return {.completion = {}, .wait = Wait{until, false, ""}};
}

/// Writes down that it is about to leave, where that must be durable first. @return false when the store refused
Async<bool> OperationRun::intend(Open& open) {
    if (!must_be_durable(open.effect) || open.durable || PORTEUR_HAS_DEFECT("intent_skipped")) co_return true;
    PORTEUR_CRASH_POINT("engine.before_intent");
    if (!open.recorded) {
        open.intent_at = world_.clock.now();  // it may have waited for its turn
        record(IntentRecord{open.effect, open.intent_at});
    }
    open.recorded = true;
    open.ours = ours_now();
    if (!co_await flush(true)) co_return false;
    open.durable = true;
    PORTEUR_CRASH_POINT("engine.after_intent");
    co_return true;
}

OperationRun::Ours OperationRun::ours_now() const { return {.at = world_.clock.now(), .steady = world_.clock.steady()}; }

bool OperationRun::may_be_taken_over(const Open& open) const {
    if (!world_.is_ours()) return true;
    if (open.effect.guarantee != Guarantee::once) return false;
    const auto& since = open.ours;
    return world_.clock.now() - since.at > ours_max || world_.clock.steady() - since.steady > ours_max;
}

/// Performs it, with the repeats that are harmless. Beside others, its intent is durable already, and a
/// lost outcome is told to whoever launched it: only one may write at a time.
Async<OperationRun::Looked> OperationRun::perform(Open& open, Company company) {
    const auto& effect = open.effect;
    if (world_.clock.steady() >= out_of_time_at_) co_return out_of_time(open);
    const auto& retry = account_->descriptor->http.retry;
    milliseconds wait = retry.first;
    // Of an earlier run, it may have left; the carrier knows its key again only so long.
    bool may_have_left = open.from_before;
    for (std::uint32_t tried = 1;; ++tried) {
        if (may_have_left && key_is_forgotten(open, world_.clock.now())) co_return forgotten(open);
        Performed performed;
        if (auto refused = co_await world_.performer.admit(context_of(open), effect)) {
            performed = std::move(*refused);
        } else {
            if (company == Company::alone && !co_await intend(open)) co_return Looked{.completion = {}, .wait = {}, .stopped = true};
            // Where it is another's, or cannot be reached, the process ends by this, instead of trying in vain until it writes.
            if (may_be_taken_over(open)) {
                const auto begun = ours_now();
                if (auto proven = co_await world_.commit({}); !proven) {
                    error_ = proven.error();
                    co_return Looked{.completion = {}, .wait = {}, .stopped = true};
                }
                open.ours = begun;
            }
            PORTEUR_CRASH_POINT("engine.before_effect");
            auto context = context_of(open);
            context.admitted = true;
            performed = co_await world_.performer.perform(std::move(context), effect);
            PORTEUR_CRASH_POINT("engine.after_effect");
        }
        if (performed.lost && effect.guarantee == Guarantee::once && !PORTEUR_HAS_DEFECT("sent_again_when_lost")) {
            if (company == Company::beside_others) co_return Looked{.completion = {}, .wait = {}, .stopped = false, .lost = true};
            if (!co_await lost(open, true)) co_return Looked{.completion = {}, .wait = {}, .stopped = true};
            co_return co_await settle(open);
        }
        const auto kind = performed.completion.kind;
        const bool again = kind == ErrorKind::unavailable || kind == ErrorKind::throttled || performed.lost;
        const auto asked = std::max<milliseconds>(wait, performed.retry_after);
        may_have_left = may_have_left || performed.lost;
        const bool window_open = !key_is_forgotten(open, world_.clock.now() + asked);
        const bool late = again && world_.clock.steady() + asked >= out_of_time_at_;
        const bool long_wait = tried > retry.times || asked > world_.held_wait_max || late;
        if (again && long_wait && effect.guarantee == Guarantee::safe && ladder_.acted()) {
            // The carrier has acted already, so this operation may not be begun again: it stays open, and
            // only this question is asked again.
            const auto until = world_.clock.now() + std::max<milliseconds>(asked, reask_wait);
            co_return Looked{.completion = {}, .wait = Wait{until, false, ""}};
        }
        // Otherwise a long wait is the order's: the operation fails, and the order is due again later.
        if (!again || long_wait || !window_open) {
            if (performed.lost && effect.guarantee == Guarantee::keyed && !window_open)
                performed.completion.kind = ErrorKind::in_doubt;
            performed.completion.seq = effect.seq;
            co_return Looked{.completion = std::move(performed.completion), .wait = {}};
        }
        const auto jittered = milliseconds(static_cast<std::int64_t>(double(asked.count()) * (1 + world_.chance.fraction() / 4)));
        co_await world_.clock.sleep_until(world_.clock.now() + jittered);
        wait = std::min(wait * 2, retry.max);
    }
}

/// Whether a carrier that has had the request does not know its key any more, so that it would be a new one.
bool OperationRun::key_is_forgotten(const Open& open, Instant at) {
    return open.effect.guarantee == Guarantee::keyed && spec() && spec()->window && at >= open.intent_at + *spec()->window;
}

/// It is not sent again; the plugin looks it up, as one whose answer was lost.
OperationRun::Looked OperationRun::forgotten(const Open& open) {
    auto how = phrase("step {1} may have left before, and the time in which the carrier knows its key again is over: it is looked up, and not sent again",
                      quoted(open.effect.step));
    add_entry("outcome_lost", how);
    return {.completion = failed(open.effect.seq, ErrorKind::in_doubt, std::move(how)), .wait = {}};
}

/// operation_timeout has passed: what has not left certainly was not carried out. The plugin ends, and
/// the order is due again later, or is in doubt if the carrier may have acted (count_as_doubt).
OperationRun::Looked OperationRun::out_of_time(const Open& open) const {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(account_->operation_timeout).count();
    return {.completion = failed(open.effect.seq, ErrorKind::unavailable,
                                 phrase("the operation took longer than operation_timeout ({1} s); step {2} was not sent", seconds,
                                        quoted(open.effect.step))),
            .wait = {}};
}

/// The outcome will never be known: from now on the carrier gets its settle time. @return false when
/// the store refused
Async<bool> OperationRun::lost(Open& open, bool just_now) {
    const auto step = quoted(open.effect.step);
    told_lost(open, just_now ? phrase("step {1} left, but its answer was lost", step) : phrase("step {1} may have left before the restart", step));
    co_return co_await flush(false);
}

/// Writes it down, for the next flush.
void OperationRun::told_lost(Open& open, std::string how) {
    open.lost_at = world_.clock.now();
    ++world_.lost_outcomes;
    record(LostRecord{open.effect.seq, *open.lost_at});
    const auto* operation = spec();
    const auto rung = operation == nullptr                               ? "none"
                      : operation->idempotency == Idempotency::query ? "query"
                      : operation->idempotency == Idempotency::list  ? "list"
                      : operation->idempotency == Idempotency::key   ? "key"
                                                                     : "none";
    add_entry("outcome_lost", std::move(how) + "; " +
                                  phrase("after {1} ms the carrier is asked before anything is sent again (rung: {2})",
                                         settle_time().count(), rung));
    order_.delivery = Delivery::in_doubt;
}

Async<OperationRun::Looked> OperationRun::settle(Open& open) {
    const auto now = world_.clock.now();
    const auto until = (PORTEUR_HAS_DEFECT("settle_counted_anew") ? now : *open.lost_at) + settle_time();
    if (now < until && until - now > world_.held_wait_max) co_return Looked{.completion = {}, .wait = Wait{until, false, ""}};
    if (now < until) co_await world_.clock.sleep_until(until);
    auto proof = co_await world_.performer.prove(context_of(open), open.effect);
    open.proof = std::move(proof.told);
    if (proof.completion) co_return Looked{.completion = std::move(proof.completion), .wait = {}};
    co_return Looked{.completion = failed(open.effect.seq, ErrorKind::in_doubt, phrase("the answer was lost")), .wait = {}};
}

// ------------------------------------------------------------------ several effects at once

/// Has everything under way that can be, and gives the first that completes.
Async<OperationRun::Looked> OperationRun::look_at_all() {
    if (!flights_) flights_.emplace(co_await boost::asio::this_coro::executor);
    for (;;) {
        // What waits for nobody is answered first, in the order of asking.
        std::optional<Wait> wait;
        const auto waits = [&wait](const Wait& found) {
            if (!wait || (!found.person && found.until < wait->until)) wait = found;
        };
        for (auto& [seq, open] : open_) {
            if (leaves_us(open.effect)) continue;
            auto looked = co_await look_at(open);
            if (looked.completion || looked.stopped) co_return looked;
            if (looked.wait) waits(*looked.wait);
        }
        for (auto& [seq, open] : open_) {
            if (open.in_air || !leaves_us(open.effect)) continue;
            if (auto held = co_await held_back(open)) co_return std::move(*held);
        }
        if (!co_await make_intents_durable() || !co_await launch_all()) co_return Looked{.completion = {}, .wait = {}, .stopped = true};
        if (!flights_->any()) {
            for (const auto& [seq, open] : open_)
                if (open.not_before) waits({*open.not_before, false, ""});
            co_return Looked{.completion = {}, .wait = wait};
        }
        auto [seq, landed] = co_await flights_->next();
        auto& open = open_.at(seq);
        open.in_air = false;
        if (landed.completion || landed.stopped) co_return std::move(landed);
        if (landed.wait) open.not_before = landed.wait->until;
        if (landed.lost && !co_await lost(open, true)) co_return Looked{.completion = {}, .wait = {}, .stopped = true};
    }
}

/// One write for all of them, before the first one leaves.
Async<bool> OperationRun::make_intents_durable() {
    bool owed = false;
    for (auto& [seq, open] : open_) {
        if (open.durable || !leaves_us(open.effect) || !must_be_durable(open.effect)) continue;
        if (!open.recorded) record(IntentRecord{open.effect, open.intent_at});
        open.recorded = owed = true;
        open.ours = ours_now();
    }
    if (!owed || PORTEUR_HAS_DEFECT("intent_skipped")) co_return true;
    PORTEUR_CRASH_POINT("engine.before_intent");
    if (!co_await flush(true)) co_return false;
    for (auto& [seq, open] : open_) open.durable = open.durable || open.recorded;
    PORTEUR_CRASH_POINT("engine.after_intent");
    co_return true;
}

/// @return false when the store refused
Async<bool> OperationRun::launch_all() {
    for (auto& [seq, open] : open_) {
        if (flights_->in_air() >= std::max<std::size_t>(1, account_->effects_at_once)) break;
        if (open.in_air || !leaves_us(open.effect)) continue;
        if (open.not_before && world_.clock.now() < *open.not_before) continue;
        open.not_before.reset();
        if (!open.lost_at && is_without_trace(open)) {
            auto known = co_await world_.performer.recall(context_of(open), open.effect);
            if (known && !known->lost) {
                open.in_air = true;
                flights_->launch(seq, landed(std::move(known->completion)));
                continue;
            }
            if (!co_await lost(open, false)) co_return false;
        }
        open.in_air = true;
        flights_->launch(seq, open.lost_at ? settle(open) : perform(open, Company::beside_others));
    }
    co_return true;
}

/// The run ends: what is under way is awaited and written down as if the plugin had been told, so that
/// no answer that came is forgotten.
Async<void> OperationRun::land_all() {
    while (flights_->any()) {
        auto [seq, landed] = co_await flights_->next();
        auto& open = open_.at(seq);
        open.in_air = false;
        if (landed.lost) {
            ++world_.lost_outcomes;
            record(LostRecord{seq, world_.clock.now()});
            ladder_.completed(open.effect, failed(seq, ErrorKind::in_doubt, phrase("the answer was lost")));
        } else if (landed.completion) {
            told(open, *landed.completion);
        }
    }
}

}  // namespace porteur
