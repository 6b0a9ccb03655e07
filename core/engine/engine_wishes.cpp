// SPDX-License-Identifier: Apache-2.0
// What comes to the engine from outside: new orders, changes, answers of persons, events.
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "domain/crash_point.hpp"
#include "engine/engine.hpp"
#include "engine/hold.hpp"
#include "engine/outside.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

std::string kind_of_entry(const Order& order, std::string_view word) {
    return boost::describe::enum_to_string(order.kind, "") + ("." + std::string(word));
}

}  // namespace

// ------------------------------------------------------------------ holding an order

/// Waits until nothing is under way for the order.
Async<Result<std::unique_ptr<Engine::Hold>>> Engine::hold(Id id) {
    for (int tried = 0; tried < 100; ++tried) {
        if (busy_.insert(id).second) co_return std::make_unique<Hold>(*this, id);
        co_await clock_.sleep_until(clock_.now() + 20ms);
    }
    co_return failure(ErrorKind::unavailable, phrase("order {1} is being worked on; try again in a moment", id_text(id)));
}

// ------------------------------------------------------------------ orders

Async<Result<Order>> Engine::create(Order order, std::vector<TimelineEntry> entries, OrderWish wish) {
    order.id = new_id();
    order.shard = shard_of(order.account);
    order.created = order.updated = clock_.now();
    if (order.reference.empty()) order.reference = id_text(order.id);
    if (order.progress.empty()) order.progress = "{}";
    Commit made;
    for (auto& each : entries) {
        each.order = order.id;
        each.tenant = order.tenant;
        each.at = order.created;
    }
    for (auto& each : wish.secrets) {
        each.order = order.id;
        each.tenant = order.tenant;
    }
    made.new_orders.push_back(order);
    made.entries = std::move(entries);
    made.secrets = std::move(wish.secrets);
    if (wish.remember) made.keys.push_back(wish.remember(order));
    // Its first operation begins at once: what it does that must not be lost comes behind this commit. One with
    // secrets waits, as even a question may need them, and they are read from the store.
    const bool begins_at_once = made.secrets.empty();
    ++behind_[order.id];
    auto underway = enqueue(std::move(made));
    if (begins_at_once) {
        keep(order);
        schedule(order);
    }
    auto done = co_await outcome_of(std::move(underway));
    if (--behind_[order.id] == 0) behind_.erase(order.id);
    if (!done) co_return std::unexpected(std::move(done).error());
    if (listener_) listener_();
    if (!begins_at_once) {
        keep(order);
        schedule(order);
    }
    co_return order;
}

Async<Result<Order>> Engine::change(Id id, OrderWish wish) {
    auto held = co_await hold(id);
    if (!held) co_return std::unexpected(std::move(held).error());
    auto order = load(id);
    if (!order) co_return std::unexpected(std::move(order).error());
    Commit made;
    if (wish.by_person)
        if (auto ended = end_parked(*order, made); !ended) co_return std::unexpected(std::move(ended).error());
    const auto before = *order;
    auto change = wish.change(*order);
    if (!change) {
        // Read anew next time: a parked operation was ended in our copy only.
        co_return std::unexpected(std::move(change).error());
    }
    if (wish.beside) {
        auto beside = wish.beside();
        std::ranges::move(made.changed_operations, std::back_inserter(beside.changed_operations));
        made = std::move(beside);
    }
    if (order->open_operation != 0 && change->order.open_operation == 0) {
        auto stored = store_.operation(order->open_operation);
        if (!stored) co_return std::unexpected(std::move(stored).error());
        if (*stored) {
            (*stored)->operation.state = Operation::State::failed;
            (*stored)->operation.ended = clock_.now();
            made.changed_operations.push_back((*stored)->operation);
        }
    }
    if (change->order.stage == Stage::cancel && before.stage != Stage::cancel)
        if (auto stopped = stop_waiting(change->order, made); !stopped) co_return std::unexpected(std::move(stopped).error());
    std::vector<std::unique_ptr<Hold>> holds;
    if (wish.of_part && is_in_parts(*order))
        if (auto told = co_await change_parts(*order, wish, made, holds); !told) co_return std::unexpected(std::move(told).error());
    for (auto& each : wish.secrets) {
        each.order = id;
        each.tenant = order->tenant;
    }
    const std::vector<Order> parts(made.changed_orders.begin(), made.changed_orders.end());
    made.changed_orders.push_back(change->order);
    if (wish.amends_request) made.amended_orders.push_back(change->order);
    std::ranges::move(change->entries, std::back_inserter(made.entries));
    made.secrets = std::move(wish.secrets);
    if (wish.remember) made.keys.push_back(wish.remember(change->order));
    auto done = co_await commit_once(std::move(made));
    if (!done) co_return std::unexpected(std::move(done).error());
    if (listener_) listener_();
    keep(change->order);
    held->reset();
    holds.clear();
    schedule(change->order);
    for (const auto& each : parts) schedule(each);
    co_return std::move(change->order);
}

