// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs operations when their orders are due. An order that waits is a row in the store and 24 bytes in
// the due list; a coroutine exists only while an operation is under way, and at most `in_flight_max`
// of them for each account. Everything here happens on one thread.

#include <deque>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include <boost/asio/any_io_executor.hpp>

#include "engine/operation_run.hpp"

namespace porteur {

struct EngineCounters {
    std::uint64_t operations = 0;      ///< ended
    std::uint64_t parked = 0;
    std::uint64_t lost_outcomes = 0;   ///< of ONCE effects: nobody knows by itself whether they were carried out
    std::size_t running = 0;
    std::size_t waiting = 0;           ///< in the due list
};

/// What an API call wants done with an order, and what is kept for its repeats.
struct OrderWish {
    std::function<Result<OrderChange>(const Order&)> change;
    /// The answer to keep under the caller's Idempotency-Key, made from the changed order; may be empty.
    std::function<IdempotencyRecord(const Order&)> remember;
    std::vector<OrderSecret> secrets;
    bool amends_request = false;  ///< the order's `request` is changed too
    /// Rows of no order that become durable with the change, asked for after `change`; may be empty.
    std::function<Commit()> beside;
    bool by_person = true;        ///< a person's word ends a parked operation; a mail's does not
    /// What becomes of each part of an order in parts, in the same commit; nothing: it stays as it is. May be empty.
    std::function<std::optional<Result<OrderChange>>(const Order& part)> of_part = {};
};

/// A person's answer to a manual task.
struct TaskAnswer {
    std::string choice;
    std::string text;
    std::string by;  ///< who says so, for the timeline
    /// The reply to keep under the caller's Idempotency-Key, made from the changed order; may be empty.
    std::function<IdempotencyRecord(const Order&)> remember = {};
};

/// How the engine is built: engine.cpp has who is due and what runs; engine_wishes.cpp what comes from
/// outside and changes an order meanwhile; engine_parts.cpp how an order in parts follows its parts.
class Engine {
public:
    Engine(boost::asio::any_io_executor executor, EngineStore& store, Accounts& accounts,
           EffectPerformer& performer, Clock& clock, Chance& chance, Rhythm rhythm = {});

    /// Reads what is due from the store and begins. @errors what the store says
    Result<void> start();
    /// Begins nothing new; what is under way goes on. The journal keeps the rest.
    void stop();

    /// Takes a new order in; durable when it returns.
    /// @param order  without id; `due` says when the engine must first look at it, none for a draft
    /// @errors       unavailable: the store did not take it, nothing is left of it
    Async<Result<Order>> create(Order order, std::vector<TimelineEntry> entries, OrderWish wish);

    /// Changes an order as the wish says, when no operation is under way for it (waits up to two
    /// seconds for that).
    /// @errors  invalid_input: no such order, or what the wish says; unavailable: under way, or the store
    Async<Result<Order>> change(Id id, OrderWish wish);

    /// A person answers a manual effect that the order waits for.
    /// @errors  invalid_input: it waits for no such answer; unavailable: as change
    Async<Result<Order>> answer(Id id, TaskAnswer answer);

    /// Something came from outside. It is durable when this returns, and ends at most one wait, exactly
    /// once: the oldest that it fits, now; or, for event_kept_for, the first that comes and that it fits.
    /// @param event     without id and time
    /// @param remember  what to keep under the caller's Idempotency-Key, made from the event's id; may be empty
    /// @return          the event's id
    /// @errors          invalid_input: no source, or no key; unavailable: the store
    Async<Result<Id>> deliver(InboundEvent event, std::function<IdempotencyRecord(Id)> remember = {});

    /// Called after timeline entries have become durable.
    void on_entries(std::function<void()> listener) { listener_ = std::move(listener); }
    /// Called when an operation has left an order with no due time: it has ended, or waits for a person.
    void on_rest(std::function<void(const Order&)> listener) { rest_listener_ = std::move(listener); }

