// SPDX-License-Identifier: Apache-2.0
#include "store/lease.hpp"

#include <soci/soci.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "store/write_session.hpp"

namespace porteur {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

/// A renewal that failed is tried again so soon, on a new connection.
constexpr milliseconds again{200};

}  // namespace

nanoseconds boot_time() noexcept {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

Lease::Lease(StoreAddress address, long long term, nanoseconds taken, milliseconds length)
    : address_(std::move(address)),
      term_(term),
      length_(length),
      ends_((taken + length).count()),
      renewing_([this] { renew_until_stopped(); }),
      watching_([this] { watch_until_stopped(); }) {}

Lease::~Lease() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopped_.notify_all();
    watching_.join();
    renewing_.join();
}

bool Lease::wait_for(nanoseconds time) {
    std::unique_lock lock(mutex_);
    return stopped_.wait_for(lock, time, [this] { return stop_; });
}

void Lease::renew_until_stopped() {
    std::unique_ptr<soci::session> session;
    auto wait = milliseconds(length_ / 3);
    while (!wait_for(wait)) {
        try {
            if (!session) session = connect_postgresql(address_, Silence::ends_the_session);
            // Before the server is asked: it counts from later.
            const auto renewed = boot_time();
            const long long length = length_.count();
            soci::statement renew = (session->prepare << "update store_holder set ends_at = (extract(epoch from clock_timestamp()) * 1000)::bigint + "
                                                         ":length where one = 1 and term = :term",
                                     soci::use(length), soci::use(term_));
            renew.execute(true);
            if (renew.get_affected_rows() != 1) give_up("another porteurd has taken the store over");
            ends_.store((renewed + length_).count(), std::memory_order_relaxed);
            wait = length_ / 3;
        } catch (const std::exception&) {
            // The watch decides when it is too late; until then another try may succeed.
            session.reset();
            wait = again;
        }
    }
}

void Lease::watch_until_stopped() {
    for (;;) {
        const auto left = nanoseconds(ends_.load(std::memory_order_relaxed)) - boot_time();
        if (left.count() <= 0) break;
        if (wait_for(left)) return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (stop_) return;
    }
    give_up("its lease of the store could not be renewed within " + std::to_string(length_.count()) + " ms");
}

}  // namespace porteur
