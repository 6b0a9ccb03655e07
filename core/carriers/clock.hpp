// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

namespace porteur {

/// The time for what is remembered (tokens, refusals, waits), given so that tests can move it.
/// Deadlines of sockets are the operating system's and not taken from here.
struct ClientClock {
    std::function<std::chrono::steady_clock::time_point()> steady = [] {
        return std::chrono::steady_clock::now();
    };
    /// Only for Retry-After headers that are dates.
    std::function<std::chrono::sys_seconds()> utc = [] {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    };
};

}  // namespace porteur
