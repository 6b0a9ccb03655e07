// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace porteur {

/// SIGTERM and SIGINT while porteurd starts. Opening the store may migrate it, and looking at the plugins' libraries
/// may wait for one that hangs; until work_begins() nothing has been sent or promised to anybody, so the
/// process may end there at once: a migration is one transaction, of which nothing is left, and children die with it.
/// After that the signal is left to whoever waits for it when the start is over.
///
/// @threads  the signals must be blocked in every thread. work_begins(): any
class EarlyStop {
public:
    /// @param stop  called on a thread of its own when a signal comes before work begins; it ends the process
    explicit EarlyStop(std::function<void()> stop);
    ~EarlyStop();
    EarlyStop(const EarlyStop&) = delete;
    EarlyStop& operator=(const EarlyStop&) = delete;

    /// From here on a signal waits for the start's end. Does not return once `stop` has been called.
    void work_begins();

private:
    void listen();

    std::function<void()> stop_;
    std::mutex mutex_;
    bool working_ = false;
    int signals_ = -1, wake_ = -1;
    std::thread thread_;
};

}  // namespace porteur
