// SPDX-License-Identifier: Apache-2.0
#include "app/audit_follower.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "app/logging.hpp"

namespace porteur {

namespace asio = boost::asio;

asio::awaitable<void> AuditFollower::run() {
    bool failing = false;
    while (!stopped_) {
        const auto more = desk_.follow();
        // Said once, not every two seconds; it catches up by itself.
        if (!more && !failing) log_warning("the audit log does not follow the orders: " + more.error().message);
        failing = !more;
        timer_.expires_after(more.value_or(false) ? rhythm_.pause : rhythm_.rest);
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

std::future<void> AuditFollower::start() { return asio::co_spawn(executor_, run(), asio::use_future); }

void AuditFollower::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace porteur