// ------------------------------------------------------------------ outcomes that somebody brings

/// The order goes on now: its operation is told at its next turn, out of the journal.
Commit Engine::outcome_from_outside(Order& order, std::int64_t position, Completion completion) {
    const auto now = clock_.now();
    Commit made;
    std::string payload;
    append_record(payload, OutcomeRecord{std::move(completion), now});
    made.journal.push_back({order.open_operation, order.tenant, position + 1, std::move(payload)});
    order.due = order.updated = now;
    order.delivery = Delivery::sending;
    order.problem.clear();
    ++order.version;
    made.moved_orders.push_back(order);
    return made;
}

Async<Result<Order>> Engine::answer(Id id, TaskAnswer answer) {
    auto held = co_await hold(id);
    if (!held) co_return std::unexpected(std::move(held).error());
    auto order = load(id);
    if (!order) co_return std::unexpected(std::move(order).error());
    const auto nothing = failure(ErrorKind::invalid_input, phrase("order {1} waits for no answer of a person", id_text(id)));
    if (order->open_operation == 0) co_return nothing;
    auto stored = store_.operation(order->open_operation);
    if (!stored) co_return std::unexpected(std::move(stored).error());
    if (!*stored || (*stored)->operation.state != Operation::State::open) co_return nothing;
    auto open = open_effects(**stored);
    if (!open) co_return std::unexpected(std::move(open).error());
    const auto found = std::ranges::find_if(open->effects, [](const auto& each) { return each.second.effect.kind == EffectKind::manual; });
    if (found == open->effects.end()) co_return nothing;
    const auto task = task_of(found->second);
    if (auto fit = check_answer(task, answer.choice, answer.text); !fit) co_return std::unexpected(std::move(fit).error());

    auto made = outcome_from_outside(
        *order, open->position,
        {task.seq, ErrorKind::none, canonical(json::object{{"choice", answer.choice}, {"text", answer.text}}), {}}
    );
    made.entries.push_back(entry(*order, clock_.now(), answer.by.empty() ? "person" : answer.by, kind_of_entry(*order, "answered"),
                                 phrase("answered {1} to {2}", quoted(answer.choice), quoted(task.title))));
    if (answer.remember) made.keys.push_back(answer.remember(*order));
    auto done = co_await commit_once(std::move(made));
    if (!done) co_return std::unexpected(std::move(done).error());
    if (listener_) listener_();
    held->reset();
    schedule(*order);
    co_return std::move(*order);
}

// ------------------------------------------------------------------ events

// The event is durable before anybody is looked for, and a wait is durable before its run looks for an
// event: whichever is second sees the first. Both may; then the order is held by one of them, and the
// other finds the wait ended. After a crash between the two, start() has them meet.

