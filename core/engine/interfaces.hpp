// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the engine needs of the world, named by itself: time, chance, the store, plugins, and somebody
// who performs effects. core/app joins the real ones, tests join scripted ones; engine code takes time,
// chance and I/O only from here.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "domain/commit.hpp"
#include "domain/contract.hpp"
#include "domain/descriptor.hpp"
#include "domain/order_rules.hpp"
#include "domain/restore_mark.hpp"

namespace porteur {

template <class T>
using Async = boost::asio::awaitable<T>;

/// All functions: the engine's thread only.
class Clock {
public:
    using Steady = std::chrono::steady_clock::time_point;
    virtual ~Clock() = default;
    virtual Instant now() = 0;
    /// For spans that must not change when somebody sets the clock; means nothing after a restart.
    virtual Steady steady() = 0;
    virtual Async<void> sleep_until(Instant until) = 0;
    /// Calls `wake` once, at that time or at once if it has passed; replaces the wish before it.
    virtual void alarm_at(Instant when, std::function<void()> wake) = 0;
};

class Chance {
public:
    virtual ~Chance() = default;
    /// Between 0 and 1.
    virtual double fraction() = 0;
    virtual std::string random_bytes(std::size_t count) = 0;
};

/// The store as the engine uses it (core/store has the promises). Reads may block briefly.
class EngineStore {
public:
    virtual ~EngineStore() = default;
    virtual void commit(SharedCommit commit, CommitDone done) = 0;
    /// Whether it is certain, without asking the store, that it is still ours. Cheap.
    virtual bool is_ours() const noexcept = 0;
    virtual Result<std::vector<DueOrder>> due_orders() = 0;
    virtual Result<std::optional<Order>> order(Id id) = 0;
    virtual Result<std::optional<Order>> order_by_reference(std::int64_t tenant, const std::string& reference) = 0;
    virtual Result<std::vector<Order>> parts_of(Id order) = 0;
    virtual Result<std::vector<Id>> open_parents() = 0;
    virtual Result<std::optional<std::string>> order_secret(Id order, const std::string& name) = 0;
    virtual Result<std::optional<StoredOperation>> operation(Id id) = 0;
    virtual Result<Id> newest_id() = 0;
    virtual Result<std::vector<AwaitedEvent>> awaited_events(std::int64_t lookup) = 0;
    virtual Result<std::vector<InboundEvent>> free_events(std::int64_t lookup) = 0;
    virtual Result<std::optional<InboundEvent>> event(Id id) = 0;
    virtual Result<std::vector<EventOffer>> event_offers() = 0;
    /// When the store was last put back from a backup; nothing where it never was.
    virtual Result<std::optional<RestoreMark>> last_restore() { return std::nullopt; }
    /// Whether a person has said since an instant what became of an order at the carrier.
    virtual Result<bool> is_let_go(Id, Instant) { return true; }
};

/// A loaded plugin, in the daemon or in a process of its own. `op` names one run.
class OperationRunner {
public:
    virtual ~OperationRunner() = default;
    /// Begins and steps for the first time. What the plugin itself says, a failure too, is a Turn; an
    /// Error carries one of the codes of domain/contract.hpp, or says that the plugin is not there now.
    virtual Async<Result<Turn>> begin(Id op, std::string operation, std::string input) = 0;
    virtual Async<Result<Turn>> step(Id op, std::vector<Completion> done) = 0;
    virtual void end(Id op) = 0;
    /// SHA-256 of the library, lower-case hex.
    virtual const std::string& build() const = 0;
};

/// A configured account as the engine sees it.
struct AccountView {
    virtual ~AccountView() = default;
    OperationRunner* runner = nullptr;
    const Descriptor* descriptor = nullptr;
    std::string settings = "{}";  ///< canonical JSON, for the plugin
    std::size_t in_flight_max = 256;   ///< operations
    std::size_t effects_at_once = 8;   ///< of one operation, at the carrier
    std::optional<std::chrono::milliseconds> settle;  ///< overrides the descriptor's, for tests and demos
    /// How long one operation may work, from its beginning or from the end of a wait that left memory.
    std::chrono::milliseconds operation_timeout{300'000};
    /// An order at the carrier is asked for at least this often, whatever the plugin wishes.
    std::optional<std::chrono::milliseconds> check_interval;
};

class Accounts {
public:
    virtual ~Accounts() = default;
    /// Nothing when there is no such account, or it is not enabled. The view stays valid until the
    /// operation that asked for it has ended.
    virtual std::shared_ptr<const AccountView> find(const std::string& account) = 0;
    /// The same account as an earlier build of its plugin sees it: its own descriptor and settings' form,
    /// but the account's rate, breaker and secrets, so that two builds ask no more than one.
    /// @param build  SHA-256 of the library, lower-case hex
    /// @errors       unavailable: no such account, or the build's copy is not there any more;
    ///               unsupported: it is refused, or the account's settings do not fit it any more
    virtual Result<std::shared_ptr<const AccountView>> as_of(const std::string& account, const std::string& build) = 0;
};

/// Whose effect it is.
struct EffectContext {
    Id order = 0;
    Id operation = 0;
    std::int64_t tenant = 0;
    std::string account;
    std::string operation_name;
    std::string reference;
    std::int64_t attempt = 1;       ///< of the order
    std::int64_t step_attempt = 1;  ///< of a ONCE step
    Instant intent_at{};
    /// The account as it was when the operation began: its settings hold to the operation's end.
    std::shared_ptr<const AccountView> view;
    /// When nobody waits for the answer any more: the request is cut short then.
    std::optional<Clock::Steady> deadline = {};
    bool admitted = false;  ///< admit() has let it through, and it has its place
};

/// How performing ended. `lost`: it may have been carried out, and nobody will tell.
struct Performed {
    Completion completion;
    bool lost = false;
    std::chrono::seconds retry_after{0};
};

/// What was found out about an effect in doubt.
struct Proof {
    std::optional<Completion> completion;  ///< none: nothing proves it either way
    std::string told;                      ///< for the timeline: where it was looked; empty: nowhere
};

class EffectPerformer {
public:
    virtual ~EffectPerformer() = default;
    /// Waits for the effect's turn at its account, and takes a place; performing it follows at once. Before anything is
    /// written down of it: a process that dies while it waits has certainly sent nothing.
    /// @return  why it gets none: it was not sent, and may be tried again later; nothing: it may leave
    virtual Async<std::optional<Performed>> admit(EffectContext, Effect) { co_return std::nullopt; }
    /// Performs an http, mail or sign effect once; no retry.
    virtual Async<Performed> perform(EffectContext context, Effect effect) = 0;
    /// After a restart: what is known of an effect whose outcome is not in the journal. Nothing if
    /// nothing is known.
    virtual Async<std::optional<Performed>> recall(EffectContext context, Effect effect) = 0;
    /// After the settle time of a lost outcome: whether something other than its answer proves that it was
    /// carried out, or that it was not. Never performs it.
    virtual Async<Proof> prove(EffectContext, Effect) { co_return Proof{}; }
};

}  // namespace porteur
