// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace porteur {

struct BreakerSettings {
    std::int64_t failures_to_open = 5;           ///< in a row, without a success between
    std::chrono::milliseconds open_first{5000};  ///< how long it stays open the first time
    std::chrono::milliseconds open_max{300000};  ///< it doubles with each failed probe up to this
};

/// Keeps an account that does not answer from being asked again and again.
///
/// Closed: everything passes. After `failures_to_open` failures in a row it opens: nothing passes
/// until the time is over. Then it is half-open: one request passes as a probe; its success closes
/// the breaker, its failure opens it for twice as long. A failure is an exchange that was
/// unavailable or in doubt, or a 5xx; a refusal or a 429 is an answer and counts as a success.
/// Time is given, never taken.
///
/// @threads  one at a time
class CircuitBreaker {
public:
    using Time = std::chrono::steady_clock::time_point;
    enum class State { closed, open, half_open };

    explicit CircuitBreaker(BreakerSettings settings = {}) : settings_(settings) {}

    /// Asks for leave to send one request, to be followed by exactly one of succeeded(), failed()
    /// or abandoned(). @return whether it may leave; a true while half-open makes it the probe
    bool allow(Time now);

    void succeeded(Time now);
    void failed(Time now);
    /// The request was never sent after all: the next may be the probe.
    void abandoned();

    [[nodiscard]] State state(Time now) const;
    /// Since when it is in that state; nothing: since it was made.
    [[nodiscard]] std::optional<Time> since(Time now) const;
    /// In a row, without a success between; those that opened it among them.
    [[nodiscard]] std::int64_t failures() const { return failures_; }
    /// When allow() may next say yes; only telling while open.
    [[nodiscard]] Time open_until() const { return open_until_; }

private:
    BreakerSettings settings_;
    std::int64_t failures_ = 0;
    bool open_ = false;
    bool probing_ = false;
    std::chrono::milliseconds open_for_{0};
    Time open_until_{};
    std::optional<Time> changed_;  ///< when it opened or closed
};

}  // namespace porteur
