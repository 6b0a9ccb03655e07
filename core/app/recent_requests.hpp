// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string_view>

#include "api/carrier_standing.hpp"

namespace porteur {

/// "calling 14165550101" -> "calling …0101": of seven digits and more in a row the last four stay. @threads any
std::string without_numbers(std::string_view text);

/// The last requests of one account, and the last of them that failed. Goes on when the settings are
/// read again.
/// @threads the engine's
class RecentRequests {
public:
    static constexpr std::size_t kept_max = 20;  ///< of each of the two

    explicit RecentRequests(Instant since) : since_(since) {}

    void add(CarrierRequestSeen seen);
    /// Puts what is known into the picture, the newest first.
    void show(CarrierStanding& standing) const;

private:
    Instant since_;
    std::deque<CarrierRequestSeen> requests_, faults_;  ///< the oldest first
};

}  // namespace porteur
