// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>

#include "domain/crash_point.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using namespace std::chrono_literals;

constexpr std::size_t hot_max = 1024;
constexpr int deaths_max = 3;
constexpr int commit_tries_max = 5;

/// The account whose lane an order's next operation belongs to.
const std::string& lane_account(const Order& order) {
    return order.stage == Stage::preflight ? order.losing_account : order.account;
}

}  // namespace

Engine::Engine(asio::any_io_executor executor, EngineStore& store, Accounts& accounts, EffectPerformer& performer,
               Clock& clock, Chance& chance, Rhythm rhythm)
    : executor_(std::move(executor)), store_(store), accounts_(accounts), clock_(clock),
      world_{.clock = clock, .chance = chance, .performer = performer,
             .commit = [this](Commit made) { return commit(std::move(made)); },
             .new_id = [this] { return new_id(); }, .rhythm = rhythm} {}

Id Engine::new_id() {
    const Id now = clock_.now().time_since_epoch().count() << 20;
    last_id_ = std::max(last_id_ + 1, now);
    return last_id_;
}

EngineCounters Engine::counters() const {
    auto out = counters_;
    out.waiting = due_.size();
    for (const auto& lane : lanes_) {
        out.running += lane.running;
        out.waiting += lane.ready.size();
    }
    return out;
}

Result<void> Engine::start() {
    auto due = store_.due_orders();
    if (!due) return std::unexpected(std::move(due).error());
    for (const auto& each : *due) due_.push({each.due, each.id, lane_of(each.account)});
    pump();
    return {};
}

void Engine::stop() { stopping_ = true; }

// ------------------------------------------------------------------ who is due

std::uint32_t Engine::lane_of(const std::string& account) {
    const auto [found, made] = lane_names_.try_emplace(account, static_cast<std::uint32_t>(lanes_.size()));
    if (made) lanes_.push_back({.account = account, .running = 0, .ready = {}});
    return found->second;
}

void Engine::schedule(const Order& order) {
    if (order.due) schedule(order.id, *order.due, lane_of(lane_account(order)));
}

void Engine::schedule(Id id, Instant when, std::uint32_t lane) {
    due_.push({when, id, lane});
    pump();
}

/// Moves what is due to its lane, and asks to be woken for the next.
void Engine::pump() {
    if (stopping_) return;
    const auto now = clock_.now();
    while (!due_.empty() && due_.top().when <= now) {
        const auto top = due_.top();
        due_.pop();
        lanes_[top.lane].ready.push_back(top.id);
        start_ready(top.lane);
    }
    if (!due_.empty()) clock_.alarm_at(due_.top().when, [this] { pump(); });
}

void Engine::start_ready(std::uint32_t which) {
    auto& lane = lanes_[which];
    const auto view = accounts_.find(lane.account);
    const std::size_t most = view ? view->in_flight_max : 64;
    while (!stopping_ && !lane.ready.empty() && lane.running < most) {
        const Id id = lane.ready.front();
        lane.ready.pop_front();
        // An order may stand in the due list twice; the second time it is not due any more.
        if (!busy_.insert(id).second) continue;
        ++lane.running;
        asio::co_spawn(executor_, run(id, which), [](std::exception_ptr thrown) {
            // A defect of ours: the process ends, and the restart goes on from the journal.
            if (thrown) std::rethrow_exception(thrown);
        });
    }
}

Async<void> Engine::run(Id id, std::uint32_t which) {
    auto order = load(id);
    if (order) {
        co_await run_due(*order, which);
        keep(*order);
        busy_.erase(id);
        schedule(*order);
        if (rest_listener_ && !order->due) rest_listener_(*order);
    } else {
        busy_.erase(id);
        if (order.error().kind == ErrorKind::unavailable) schedule(id, clock_.now() + 1s, which);
    }
    --lanes_[which].running;
    start_ready(which);
}

/// Runs operations for as long as the order is due on this lane's account.
Async<void> Engine::run_due(Order& order, std::uint32_t which) {
    while (!stopping_ && order.due && *order.due <= clock_.now() && lane_of(lane_account(order)) == which)
        if (!co_await run_one(order)) co_return;
}

