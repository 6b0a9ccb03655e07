// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <algorithm>
#include <exception>

#include <porteur/phrase.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

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
    return order.stage == Stage::preflight || order.stage == Stage::release ? order.losing_account : order.account;
}

}  // namespace

Engine::Engine(asio::any_io_executor executor, EngineStore& store, Accounts& accounts, EffectPerformer& performer,
               Clock& clock, Chance& chance, Rhythm rhythm)
    : executor_(std::move(executor)), store_(store), accounts_(accounts), clock_(clock),
      world_{.clock = clock, .chance = chance, .performer = performer,
             .commit = [this](Commit made) { return commit(std::move(made)); },
             .is_ours = [this] { return store_.is_ours(); },
             .commit_behind = [this](Id order, Commit made) { commit_behind(order, std::move(made)); },
             .goes_on = [this](const Order& order, const std::string& account) { return goes_on(order, account); },
             .new_id = [this] { return new_id(); },
             .adopt = [this](OrderChange& change, Commit& made) { return adopt(change, made); },
             .account_as_of = [this](const std::string& account, const std::string& build) { return accounts_.as_of(account, build); },
             .known = {.offers = [this](std::string_view account, std::string_view operation) {
                           const auto view = accounts_.find(std::string(account));
                           return view && find_named(view->descriptor->operations, operation) != nullptr;
                       },
                       .carrier = [this](std::string_view account) {
                           const auto view = accounts_.find(std::string(account));
                           // A plugin without an API serves whom its account is named after.
                           const bool by_hand = view && view->descriptor->base_url.empty();
                           return view && !by_hand ? view->descriptor->name : std::string(account);
                       }},
             .rhythm = rhythm,
             // Where the store does not say, nothing is let go.
             .is_let_go = [this](const Order& order, Instant since) { return store_.is_let_go(order.id, since).value_or(false); }} {}

Id Engine::new_id() {
    const Id now = clock_.now().time_since_epoch().count() << 20;
    last_id_ = std::max(last_id_ + 1, now);
    return last_id_;
}

EngineCounters Engine::counters() const {
    auto out = counters_;
    out.lost_outcomes = world_.lost_outcomes;
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
    // Ids go on where they stood, even if the clock was set back meanwhile.
    const auto newest = store_.newest_id();
    if (!newest) return std::unexpected(newest.error());
    last_id_ = std::max(last_id_, *newest);
    auto restored = store_.last_restore();
    if (!restored) return std::unexpected(std::move(restored).error());
    world_.restored = *restored;
    for (const auto& each : *due) due_.push({each.due, each.id, lane_of(each.account)});
    // A part's change may be durable, and the crash came before its parent was told.
    auto parents = store_.open_parents();
    if (!parents) return std::unexpected(std::move(parents).error());
    if (!PORTEUR_HAS_DEFECT("parents_forgotten"))
        for (const auto each : *parents) stir(each);
    // An event and a wait may both be durable, and the crash came before they met.
    auto offers = store_.event_offers();
    if (!offers) return std::unexpected(std::move(offers).error());
    if (!PORTEUR_HAS_DEFECT("offers_forgotten"))
        for (const auto& each : *offers) asio::co_spawn(executor_, offer(each.order, each.event), asio::detached);
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
        // An order may stand in the due list twice; the second time it is not due any more. One that
        // somebody holds is looked at again when they let go.
        if (!busy_.insert(id).second) {
            if (const auto held = held_.find(id); held != held_.end()) held->second = which;
            continue;
        }
        ++lane.running;
        asio::co_spawn(executor_, run(id, which), [](std::exception_ptr thrown) {
            // A defect of ours: the process ends, and the restart goes on from the journal.
            if (thrown) std::rethrow_exception(thrown);
        });
    }
}

Async<void> Engine::run(Id id, std::uint32_t which) {
    auto order = load(id);
    if (!order && behind_.contains(id)) {
        // A new one whose row is on its way, and whose copy was given up for want of room.
        co_await settled(id);
        order = load(id);
    }
    if (order) {
        co_await run_due(*order, which);
        // Nobody else works on the order while something of it is on its way to the disk.
        if ((behind_.contains(id) || behind_failed_.contains(id)) && !co_await settled(id)) co_await read_again(*order, 2s);
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
        auto change = park(order, view ? phrase("nothing is to be done next") : phrase("the account {1} is not configured or not enabled", quoted(account)),
                           clock_.now());
        Commit parked;
        parked.changed_orders.push_back(change.order);
        parked.entries = change.entries;
        if (co_await commit(std::move(parked)))
            order = std::move(change.order);
        else
            co_await read_again(order, 1s);
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
        case RunEnd::waits:
            order = run.order();
            if (run.waits_for_event()) co_return co_await take_free_event(order);
            co_return false;
        case RunEnd::parked:
            ++counters_.parked;
            order = run.order();
            co_return false;
        case RunEnd::died: co_return co_await after_death(order, run);
        case RunEnd::plugin_away: co_await read_again(order, 200ms); co_return false;
        // The store has the truth; it is read again when it may have recovered.
        case RunEnd::abandoned: co_await read_again(order, 2s); co_return false;
    }
    co_return false;
}

