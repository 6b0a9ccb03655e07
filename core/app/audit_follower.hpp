// SPDX-License-Identifier: Apache-2.0
#pragma once

// What people and tokens do to orders stands in the orders' timelines, written in the orders' own commits.
// From there it is chained into the audit log a little later, in batches with a place that is kept: nothing
// is lost by a crash, nothing comes twice, and no order waits for the log.

#include <future>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/people_desk.hpp"

namespace porteur {

struct AuditRhythm {
    std::chrono::milliseconds pause{250};  ///< between two batches while there is more
    std::chrono::milliseconds rest{2000};  ///< between two looks when there is not
};

/// @threads  the executor's one thread; it reads and writes the store there
class AuditFollower {
public:
    AuditFollower(boost::asio::any_io_executor executor, PeopleDesk& desk, AuditRhythm rhythm = {})
        : executor_(std::move(executor)), desk_(desk), rhythm_(rhythm), timer_(executor_) {}

    /// Goes on until stop(). @return made ready when it has ended: the object stays until then
    std::future<void> start();
    void stop();

private:
    boost::asio::awaitable<void> run();

    boost::asio::any_io_executor executor_;
    PeopleDesk& desk_;
    AuditRhythm rhythm_;
    boost::asio::steady_timer timer_;
    bool stopped_ = false;
};

}  // namespace porteur
