// SPDX-License-Identifier: Apache-2.0
#include "rate_limits.hpp"

#include <utility>

namespace porteur::sim {
namespace {

constexpr auto window = std::chrono::seconds(60);
constexpr auto penalty = std::chrono::seconds(60);
// What is shown where nothing is limited.
constexpr std::uint64_t unlimited = 1'000'000;

}  // namespace

RateLimits::RateLimits(const Clock& clock, std::map<std::string, std::uint64_t> limits)
    : clock_(clock), limits_(std::move(limits)) {}

RateLimits::Decision RateLimits::count(const std::string& name) {
    const auto now = clock_.unhurried_now();
    const auto set = limits_[name];
    const auto limit = set == 0 ? unlimited : set;
    auto& group = groups_[name];
    Decision decision;
    if (set != 0) {
        while (!group.recent.empty() && group.recent.front() + window <= now) {
            group.recent.pop_front();
        }
        if (now < group.penalty_until || group.recent.size() >= limit) {
            group.penalty_until = now + penalty;
            group.recent.clear();
            decision.allowed = false;
            decision.retry_after = penalty;
        } else {
            group.recent.push_back(now);
        }
    }
    const auto left = decision.allowed ? limit - group.recent.size() : 0;
    decision.headers = {
        {"X-Rate-Limit-Group", name},
        {"X-Rate-Limit-Limit", std::to_string(limit)},
        {"X-Rate-Limit-Remaining", std::to_string(left)},
        {"X-Rate-Limit-Window", std::to_string(window.count())},
    };
    return decision;
}

}  // namespace porteur::sim
