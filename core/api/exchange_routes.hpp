// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/json.hpp>

#include "api/routes.hpp"

namespace porteur {

struct Exchange;

/// An exchange as the API shows it, but for what nobody needs to see. @threads any
json::object exchange_json(const Exchange& exchange);

}  // namespace porteur

namespace porteur::handlers {

/// What an operation of an order sent to the carrier, and what came back.
Async<Answer> show_exchanges(Api& api, Request& request);

}  // namespace porteur::handlers