Async<Result<Id>> Engine::deliver(InboundEvent event, std::function<IdempotencyRecord(Id)> remember) {
    if (event.source.empty()) co_return failure(ErrorKind::invalid_input, "/source: is missing");
    if (event.keys.empty()) co_return failure(ErrorKind::invalid_input, "/keys: is empty; nobody could wait for such an event");
    event.id = new_id();
    event.at = clock_.now();
    event.taken_by = 0;
    const Id id = event.id;
    Commit made;
    made.new_events.push_back(event);
    if (remember) made.keys.push_back(remember(id));
    auto done = co_await commit_once(std::move(made));
    if (!done) co_return std::unexpected(std::move(done).error());
    PORTEUR_CRASH_POINT("engine.event_kept");

    std::vector<AwaitedEvent> waits;
    for (const auto& [key, text] : event.keys) {
        auto found = store_.awaited_events(event_lookup(event.tenant, event.account, event.source, key, text));
        // It is durable: the next start offers it again, and so does the wait's own end.
        if (found) std::ranges::move(*found, std::back_inserter(waits));
    }
    std::ranges::sort(waits, {}, &AwaitedEvent::operation);
    for (const auto& each : waits) {
        co_await offer(each.order, id);
        if (const auto now = store_.event(id); now && *now && (*now)->taken_by != 0) break;
    }
    co_return id;
}

/// Ends the order's wait if it waits for this event, and nobody has had it.
Async<void> Engine::offer(Id order_id, Id event_id) {
    auto held = co_await hold(order_id);
    if (!held) co_return;  // what is under way looks by itself when it waits again
    auto order = load(order_id);
    if (!order) co_return;
    auto event = store_.event(event_id);
    if (!event || !*event) co_return;
    const bool ended = co_await end_wait(*order, std::move(**event));
    if (!ended) keep(*order);
    held->reset();
    if (ended) schedule(*order);
}

/// The order, which is ours, has just begun to wait: what it waits for may have come before.
/// @return whether it goes on
Async<bool> Engine::take_free_event(Order& order) {
    if (PORTEUR_HAS_DEFECT("free_events_forgotten")) co_return false;
    auto stored = store_.operation(order.open_operation);
    if (!stored || !*stored) co_return false;
    auto open = open_effects(**stored);
    if (!open) co_return false;
    const auto account = (*stored)->operation.account;
    for (const auto& [seq, intent] : open->effects) {
        if (intent.effect.kind != EffectKind::event) continue;
        const auto wait = event_wait_of(intent.effect);
        if (!wait) continue;
        auto events = store_.free_events(wait->lookup(order.tenant, account));
        if (!events) co_return false;
        for (auto& event : *events)
            if (event.at >= clock_.now() - event_kept_for && wait->fits(event, order.tenant, account) &&
                co_await end_wait(order, std::move(event)))
                co_return true;
    }
    co_return false;
}

/// @param order  ours. @return whether one of its waits has ended by this event, durably
Async<bool> Engine::end_wait(Order& order, InboundEvent event) {
    if (order.open_operation == 0 || event.taken_by != 0 || !events_in_hand_.insert(event.id).second) co_return false;
    struct PutBack {
        std::weak_ptr<const bool> lives;  // the process ends: whoever had it in hand is destroyed last
        std::unordered_set<Id>& hand;
        Id id;
        ~PutBack() {
            if (!lives.expired()) hand.erase(id);
        }
    } const put_back{lives_, events_in_hand_, event.id};
    auto stored = store_.operation(order.open_operation);
    if (!stored || !*stored || (*stored)->operation.state != Operation::State::open) co_return false;
    auto open = open_effects(**stored);
    if (!open) co_return false;
    for (const auto& [seq, intent] : open->effects) {
        if (intent.effect.kind != EffectKind::event) continue;
        const auto wait = event_wait_of(intent.effect);
        if (!wait || !wait->fits(event, order.tenant, (*stored)->operation.account)) continue;
        if (clock_.now() >= intent.at + wait->until) continue;  // it has timed out; its operation is about to be told
        event.taken_by = order.open_operation;
        auto changed = order;
        auto made = outcome_from_outside(changed, open->position, came(seq, event));
        made.taken_events.push_back(event);
        made.entries.push_back(entry(order, clock_.now(), event.source, kind_of_entry(order, "event_received"),
                                     phrase("what step {1} waited for has come", quoted(intent.effect.step))));
        if (!co_await commit(std::move(made))) co_return false;
        order = std::move(changed);
        co_return true;
    }
    co_return false;
}

}  // namespace porteur
