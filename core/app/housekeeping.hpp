// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is old goes, a little at a time: the inputs, journals and mails of operations that ended before the
// `retention` (a summary stays: what it was, when, how it ended), mails that came in, fit no order and were dismissed
// before it, rows of jobs on numbers, answers kept for repeats of requests, and events that nobody waited for. Nothing of an operation that has not
// ended goes, no answer of an order that has not, and no mail that waits for a person.

#include <future>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "store/upkeep.hpp"

namespace porteur {

struct HousekeepingSettings {
    std::chrono::milliseconds retention{std::chrono::hours{24} * 90};
    /// Operations looked at in one batch: a batch is one commit beside those of the orders.
    int batch = 200;
    std::chrono::milliseconds pause{200};              ///< between two batches
    std::chrono::milliseconds rest{std::chrono::hours{1}};  ///< between two passes over everything
    /// What else has things that are old: takes some of those before an instant away, and says whether there are more.
    std::function<Result<bool>(Instant)> more = {};
};

/// @threads  the executor's one thread; it reads the store there
class Housekeeping {
public:
    Housekeeping(boost::asio::any_io_executor executor, Store& store, std::function<Instant()> now, HousekeepingSettings settings);

    /// One batch. @return whether there is another in this pass @errors what the store says
    boost::asio::awaitable<Result<bool>> tidy();

    /// Goes on until stop(). @return made ready when it has ended: the object stays until then
    std::future<void> start();
    void stop();
    void set_retention(std::chrono::milliseconds retention) { settings_.retention = retention; }

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<Result<void>> commit(Commit made);

    boost::asio::any_io_executor executor_;
    Store& store_;
    std::function<Instant()> now_;
    HousekeepingSettings settings_;
    boost::asio::steady_timer timer_;
    /// The same for what hangs on no operation.
    Result<bool> tidy_beside(Instant before);

    Id looked_at_ = 0;  ///< the last operation of the pass under way
    std::optional<KeyPlace> key_looked_at_ = KeyPlace{};  ///< none: all keys of this pass were looked at
    bool stopped_ = false;
};

}  // namespace porteur
