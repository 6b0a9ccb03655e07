// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/routes.hpp"

namespace porteur::handlers {

/// What an operation of an order sent to the carrier, and what came back.
Async<Answer> show_exchanges(Api& api, Request& request);

}  // namespace porteur::handlers
