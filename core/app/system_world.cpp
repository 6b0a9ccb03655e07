// SPDX-License-Identifier: Apache-2.0
#include "app/system_world.hpp"

#include <boost/asio/use_awaitable.hpp>

#include "access/token.hpp"

namespace porteur {

Instant SystemClock::now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Async<void> SystemClock::sleep_until(Instant until) {
    boost::asio::steady_timer timer(executor_);
    timer.expires_after(std::max<std::chrono::milliseconds>(until - now(), std::chrono::milliseconds(0)));
    co_await timer.async_wait(boost::asio::use_awaitable);
}

void SystemClock::alarm_at(Instant when, std::function<void()> wake) {
    // Steady time, looked at again at least every minute: the system's clock may be set meanwhile.
    const auto wait = std::clamp<std::chrono::milliseconds>(when - now(), std::chrono::milliseconds(0), std::chrono::minutes(1));
    alarm_.expires_after(wait);
    alarm_.async_wait([wake = std::move(wake)](boost::system::error_code replaced) {
        if (!replaced) wake();
    });
}

double SystemChance::fraction() {
    const auto bytes = porteur::random_bytes(4);
    std::uint32_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return double(value) / 4294967296.0;
}

std::string SystemChance::random_bytes(std::size_t count) { return porteur::random_bytes(count); }

}  // namespace porteur
