// SPDX-License-Identifier: Apache-2.0
#pragma once

// What Webhooks keeps of one endpoint; for webhooks.cpp and webhook_wishes.cpp alone.

#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/webhooks.hpp"
#include "carriers/client.hpp"

namespace porteur {

struct Webhooks::Endpoint {
    Endpoint(boost::asio::any_io_executor executor, Webhook made)
        : hook(std::move(made)), bell(std::move(executor)) {}
    Webhook hook;
    boost::asio::steady_timer bell;  ///< ends its coroutine's wait
    std::optional<CarrierClient> client;
    int held = 0;  ///< changes under way: nothing is begun meanwhile
    std::uint64_t turn =
        0;  ///< raised by each change: what a try under way comes to does not count any more
    int skipped = 0;
    bool saving = false, unsaved = false, gone = false;
};

}  // namespace porteur
