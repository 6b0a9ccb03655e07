// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "kit/clock.hpp"
#include "kit/message.hpp"

namespace porteur::sim {

/// RingCentral's rate limits: so many requests of a group in a sliding minute, then a penalty of a
/// minute that every further request begins anew. In real seconds, whatever the clock's speed.
/// @source  developer guide, "Rate limits": Light 50, Medium 40, Heavy 10, Auth 5 a minute
/// @threads one
class RateLimits {
public:
    RateLimits(const Clock& clock, std::map<std::string, std::uint64_t> limits);

    struct Decision {
        bool allowed = true;
        std::chrono::seconds retry_after{0};
        Fields headers;  ///< X-Rate-Limit-*; on every answer
    };
    /// Counts one request of a group.
    Decision count(const std::string& group);
    void clear() { groups_.clear(); }

private:
    struct Group {
        std::deque<Instant> recent;
        Instant penalty_until{};
    };
    const Clock& clock_;
    std::map<std::string, std::uint64_t> limits_;  ///< 0 = unlimited
    std::map<std::string, Group> groups_;
};

}  // namespace porteur::sim