    Id new_id();
    /// What the rules of an order may ask about the accounts. @threads  the engine's
    const Known& known() const { return world_.known; }
    EngineCounters counters() const;

private:
    struct Due {
        Instant when;
        Id id;
        std::uint32_t lane;
        bool operator<(const Due& other) const { return when > other.when; }  // the earliest on top
    };
    struct Lane {
        std::string account;
        std::size_t running = 0;
        std::deque<Id> ready;
    };
    struct Death {
        std::int64_t position = 0;
        int count = 0;
    };

    std::uint32_t lane_of(const std::string& account);
    void schedule(const Order& order);
    void schedule(Id id, Instant when, std::uint32_t lane);
    void pump();
    void start_ready(std::uint32_t lane);
    Async<void> run(Id id, std::uint32_t lane);
    Async<void> run_due(Order& order, std::uint32_t which);
    Async<bool> run_one(Order& order);
    Async<bool> after_death(Order& order, OperationRun& run);
    /// A commit on its way to the disk.
    struct Underway;
    std::shared_ptr<Underway> enqueue(Commit commit);
    static Async<Result<void>> outcome_of(std::shared_ptr<Underway> underway);
    Async<Result<void>> commit(Commit commit);
    Async<Result<void>> commit_once(Commit commit);
    Async<Result<void>> repeated(std::shared_ptr<Underway> first);
    /// A commit that the order's next one waits for in our place: the store takes none over a change that
    /// it has not seen (BulkShape::counter), so that what is durable of an order is always its beginning.
    void commit_behind(Id order, Commit commit);
    Async<void> follow(Id order, std::shared_ptr<Underway> first);
    /// Waits until nothing of the order is on its way. @return false if something of it was not taken
    Async<bool> settled(Id order);
    bool goes_on(const Order& order, const std::string& account);
    Async<void> read_again(Order& order, std::chrono::milliseconds wait);
    Result<Order> load(Id id);
    /// Somebody's right to change an order: nothing is under way for it meanwhile. Given back when it goes.
    class Hold;
    Async<Result<std::unique_ptr<Hold>>> hold(Id id);
    Result<void> end_parked(Order& order, Commit& made);
    Result<void> stop_waiting(const Order& order, Commit& made);
    Async<Result<void>> change_parts(const Order& order, const OrderWish& wish, Commit& made, std::vector<std::unique_ptr<Hold>>& holds);
    /// Whose state is to be made anew when a commit is durable, and which orders begin with it.
    struct Family;
    static std::shared_ptr<const Family> family_of(const Commit& commit);
    void welcome(const Family& family);
    Result<void> adopt(OrderChange& change, Commit& made);
    void stir(Id parent);
    Async<void> gather(Id parent);
    Commit outcome_from_outside(Order& order, std::int64_t position, Completion completion);
    Async<bool> take_free_event(Order& order);
    Async<void> offer(Id order, Id event);
    Async<bool> end_wait(Order& order, InboundEvent event);
    void keep(const Order& order);

    boost::asio::any_io_executor executor_;
    EngineStore& store_;
    Accounts& accounts_;
    Clock& clock_;
    RunWorld world_;
    std::function<void()> listener_;
    std::function<void(const Order&)> rest_listener_;
    std::priority_queue<Due> due_;
    std::deque<Lane> lanes_;
    std::unordered_map<std::string, std::uint32_t> lane_names_;
    std::unordered_map<Id, int> behind_;    ///< commits under way that nobody waits for
    std::unordered_set<Id> behind_failed_;
    std::unordered_set<Id> busy_;
    /// Of those busy, the ones that somebody holds; with the lane in which they became due meanwhile.
    std::unordered_map<Id, std::optional<std::uint32_t>> held_;
    std::unordered_set<Id> events_in_hand_;
    std::unordered_set<Id> stirred_;        ///< orders in parts that gather() has not looked at yet
    std::shared_ptr<const bool> lives_ = std::make_shared<const bool>(true);
    std::unordered_map<Id, Order> hot_;     ///< orders whose next turn comes soon
    std::unordered_map<Id, Death> deaths_;
    EngineCounters counters_;
    Id last_id_ = 0;
    bool stopping_ = false;
};

}  // namespace porteur