/// Takes the order as the store has it, to be looked at again after the wait.
Async<void> Engine::read_again(Order& order, std::chrono::milliseconds wait) {
    co_await settled(order.id);
    auto fresh = store_.order(order.id);
    if (fresh && !*fresh) {
        order.due.reset();  // it was never taken in, and whoever brought it was told
        co_return;
    }
    if (fresh) order = std::move(**fresh);
    if (order.due) order.due = clock_.now() + wait;
}

Async<bool> Engine::after_death(Order& order, OperationRun& run) {
    auto& death = deaths_[order.id];
    if (death.position != run.journal_position()) death = {run.journal_position(), 0};
    ++death.count;
    if (death.count >= deaths_max) {
        deaths_.erase(order.id);
        const auto end = co_await run.park_operation(phrase("the plugin died {1} times at the same place: {2:text}", deaths_max,
                                                            run.error().message));
        if (end == RunEnd::parked) {
            ++counters_.parked;
            order = run.order();
            co_return false;
        }
    }
    co_await read_again(order, 100ms * deaths_[order.id].count);
    co_return false;
}

// ------------------------------------------------------------------ the store

struct Engine::Underway {
    SharedCommit commit;
    std::optional<Result<void>> outcome;     ///< if it came before somebody waited
    std::function<void(Result<void>)> tell;  ///< whoever waits
};

/// Gives a commit to the store, which has it from now on: the next one comes behind it.
std::shared_ptr<Engine::Underway> Engine::enqueue(Commit made) {
    // Numbered here, in the order in which the writer gets them: whoever has read up to one entry never
    // misses another that becomes durable later with a lower number.
    for (auto& each : made.entries) {
        // A clock that was set back meanwhile moves no line before one that stands: ids never go back.
        const Instant newest{std::chrono::milliseconds(last_id_ >> 20)};
        each.id = new_id();
        if (!PORTEUR_HAS_DEFECT("clock_believed")) each.at = std::max(each.at, newest);
    }
    auto underway = std::make_shared<Underway>();
    auto family = family_of(made);
    underway->commit = std::make_shared<const Commit>(std::move(made));
    store_.commit(underway->commit, [this, underway, family = std::move(family), lives = std::weak_ptr(lives_)](Result<void> done) {
        if (family && done && !lives.expired()) welcome(*family);
        if (underway->tell)
            std::exchange(underway->tell, nullptr)(std::move(done));
        else
            underway->outcome = std::move(done);
    });
    return underway;
}

Async<Result<void>> Engine::outcome_of(std::shared_ptr<Underway> underway) {
    if (underway->outcome) co_return std::move(*underway->outcome);
    // From here on the store alone keeps it, and with it whoever waits: were it kept by us too, a store that
    // goes without an answer would leave both behind.
    auto& waited_for = *underway;
    underway.reset();
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [](auto handler, Underway* asked) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            asked->tell = [shared](Result<void> done) { std::move (*shared)(std::move(done)); };
        },
        asio::use_awaitable, &waited_for
    );
}

Async<Result<void>> Engine::commit_once(Commit made) { return outcome_of(enqueue(std::move(made))); }

Async<Result<void>> Engine::commit(Commit made) {
    return repeated(enqueue(std::move(made)));
}

/// Tries a commit again that the store did not take.
Async<Result<void>> Engine::repeated(std::shared_ptr<Underway> underway) {
    const auto made = underway->commit;
    const bool tells = !made->entries.empty();
    for (int tried = 1;; ++tried) {
        auto done = co_await outcome_of(std::move(underway));
        if (done) {
            if (listener_ && tells) listener_();
            co_return done;
        }
        if (tried == commit_tries_max) co_return done;
        co_await clock_.sleep_until(clock_.now() + 200ms * tried);
        underway = enqueue(*made);
    }
}

void Engine::commit_behind(Id order, Commit made) {
    ++behind_[order];
    asio::co_spawn(executor_, follow(order, enqueue(std::move(made))), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

Async<void> Engine::follow(Id order, std::shared_ptr<Underway> first) {
    if (!co_await repeated(std::move(first))) behind_failed_.insert(order);
    if (--behind_[order] == 0) behind_.erase(order);
}

Async<bool> Engine::settled(Id order) {
    while (behind_.contains(order)) co_await clock_.sleep_until(clock_.now() + 5ms);
    co_return behind_failed_.erase(order) == 0;
}

/// Whether run_due() begins the order's next operation at once, on the same account.
bool Engine::goes_on(const Order& order, const std::string& account) {
    return !stopping_ && order.due && *order.due <= clock_.now() && order.stage != Stage::none && lane_account(order) == account;
}

Result<Order> Engine::load(Id id) {
    if (const auto found = hot_.find(id); found != hot_.end()) {
        auto order = std::move(found->second);
        hot_.erase(found);
        return order;
    }
    auto stored = store_.order(id);
    if (!stored) return std::unexpected(std::move(stored).error());
    if (!*stored) return failure(ErrorKind::invalid_input, phrase("there is no order {1}", id_text(id)));
    return std::move(**stored);
}

void Engine::keep(const Order& order) {
    if (!order.due || *order.due > clock_.now() + 2s) return;
    if (hot_.size() >= hot_max) hot_.clear();
    hot_.insert_or_assign(order.id, order);
}

}  // namespace porteur
