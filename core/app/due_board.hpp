// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is due, kept as a picture in memory: an order is looked at again when its timeline grows,
// all of them once an hour. A deadline that passes becomes one event; the timeline itself remembers
// that it has, over restarts too.

#include <map>
#include <mutex>
#include <set>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/outward_services.hpp"
#include "app/webhooks.hpp"
#include "store/store.hpp"

namespace porteur {

class DueBoard {
public:
    struct Parts {
        boost::asio::any_io_executor executor;  ///< one thread
        OutwardWriter& writer;
        Store& store;
        std::function<Instant()> now;
        std::function<DueRules(const Order&)> rules;  ///< [any]
        std::function<void(std::string)> warn;
    };
    explicit DueBoard(Parts parts);

    /// @threads the executor's, as stop(), wake() and look_at_all()
    void start();
    void stop();
    /// New entries may be there.
    void wake();
    /// The rules have changed.
    void look_at_all() {
        everything_at_ = {};
        wake();
    }

    /// Whether the first look at all orders is over. [any]
    bool complete() const;
    /// The earliest first. [any] @errors what the store says; unavailable: not complete yet
    Result<std::vector<DueItem>> due(std::int64_t tenant, const DueQuery& query);

private:
    struct Mark {
        Instant at{};
        Id order = 0;
        std::string key;
        friend auto operator<=>(const Mark&, const Mark&) = default;
    };
    struct Known {
        std::int64_t tenant = 0;
        std::vector<Mark> marks;
    };

    Async<void> run();
    Async<Result<void>> read_all();
    Result<bool> read_news();
    void put(const Order& order);
    void take_away(Id order);
    Async<Result<void>> tell_missed();
    Async<Result<void>> tell(Mark mark);

    Parts parts_;
    boost::asio::steady_timer bell_;
    bool stopped_ = false, rung_ = false;
    int read_ = 0;  ///< orders, in this round
    Id last_entry_ = 0;
    std::chrono::steady_clock::time_point everything_at_{
    };                       ///< when all orders are looked at again
    std::set<Mark> untold_;  ///< those whose passing is an event

    mutable std::mutex mutex_;  ///< over what due() reads
    bool complete_ = false;
    std::map<Id, Known> orders_;
    std::map<std::int64_t, std::set<Mark>> by_tenant_;
};

}  // namespace porteur
