// SPDX-License-Identifier: Apache-2.0
#include "engine/operation_run.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "domain/crash_point.hpp"
#include "engine/dry_run.hpp"
#include "engine/outside.hpp"
#include "engine/own_effects.hpp"

namespace porteur {
namespace {

using std::chrono::milliseconds;

/// A plugin's failure, as it counts when the carrier may have acted: whatever the plugin says of its
/// own end, an order that may be at the carrier is in doubt until somebody has looked.
void count_as_doubt(Error& error, const Ladder& ladder) {
    const bool said_no = error.kind == ErrorKind::rejected && !ladder.unresolved();
    if (!ladder.acted() || said_no || error.kind == ErrorKind::in_doubt) return;
    error.message = phrase("{1} after the carrier may have acted: {2:text}", name_of(error.kind), error.message);
    error.kind = ErrorKind::in_doubt;
}

/// The plugin is not there now, through no fault of this operation.
bool is_away(const Error& error) { return error.code == plugin_lost_code || error.kind == ErrorKind::unavailable; }

std::string error_text(const Error& error) {
    return canonical(json::object{{"code", error.code},
                                  {"kind", name_of(error.kind)},
                                  {"message", error.message},
                                  {"reason", text_of(error.reason)},
                                  {"retry_after", static_cast<std::int64_t>(error.retry_after.count())}});
}

}  // namespace

OperationRun::OperationRun(RunWorld& world, Order order, std::shared_ptr<const AccountView> account)
    : world_(world), order_(std::move(order)), account_(std::move(account)) {}

Async<RunEnd> OperationRun::begin(OperationPlan plan) {
    operation_.id = world_.new_id();
    operation_.order = order_.id;
    operation_.tenant = order_.tenant;
    operation_.shard = order_.shard;
    operation_.account = std::move(plan.account);
    operation_.name = std::move(plan.name);
    operation_.build = account_->runner->build();
    operation_.input = "{\"input\":" + plan.input + ",\"settings\":" + account_->settings + "}";
    operation_.output = "{}";
    operation_.began = world_.clock.now();
    co_return co_await go();
}

Async<RunEnd> OperationRun::resume(StoredOperation stored) {
    operation_ = std::move(stored.operation);
    stored_ = true;
    if (!stored.journal.empty()) position_ = stored.journal.back().position;
    if (auto unread = read_journal(stored)) co_return co_await park_operation(std::move(*unread));
    if (operation_.build == account_->runner->build()) co_return co_await go();

    // Another build is there. It goes on where it asks for the same; otherwise the build does that the
    // operation stands with, if its copy is still there.
    auto before = world_.account_as_of(operation_.account, operation_.build);
    const auto tried = world_.departed.find(operation_.id);
    const bool in_vain = tried != world_.departed.end() && tried->second == account_->runner->build();
    if (!in_vain || !before) {
        const Op op(account_->runner, operation_.id);
        std::optional<Halt> halt;
        if (keys_differ(before))
            halt = Halt{.departure = keys_differ_text(operation_.name), .error = {}};
        else
            halt = co_await follow();
        if (!halt) {
            take_over();
            co_return co_await live();
        }
        if (!before && halt->error) co_return co_await runner_failed(std::move(*halt->error));
        if (!before)
            co_return co_await park_operation(phrase(
                "{1:text}; and build {2}, with which it stands, is not there: {3:text}", halt->departure,
                operation_.build.substr(0, 12), before.error().message
            ));
        // One that was away for another's fault is tried there again.
        if (!halt->error || !is_away(*halt->error)) world_.departed[operation_.id] = account_->runner->build();
        forget_replay();
        if (auto unread = read_journal(stored)) co_return co_await park_operation(std::move(*unread));
    }
    account_ = std::move(*before);
    co_return co_await go();
}

/// @return why it cannot be read
std::optional<std::string> OperationRun::read_journal(const StoredOperation& stored) {
    journal_ = {};
    if (const auto read = journal_.read(stored.journal); !read) return read.error().message;
    return std::nullopt;
}

/// The build at hand asked for all that the journal has: the operation is its own from now on.
void OperationRun::take_over() {
    add_entry("build_changed", phrase("goes on with version {1} of plugin {2} (build {3}); it stood with build {4}",
                                      account_->descriptor->version, account_->descriptor->id,
                                      account_->runner->build().substr(0, 12), operation_.build.substr(0, 12)));
    operation_.build = account_->runner->build();
    taken_over_ = true;
}

void OperationRun::forget_replay() {
    open_.clear();
    ladder_ = {};
    doubted_.clear();
    turn_ = {};
    last_seq_ = 0;
}

Async<RunEnd> OperationRun::go() {
    const Op op(account_->runner, operation_.id);
    if (auto halt = co_await follow()) {
        if (halt->error) co_return co_await runner_failed(std::move(*halt->error));
        co_return co_await park_operation(std::move(halt->departure));
    }
    co_return co_await live();
}

/// Begins the plugin's operation and tells it everything that the journal has.
Async<std::optional<OperationRun::Halt>> OperationRun::follow() {
    out_of_time_at_ = world_.clock.steady() + account_->operation_timeout;
    auto first = co_await account_->runner->begin(operation_.id, operation_.name, operation_.input);
    if (!first) co_return Halt{.departure = {}, .error = std::move(first).error()};
    turn_ = std::move(*first);
    if (auto wrong = take_effects(turn_)) co_return Halt{.departure = std::move(*wrong), .error = {}};
    for (auto& outcome : journal_.outcomes) {
        if (turn_.state != Turn::State::waiting)
            co_return Halt{.departure = phrase("the replay departs from the journal: the plugin ended before outcome #{1}",
                                               outcome.completion.seq), .error = {}};
        const auto found = open_.find(outcome.completion.seq);
        if (found == open_.end() || !found->second.from_before)
            co_return Halt{.departure = phrase("the replay departs from the journal: nobody asked for outcome #{1}",
                                               outcome.completion.seq), .error = {}};
        ladder_.completed(found->second.effect, outcome.completion);
        open_.erase(found);
        std::vector<Completion> done;
        done.push_back(std::move(outcome.completion));
        auto next = co_await account_->runner->step(operation_.id, std::move(done));
        if (!next) co_return Halt{.departure = {}, .error = std::move(next).error()};
        turn_ = std::move(*next);
        if (auto wrong = take_effects(turn_)) co_return Halt{.departure = std::move(*wrong), .error = {}};
    }
    journal_.outcomes.clear();
    if (auto left = left_behind()) co_return Halt{.departure = std::move(*left), .error = {}};
    if (auto missing = journal_.missing_after(last_seq_)) co_return Halt{.departure = std::move(*missing), .error = {}};
    co_return std::nullopt;
}

Async<RunEnd> OperationRun::runner_failed(Error error) {
    error_ = std::move(error);
    const bool away = is_away(error_);
    if (!away && error_.code != plugin_died_code) co_return co_await park_operation(error_.message);
    // An answer that came is kept. And what the plugin was told last may be what kills it: three deaths
    // on the same entry must be seen as such.
    if (stored_ && !co_await flush(false)) co_return RunEnd::abandoned;
    co_return away ? RunEnd::plugin_away : RunEnd::died;
}

/// Takes the turn's new effects among the open ones. @return what is wrong with them, if anything
std::optional<std::string> OperationRun::take_effects(const Turn& turn) {
    for (const auto& effect : turn.effects) {
        if (effect.seq != last_seq_ + 1)
            return phrase("the plugin numbers its effects wrongly: #{1} after #{2}", effect.seq, last_seq_);
        last_seq_ = effect.seq;
        Open open{.effect = effect, .intent_at = world_.clock.now(), .step_attempt = 1, .lost_at = {}};
        if (auto differs = journal_.difference(effect)) return differs;
        if (const auto known = journal_.intents.find(effect.seq); known != journal_.intents.end()) {
            open.intent_at = known->second.at;
            open.recorded = open.durable = open.from_before = true;
            if (const auto gone = journal_.lost.find(effect.seq); gone != journal_.lost.end()) open.lost_at = gone->second;
            if (open.lost_at && world_.restored && *open.lost_at >= world_.restored->restored) doubted_.insert(effect.step);
        }
        const auto attempt = ladder_.emitted(effect);
        if (!attempt) return attempt.error().message;
        open.step_attempt = *attempt;
        open_.emplace(effect.seq, std::move(open));
    }
    return std::nullopt;
}

Async<RunEnd> OperationRun::live() {
    for (;;) {
        // Nothing of this run may be under way when it ends.
        if (turn_.state != Turn::State::waiting && flights_) co_await land_all();
        if (turn_.state != Turn::State::waiting) leave_in_doubt();
        if (turn_.state != Turn::State::waiting) co_return co_await finish(turn_);
        if (open_.empty()) co_return co_await park_operation(phrase("the plugin waits, but for nothing"));

        const bool alone = open_.size() == 1 && !(flights_ && flights_->any());
        auto looked = alone ? co_await look_at(open_.begin()->second) : co_await look_at_all();
        if (looked.stopped) {
            if (flights_) co_await land_all();
            co_return RunEnd::abandoned;
        }
        if (!looked.parked.empty()) {
            if (flights_) co_await land_all();
            co_return co_await park_operation(std::move(looked.parked));
        }
        if (!looked.completion) co_return co_await leave_memory(*looked.wait);

        told(open_.at(looked.completion->seq), *looked.completion);
        std::vector<Completion> done;
        done.push_back(std::move(*looked.completion));
        auto next = co_await account_->runner->step(operation_.id, std::move(done));
        if (!next) {
            if (flights_) co_await land_all();
            co_return co_await runner_failed(std::move(next).error());
        }
        turn_ = std::move(*next);
        if (auto wrong = take_effects(turn_)) {
            if (flights_) co_await land_all();
            co_return co_await park_operation(std::move(*wrong));
        }
    }
}

/// What an earlier run recorded and the plugin ends without waiting for, on another build than that which
/// recorded it: what may have left must not be forgotten.
std::optional<std::string> OperationRun::left_behind() const {
    if (turn_.state == Turn::State::waiting || operation_.build == account_->runner->build()) return std::nullopt;
    const auto found = std::ranges::find_if(open_, [](const auto& each) { return each.second.from_before; });
    if (found == open_.end()) return std::nullopt;
    return phrase("the replay departs from the journal: the plugin ends before {1:text} has", line_of(found->second.effect));
}

/// The plugin ended while something of an earlier run is open that may have left: nobody knows of it.
void OperationRun::leave_in_doubt() {
    for (const auto& [seq, open] : open_)
        if (open.from_before && open.effect.guarantee == Guarantee::once)
            ladder_.completed(open.effect, failed(seq, ErrorKind::in_doubt, phrase("the answer was lost")));
}

/// Whether the build at hand would send an open request under another key than the build that sent it.
bool OperationRun::keys_differ(const Result<std::shared_ptr<const AccountView>>& before) const {
    return journal_.has_open_key() && !(before && same_keys(*account_->descriptor, *(*before)->descriptor, operation_.name));
}

/// The plugin is about to be told: the outcome goes to the journal's buffer.
void OperationRun::told(Open& open, const Completion& completion) {
    if (!open.recorded) record(IntentRecord{open.effect, open.intent_at});
    if (!PORTEUR_HAS_DEFECT("outcome_unrecorded")) record(OutcomeRecord{completion, world_.clock.now()});
    const auto proof = phrase("step {1:quoted}: {2:text}", quoted(open.effect.step), open.proof);
    if (!open.proof.empty() && completion.kind != ErrorKind::in_doubt)
        add_entry("outcome_proved", proof);
    else if (!open.proof.empty())
        add_entry("outcome_unproved", proof);
    ladder_.completed(open.effect, completion);
    open_.erase(completion.seq);
}

void OperationRun::record(JournalRecord entry) { append_record(buffer_, entry); }

bool OperationRun::waits_for_event() const {
    return std::ranges::any_of(open_, [](const auto& each) { return each.second.effect.kind == EffectKind::event; });
}

EffectContext OperationRun::context_of(const Open& open) const {
    return {.order = order_.id, .operation = operation_.id, .tenant = order_.tenant, .account = operation_.account,
            .operation_name = operation_.name, .reference = order_.reference, .attempt = order_.attempt,
            .step_attempt = open.step_attempt, .intent_at = open.intent_at, .view = account_,
            // What must not be done twice is not cut short: that would make a doubt of an answer under way.
            .deadline = open.effect.guarantee == Guarantee::once ? std::nullopt : std::optional(out_of_time_at_)};
}

const OperationSpec* OperationRun::spec() const {
    for (const auto& each : account_->descriptor->operations)
        if (each.name == operation_.name) return &each;
    return nullptr;
}

milliseconds OperationRun::settle_time() const {
    if (PORTEUR_HAS_DEFECT("settle_skipped")) return milliseconds(0);
    if (account_->settle) return *account_->settle;
    const auto* operation = spec();
    return operation && operation->settle ? *operation->settle : milliseconds(30'000);
}

void OperationRun::add_entry(std::string kind, std::string text) {
    auto made = entry(order_, world_.clock.now(), "engine",
                      boost::describe::enum_to_string(order_.kind, "") + ("." + std::move(kind)), std::move(text));
    entries_.push_back(std::move(made));
}

/// Makes everything recorded so far durable, with the operation's row if it has none yet.
Async<bool> OperationRun::flush(bool mark_sending) {
    Commit commit;
    if (!buffer_.empty()) commit.journal.push_back({operation_.id, operation_.tenant, position_ + 1, buffer_});
    bool changed = !entries_.empty() || order_.open_operation != operation_.id;
    if (mark_sending && order_.delivery != Delivery::sending) {
        order_.delivery = Delivery::sending;
        changed = true;
    }
    commit.entries = entries_;
    put_operation(commit);
    if (changed) {
        order_.open_operation = operation_.id;
        order_.updated = world_.clock.now();
        ++order_.version;
        commit.moved_orders.push_back(order_);
    }
    if (commit.empty()) co_return true;
    auto done = co_await world_.commit(std::move(commit));
    if (!done) {
        error_ = done.error();
        co_return false;
    }
    if (!buffer_.empty()) ++position_;
    buffer_.clear();
    entries_.clear();
    stored_ = true;
    taken_over_ = false;
    co_return true;
}

/// The operation's row, where the store has none yet, or one that names another build.
void OperationRun::put_operation(Commit& commit) const {
    if (!stored_)
        commit.new_operations.push_back(operation_);
    else if (taken_over_)
        commit.changed_operations.push_back(operation_);
}

Async<RunEnd> OperationRun::finish(const Turn& turn) {
    const auto now = world_.clock.now();
    OperationEnd end{.operation = operation_.name, .done = turn.state == Turn::State::done, .output = turn.output,
                     .error = turn.error};
    if (!end.done) count_as_doubt(end.error, ladder_);
    operation_.state = end.done ? Operation::State::done : Operation::State::failed;
    world_.departed.erase(operation_.id);
    operation_.output = end.done ? turn.output : error_text(end.error);
    operation_.ended = now;
    auto change = after_operation(order_, end, now, world_.chance.fraction(), world_.rhythm, world_.known);
    if ((change.order.stage == Stage::follow || change.order.stage == Stage::release) && change.order.due && account_->check_interval)
        change.order.due = std::min(*change.order.due, now + *account_->check_interval);

    Commit commit;
    if (!buffer_.empty()) commit.journal.push_back({operation_.id, operation_.tenant, position_ + 1, std::move(buffer_)});
    (stored_ ? commit.changed_operations : commit.new_operations).push_back(operation_);
    if (!PORTEUR_HAS_DEFECT("end_without_order")) commit.changed_orders.push_back(change.order);
    commit.entries = std::move(entries_);
    if (!change.parts.empty())
        if (auto adopted = world_.adopt(change, commit); !adopted) {
            error_ = adopted.error();
            co_return RunEnd::abandoned;
        }
    std::ranges::move(change.entries, std::back_inserter(commit.entries));
    PORTEUR_CRASH_POINT("engine.before_end");
    if (world_.goes_on(change.order, operation_.account)) {
        // The next operation may ask meanwhile; whatever it does that must not be lost comes behind this.
        world_.commit_behind(change.order.id, std::move(commit));
        PORTEUR_CRASH_POINT("engine.end_under_way");
        order_ = std::move(change.order);
        co_return RunEnd::finished;
    }
    auto done = co_await world_.commit(std::move(commit));
    if (!done) {
        error_ = done.error();
        co_return RunEnd::abandoned;
    }
    PORTEUR_CRASH_POINT("engine.after_end");
    order_ = std::move(change.order);
    co_return RunEnd::finished;
}

Async<RunEnd> OperationRun::leave_memory(const Wait& wait) {
    Commit commit;
    // What the wait counts from must be on the disk, or a restart would count anew.
    for (auto& [seq, open] : open_) {
        if (open.recorded || !must_be_durable(open.effect)) continue;
        record(IntentRecord{open.effect, open.intent_at});
        open.recorded = true;
        if (open.effect.kind != EffectKind::event) continue;
        if (const auto wanted = event_wait_of(open.effect))
            commit.new_waits.push_back({operation_.id, seq, order_.id, order_.tenant, wanted->lookup(order_.tenant, operation_.account)});
    }
    const auto before = order_;
    if (wait.person) {
        order_.due.reset();
        if (wait.until != Instant::max()) order_.due = wait.until;
        order_.delivery = Delivery::waiting_for_person;
        order_.problem = wait.problem;
    } else {
        order_.due = wait.until;
    }
    order_.open_operation = operation_.id;
    ++order_.version;
    if (!buffer_.empty()) commit.journal.push_back({operation_.id, operation_.tenant, position_ + 1, std::move(buffer_)});
    put_operation(commit);
    commit.entries = std::move(entries_);
    commit.moved_orders.push_back(order_);
    auto done = co_await world_.commit(std::move(commit));
    if (!done) {
        error_ = done.error();
        order_ = before;
        co_return RunEnd::abandoned;
    }
    co_return RunEnd::waits;
}

bool OperationRun::may_have_acted() const {
    return ladder_.acted() || !doubted_.empty() || journal_.has_once() || std::ranges::any_of(open_, [](const auto& each) {
               return each.second.recorded && each.second.effect.guarantee == Guarantee::once;
           });
}

Async<RunEnd> OperationRun::park_operation(std::string problem) {
    const auto now = world_.clock.now();
    auto change = park(order_, operation_.name + ": " + problem, now);
    // A person may have a parked operation begun again, but not one that may be at the carrier: they ask it first.
    if (may_have_acted()) change.order.delivery = Delivery::in_doubt;
    operation_.state = Operation::State::parked;
    world_.departed.erase(operation_.id);
    operation_.output = canonical(json::object{{"parked", problem}});
    Commit commit;
    if (!buffer_.empty()) commit.journal.push_back({operation_.id, operation_.tenant, position_ + 1, std::move(buffer_)});
    (stored_ ? commit.changed_operations : commit.new_operations).push_back(operation_);
    change.order.open_operation = operation_.id;
    commit.changed_orders.push_back(change.order);
    commit.entries = std::move(entries_);
    std::ranges::move(change.entries, std::back_inserter(commit.entries));
    auto done = co_await world_.commit(std::move(commit));
    if (!done) {
        error_ = done.error();
        co_return RunEnd::abandoned;
    }
    order_ = std::move(change.order);
    co_return RunEnd::parked;
}

}  // namespace porteur
