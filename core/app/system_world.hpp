// SPDX-License-Identifier: Apache-2.0
#pragma once

// Time and chance as the running daemon has them.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/interfaces.hpp"
#include "plugins/plugin_runner.hpp"
#include "store/restore_book.hpp"
#include "store/store.hpp"

namespace porteur {

/// The system's clock. @threads the engine's
class SystemClock : public Clock {
public:
    explicit SystemClock(boost::asio::any_io_executor executor) : executor_(executor), alarm_(executor) {}
    Instant now() override;
    Steady steady() override { return std::chrono::steady_clock::now(); }
    Async<void> sleep_until(Instant until) override;
    void alarm_at(Instant when, std::function<void()> wake) override;

private:
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer alarm_;
};

/// The system's random bytes.
class SystemChance : public Chance {
public:
    double fraction() override;
    std::string random_bytes(std::size_t count) override;
};

/// The store, as the engine names it.
class StoreForEngine : public EngineStore {
public:
    explicit StoreForEngine(Store& store) : store_(store) {}
    void commit(SharedCommit commit, CommitDone done) override { store_.commit(std::move(commit), std::move(done)); }
    bool is_ours() const noexcept override { return store_.is_ours(); }
    Result<std::vector<DueOrder>> due_orders() override { return store_.due_orders(); }
    Result<std::optional<Order>> order(Id id) override { return store_.order(id); }
    Result<std::optional<Order>> order_by_reference(std::int64_t tenant, const std::string& reference) override {
        return store_.order_by_reference(tenant, reference);
    }
    Result<std::vector<Order>> parts_of(Id order) override { return store_.parts_of(order); }
    Result<std::vector<Id>> open_parents() override { return store_.open_parents(); }
    Result<std::optional<std::string>> order_secret(Id order, const std::string& name) override { return store_.order_secret(order, name); }
    Result<std::optional<StoredOperation>> operation(Id id) override { return store_.operation(id); }
    Result<Id> newest_id() override { return store_.newest_id(); }
    Result<std::vector<AwaitedEvent>> awaited_events(std::int64_t lookup) override { return store_.awaited_events(lookup); }
    Result<std::vector<InboundEvent>> free_events(std::int64_t lookup) override { return store_.free_events(lookup); }
    Result<std::optional<InboundEvent>> event(Id id) override { return store_.event(id); }
    Result<std::vector<EventOffer>> event_offers() override { return store_.event_offers(); }
    Result<std::optional<RestoreMark>> last_restore() override { return RestoreBook(access_of(store_)).last(); }
    Result<bool> is_let_go(Id order, Instant since) override { return RestoreBook(access_of(store_)).is_let_go(order, since); }

private:
    Store& store_;
};

/// A plugin, as the engine names it.
class RunnerForEngine : public OperationRunner {
public:
    explicit RunnerForEngine(std::unique_ptr<PluginRunner> runner) : runner_(std::move(runner)) {}
    Async<Result<Turn>> begin(Id op, std::string operation, std::string input) override {
        return runner_->begin(static_cast<std::uint64_t>(op), std::move(operation), std::move(input));
    }
    Async<Result<Turn>> step(Id op, std::vector<Completion> done) override {
        return runner_->step(static_cast<std::uint64_t>(op), std::move(done));
    }
    void end(Id op) override { runner_->end(static_cast<std::uint64_t>(op)); }
    const std::string& build() const override { return runner_->build(); }
    PluginRunner& plugin() { return *runner_; }

private:
    std::unique_ptr<PluginRunner> runner_;
};

}  // namespace porteur