/// One operation. @return whether the order may be looked at again at once
Async<bool> Engine::run_one(Order& order) {
    std::optional<StoredOperation> stored;
    if (order.open_operation != 0 && !PORTEUR_HAS_DEFECT("journal_ignored")) {
        auto found = store_.operation(order.open_operation);
        if (!found) {
            order.due = clock_.now() + 1s;
            co_return false;
        }
        stored = std::move(*found);
    }
    const auto plan = next_operation(order);
    const std::string account = stored ? stored->operation.account : plan ? plan->account : order.account;
    const auto view = accounts_.find(account);
    if (!view || (!plan && !stored)) {
        auto change = park(order, view ? "nothing is to be done next" : "the account " + quoted(account) + " is not configured or not enabled",
                           clock_.now());
        Commit parked;
        parked.changed_orders.push_back(change.order);
        parked.entries = change.entries;
        if (co_await commit(std::move(parked)))
            order = std::move(change.order);
        else
            order.due = clock_.now() + 1s;
        co_return false;
    }
    OperationRun run(world_, order, view);
    const auto end = stored ? co_await run.resume(std::move(*stored)) : co_await run.begin(*plan);
    switch (end) {
        case RunEnd::finished:
            ++counters_.operations;
            deaths_.erase(order.id);
            order = run.order();
            co_return true;
        case RunEnd::waits: order = run.order(); co_return false;
        case RunEnd::parked:
            ++counters_.parked;
            order = run.order();
            co_return false;
        case RunEnd::died: co_return co_await after_death(order, run);
        case RunEnd::plugin_away:
            if (auto fresh = store_.order(order.id); fresh && *fresh) order = std::move(**fresh);
            order.due = clock_.now() + 200ms;
            co_return false;
        case RunEnd::abandoned: break;
    }
    // The store has the truth; it is read again when it may have recovered.
    if (auto fresh = store_.order(order.id); fresh && *fresh) order = std::move(**fresh);
    if (order.due) order.due = clock_.now() + 2s;
    co_return false;
}

Async<bool> Engine::after_death(Order& order, OperationRun& run) {
    ++counters_.plugin_deaths;
    auto& death = deaths_[order.id];
    if (death.position != run.journal_position()) death = {run.journal_position(), 0};
    ++death.count;
    if (death.count >= deaths_max) {
        deaths_.erase(order.id);
        const auto end = co_await run.park_operation("the plugin died " + std::to_string(deaths_max) +
                                                     " times at the same place: " + run.error().message);
        if (end == RunEnd::parked) {
            ++counters_.parked;
            order = run.order();
            co_return false;
        }
    }
    if (auto fresh = store_.order(order.id); fresh && *fresh) order = std::move(**fresh);
    order.due = clock_.now() + 100ms * deaths_[order.id].count;
    co_return false;
}

// ------------------------------------------------------------------ the store

Async<Result<void>> Engine::commit_once(Commit made) {
    // Numbered here, in the order in which the writer gets them: whoever has read up to one entry never
    // misses another that becomes durable later with a lower number.
    for (auto& each : made.entries) each.id = new_id();
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [this](auto handler, Commit taken) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            store_.commit(std::move(taken), [shared](Result<void> done) { std::move (*shared)(std::move(done)); });
        },
        asio::use_awaitable, std::move(made)
    );
}

Async<Result<void>> Engine::commit(Commit made) {
    const bool tells = !made.entries.empty();
    for (int tried = 1;; ++tried) {
        auto done = tried < commit_tries_max ? co_await commit_once(made) : co_await commit_once(std::move(made));
        if (done) {
            if (listener_ && tells) listener_();
            co_return done;
        }
        if (tried == commit_tries_max) co_return done;
        co_await clock_.sleep_until(clock_.now() + 200ms * tried);
    }
}

Result<Order> Engine::load(Id id) {
    if (const auto found = hot_.find(id); found != hot_.end()) {
        auto order = std::move(found->second);
        hot_.erase(found);
        return order;
    }
    auto stored = store_.order(id);
    if (!stored) return std::unexpected(std::move(stored).error());
    if (!*stored) return failure(ErrorKind::invalid_input, "there is no order " + id_text(id));
    return std::move(**stored);
}

void Engine::keep(const Order& order) {
    if (!order.due || *order.due > clock_.now() + 2s) return;
    if (hot_.size() >= hot_max) hot_.clear();
    hot_.insert_or_assign(order.id, order);
}

// ------------------------------------------------------------------ wishes from outside

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
    auto done = co_await commit_once(std::move(made));
    if (!done) co_return std::unexpected(std::move(done).error());
    if (listener_) listener_();
    keep(order);
    schedule(order);
    co_return order;
}

/// Waits until nothing is under way for the order, and marks it as ours.
Async<bool> Engine::take(Id id) {
    for (int tried = 0; tried < 100; ++tried) {
        if (busy_.insert(id).second) co_return true;
        co_await clock_.sleep_until(clock_.now() + 20ms);
    }
    co_return false;
}

