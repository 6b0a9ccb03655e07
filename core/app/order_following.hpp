// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inventory follows orders: ports and purchases bring numbers, take them along or give up on
// them, releases give them back. The lines of all timelines are read in their order, a piece at a
// time; each order that one of them names is looked at as it stands now, and what that makes of its
// numbers (domain/number_following.hpp) is written in one transaction with how far each order is
// and up to which line all are followed. So nothing is lost by a crash and nothing is done twice,
// and no order waits for it.

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "inventory/inventory.hpp"
#include "store/follow_book.hpp"
#include "store/store.hpp"

namespace porteur {

/// @threads any; blocks
class OrderFollowing {
public:
    struct Parts {
        Store& store;
        Inventory& inventory;
        const TenantsNow& tenants;
        std::function<std::set<std::string, std::less<>>()>
            accounts;  ///< names of the carrier accounts
        std::function<Instant()> now;
        /// Puts a line into an order's timeline, durable when it returns; it gives the id.
        std::function<Result<void>(TimelineEntry)> tell;
        int lines_at_once = 500;
    };
    explicit OrderFollowing(Parts parts);

    /// Follows the next piece. @return whether there is more @errors unavailable: the store
    Result<bool> follow();
    /// Follows all that there is now.
    Result<void> catch_up();

private:
    struct Looked;
    Result<Looked> look(Id order);
    Result<void> take(std::vector<Looked> orders, std::optional<Id> followed);
    Result<void> say(const Order& order, std::string text);

    Parts parts_;
    FollowBook book_;
    std::mutex mutex_;
};

struct FollowRhythm {
    std::chrono::milliseconds pause{250};  ///< between two pieces
    std::chrono::milliseconds rest{2000};  ///< between two looks when nobody wakes it
};

/// Goes on with it for as long as the daemon runs.
/// @threads  the executor's one thread, but for what is marked [any]
class OrderFollower {
public:
    OrderFollower(
        boost::asio::any_io_executor executor, OrderFollowing& following, FollowRhythm rhythm = {}
    )
        : executor_(std::move(executor)),
          following_(following),
          rhythm_(rhythm),
          timer_(executor_) {}

    /// Goes on until stop(). @return made ready when it has ended: the object stays until then
    std::future<void> start();
    void stop();
    /// New lines may be there. [any]
    void wake();

private:
    boost::asio::awaitable<void> run();

    boost::asio::any_io_executor executor_;
    OrderFollowing& following_;
    FollowRhythm rhythm_;
    boost::asio::steady_timer timer_;
    std::atomic<bool> is_rung_ = false;
    bool is_pausing_ = false;
    bool stopped_ = false;
};

}  // namespace porteur
