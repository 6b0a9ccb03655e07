// SPDX-License-Identifier: Apache-2.0
#pragma once

// The lease of a store's holder on PostgreSQL: renewed on a connection of its own, and watched by a thread that waits
// for nobody. Time is the server's for the others, and this machine's clock since the last renewal for us; so no two
// clocks need agree, only run equally fast.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/store_address.hpp"

namespace porteur {

/// Seconds of this machine, sleep included. A process that is stopped, or whose machine sleeps, grows older by it.
std::chrono::nanoseconds boot_time() noexcept;

class Lease {
public:
    /// Begins to renew.
    /// @param term    of the hold, as it stands in the table store_holder
    /// @param taken   boot_time() before it was written there
    /// @param length  how long it lasts
    Lease(StoreAddress address, long long term, std::chrono::nanoseconds taken, std::chrono::milliseconds length);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    /// @threads any
    bool has_run_out() const noexcept { return boot_time().count() >= ends_.load(std::memory_order_relaxed); }

private:
    void renew_until_stopped();
    /// Ends the process when the lease has run out.
    void watch_until_stopped();
    /// @return  whether it was stopped meanwhile
    bool wait_for(std::chrono::nanoseconds time);

    const StoreAddress address_;
    const long long term_;
    const std::chrono::milliseconds length_;
    std::atomic<std::int64_t> ends_;  // of boot_time(), ns

    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stop_ = false;
    std::thread renewing_, watching_;
};

}  // namespace porteur
