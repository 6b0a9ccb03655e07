// SPDX-License-Identifier: Apache-2.0
#pragma once

// What goes out by itself, on a thread of its own: web hooks, and deadlines that pass. It reads the
// store there, and writes through the engine's thread, which gives the ids.

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "app/accounts.hpp"
#include "app/carrier_holidays.hpp"
#include "app/due_board.hpp"
#include "app/webhooks.hpp"
#include "engine/engine.hpp"
#include "settings/settings.hpp"
#include "store/order_marks.hpp"

namespace porteur {

class Outward : public OutwardServices {
public:
    struct Parts {
        boost::asio::io_context&
            io;  ///< its own; outlives the engine's, whose work comes back to it
        boost::asio::any_io_executor engine_thread;
        Engine& engine;
        Store& store;
        std::function<void()> on_entries;  ///< [any] entries of ours have become durable
    };
    /// @errors invalid_input: the holidays' file, an address in [webhooks] allow
    static Result<std::unique_ptr<Outward>> make(Parts parts, const Settings& settings);
    ~Outward() override;

    Result<void> start();
    /// @threads not its own; waits for nothing that is under way
    void stop();
    /// New entries may be there. [any]
    void wake();
    /// What new settings say, looked at before anything of them counts.
    struct Prepared {
        std::shared_ptr<const BusinessCalendars> calendars;
        WebhookSettings webhooks;
        DeadlinesSection times;
        DocumentAges ages;
    };
    /// @errors invalid_input: as make @threads any
    static Result<Prepared> prepare(const Settings& settings);
    /// From now on. @threads any
    void take(Prepared prepared);
    /// What is known of the accounts' times, and how they stand with their carriers. @threads the engine's
    void take_accounts(const ConfiguredAccounts& accounts);
    /// On which days an account's carrier does not work, beside those of its calendar; in place of what was told
    /// before. @threads any
    void take_carrier_holidays(std::string account, HolidayList days);
    /// What is due about an order, but for the daemon's own next look. @threads any
    std::vector<DueItem> deadlines(const Order& order, Instant now) const { return deadlines_of(order, rules_of(order), now); }
    /// Puts lines into timelines. @threads any may begin what it gives
    OutwardWriter& writer() { return writer_; }
    WebhookCounters counters() const { return webhooks_.counters(); }

    Async<Result<std::vector<Webhook>>> webhooks(Caller caller) override;
    Async<Result<std::optional<Webhook>>> webhook(Caller caller, Id id) override;
    Async<Result<Webhook>> add_webhook(
        Caller caller, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    ) override;
    Async<Result<Webhook>> change_webhook(
        Caller caller, Id id, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    ) override;
    Async<Result<Webhook>> rotate_webhook(
        Caller caller, Id id, std::chrono::milliseconds old_for,
        std::optional<WebhookIdempotency> idempotency
    ) override;
    Async<Result<Webhook>> replay_webhook(
        Caller caller, Id id, Id after, std::optional<WebhookIdempotency> idempotency
    ) override;
    Async<Result<void>> remove_webhook(Caller caller, Id id) override;
    Async<Result<WebhookTestResult>> test_webhook(Caller caller, Id id) override;
    Result<std::vector<DueItem>> due(const Caller& caller, const DueQuery& query) override;
    Async<Result<OrderFigures>> order_figures(
        Caller caller, std::optional<Instant> since, std::optional<Instant> until
    ) override;
    Result<std::optional<std::vector<Exchange>>> exchanges(const Caller& caller, Id order, Id operation) override;
    Result<OrderTrace> trace(const Caller& caller, const Order& order, std::size_t limit) override;
    Async<Result<std::vector<Order>>> refused_orders(Caller caller, OrderQuery query, Reason code) override;
    CarrierStandings standings() override;

private:
    /// What an account says of its carrier's times.
    struct AccountTimes {
        std::chrono::milliseconds freeze{0}, port_worst{0}, purchase_worst{0};
        std::string calendar;
        friend bool operator==(const AccountTimes&, const AccountTimes&) = default;
    };
    class Writer : public OutwardWriter {
    public:
        explicit Writer(const Parts& parts) : parts_(parts) {}
        Async<Id> new_id() override;
        Async<Result<void>> commit(Commit commit) override;

    private:
        Async<Result<void>> commit_there(Commit commit);
        const Parts& parts_;
    };

    Outward(Parts parts, Prepared prepared);
    DueRules rules_of(const Order& order) const;
    /// By the files: an account's own comes first, then that of its country. @threads holds mutex_
    const BusinessCalendar* calendar_of(const std::string& account) const;
    /// Those with the carriers' own days. @threads holds mutex_
    void make_carrier_calendars();

    Parts parts_;
    std::atomic<bool> rung_ = false;
    Writer writer_{parts_};
    mutable std::mutex mutex_;  ///< over the next seven
    std::shared_ptr<const BusinessCalendars> calendars_;
    DeadlinesSection times_;
    DocumentAges ages_;
    std::map<std::string, AccountTimes> accounts_;
    CarrierStandings standings_;
    std::map<std::string, HolidayList> carrier_holidays_;
    std::map<std::string, std::shared_ptr<const BusinessCalendar>> carrier_calendars_;
    Webhooks webhooks_;
    DueBoard board_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
    /// Has the lines that came since counted, on the thread of figures_. @threads any
    void follow_orders();

    OrderMarks marks_;
    boost::asio::steady_timer pause_{parts_.io};
    std::chrono::steady_clock::time_point followed_ = std::chrono::steady_clock::now();  ///< [its own thread]
    boost::asio::thread_pool figures_{1};  ///< one look at a time
};

}  // namespace porteur
