// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/carrier_standing.hpp"
#include "app/accounts.hpp"

namespace porteur {

/// How an account stands with its carrier at a moment, which both clocks tell.
/// @threads the engine's
CarrierStanding standing_of(
    const Account& account, Instant now, std::chrono::steady_clock::time_point steady_now
);

/// The message of its last fault as it may be shown, without telephone numbers; empty if none.
/// @threads the engine's
std::string last_error_of(const Account& account);

}  // namespace porteur
