// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace porteur {

/// Counts failed attempts by key (a login, an address) over the last minute, so that nobody tries
/// many passwords. An attempt counts as failed until it has succeeded: twenty at once are not
/// twenty tries. @threads any
class FailedAttempts {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds window{60};
    /// With more keys than this the oldest go; each takes about a hundred bytes.
    static constexpr std::size_t keys_max = 100'000;

    explicit FailedAttempts(std::size_t per_minute) : per_minute_(per_minute) {}

    /// Zero: go on, and say succeeded() if it did. Else how long to wait, at least a second.
    std::chrono::seconds begin(const std::string& key, Time now) {
        const std::lock_guard lock(mutex_);
        forget(now);
        auto& times = by_key_[key];
        if (times.size() >= per_minute_)
            return std::chrono::ceil<std::chrono::seconds>(times.front() + window - now) +
                   std::chrono::seconds(times.front() + window == now);
        times.push_back(now);
        order_.emplace_back(now, key);
        return std::chrono::seconds{0};
    }
    /// The attempt that began last under this key was no failure.
    void succeeded(const std::string& key) {
        const std::lock_guard lock(mutex_);
        const auto found = by_key_.find(key);
        if (found == by_key_.end() || found->second.empty()) return;
        found->second.pop_back();
        if (found->second.empty()) by_key_.erase(found);
    }

private:
    void forget(Time now) {
        while (!order_.empty() && (order_.front().first + window <= now || order_.size() > keys_max)
        ) {
            const auto& [time, key] = order_.front();
            if (const auto found = by_key_.find(key); found != by_key_.end()) {
                if (!found->second.empty() && found->second.front() <= time)
                    found->second.pop_front();
                if (found->second.empty()) by_key_.erase(found);
            }
            order_.pop_front();
        }
    }

    std::size_t per_minute_;
    std::mutex mutex_;
    std::map<std::string, std::deque<Time>> by_key_;
    std::deque<std::pair<Time, std::string>> order_;
};

}  // namespace porteur