Async<Result<Order>> Engine::change(Id id, OrderWish wish) {
    if (!co_await take(id))
        co_return failure(ErrorKind::unavailable, "order " + id_text(id) + " is being worked on; try again in a moment");
    struct Release {
        std::unordered_set<Id>& busy;
        Id id;
        ~Release() { busy.erase(id); }
    };
    std::optional<Release> release(std::in_place, busy_, id);
    auto order = load(id);
    if (!order) co_return std::unexpected(std::move(order).error());
    Commit made;
    if (order->open_operation != 0) {
        // A parked operation does not stand in a person's way: their word ends it.
        auto stored = store_.operation(order->open_operation);
        if (stored && *stored && (*stored)->operation.state == Operation::State::parked) {
            auto& ended = (*stored)->operation;
            ended.state = Operation::State::failed;
            ended.ended = clock_.now();
            made.changed_operations.push_back(ended);
            order->open_operation = 0;
        }
    }
    auto change = wish.change(*order);
    if (!change) {
        // Read anew next time: a parked operation was ended in our copy only.
        co_return std::unexpected(std::move(change).error());
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
    for (auto& each : wish.secrets) {
        each.order = id;
        each.tenant = order->tenant;
    }
    made.changed_orders.push_back(change->order);
    if (wish.amends_request) made.amended_orders.push_back(change->order);
    made.entries = change->entries;
    made.secrets = std::move(wish.secrets);
    if (wish.remember) made.keys.push_back(wish.remember(change->order));
    auto done = co_await commit_once(std::move(made));
    if (!done) co_return std::unexpected(std::move(done).error());
    if (listener_) listener_();
    keep(change->order);
    release.reset();
    schedule(change->order);
    co_return std::move(change->order);
}

Async<Result<Order>> Engine::answer(Id id, std::string choice, std::string text) {
    if (!co_await take(id))
        co_return failure(ErrorKind::unavailable, "order " + id_text(id) + " is being worked on; try again in a moment");
    struct Release {
        std::unordered_set<Id>& busy;
        Id id;
        ~Release() { busy.erase(id); }
    };
    std::optional<Release> release(std::in_place, busy_, id);
    auto order = load(id);
    if (!order) co_return std::unexpected(std::move(order).error());
    const auto nothing = failure(ErrorKind::invalid_input, "order " + id_text(id) + " waits for no answer of a person");
    if (order->open_operation == 0) co_return nothing;
    auto stored = store_.operation(order->open_operation);
    if (!stored) co_return std::unexpected(std::move(stored).error());
    if (!*stored) co_return nothing;

    std::map<std::uint32_t, Effect> asked;
    std::int64_t position = 0;
    for (const auto& piece : (*stored)->journal) {
        position = piece.position;
        auto records = read_records(piece.payload);
        if (!records) co_return std::unexpected(std::move(records).error());
        for (const auto& record : *records) {
            if (const auto* intent = std::get_if<IntentRecord>(&record))
                asked[intent->effect.seq] = intent->effect;
            else if (const auto* outcome = std::get_if<OutcomeRecord>(&record))
                asked.erase(outcome->completion.seq);
        }
    }
    std::erase_if(asked, [](const auto& each) { return each.second.kind != EffectKind::manual; });
    if (asked.empty()) co_return nothing;
    const auto& effect = asked.begin()->second;
    const auto head = parse_json(effect.head);
    if (head && head->is_object())
        if (const auto* choices = head->get_object().if_contains("choices"); choices && choices->is_array() && !choices->get_array().empty()) {
            const auto& list = choices->get_array();
            if (std::ranges::none_of(list, [&](const json::value& each) { return each.is_string() && each.get_string() == choice; }))
                co_return failure(ErrorKind::invalid_input, quoted(choice) + " is not one of " + canonical(*choices));
        }
    const auto now = clock_.now();
    Commit made;
    std::string payload;
    append_record(payload, OutcomeRecord{{effect.seq, ErrorKind::none, canonical(json::object{{"choice", choice}, {"text", text}}), {}}, now});
    made.journal.push_back({order->open_operation, order->tenant, position + 1, std::move(payload)});
    order->due = now;
    order->delivery = Delivery::sending;
    order->problem.clear();
    ++order->version;
    made.changed_orders.push_back(*order);
    made.entries.push_back(entry(*order, now, "person", order->kind == OrderKind::port ? "port.answered" : "purchase.answered",
                                 "answered " + quoted(choice) + " to " + quoted(effect.step)));
    auto done = co_await commit_once(std::move(made));
    if (!done) co_return std::unexpected(std::move(done).error());
    if (listener_) listener_();
    release.reset();
    schedule(*order);
    co_return std::move(*order);
}

}  // namespace porteur
