// SPDX-License-Identifier: Apache-2.0
#include "carriers/breaker.hpp"

#include <algorithm>

namespace porteur {

bool CircuitBreaker::allow(Time now) {
    if (!open_) return true;
    if (now < open_until_ || probing_) return false;
    probing_ = true;
    return true;
}

void CircuitBreaker::succeeded(Time now) {
    // Requests that left before it opened come home after it did; only the probe may close it.
    if (open_ && !probing_) return;
    failures_ = 0;
    if (open_) changed_ = now;
    open_ = probing_ = false;
    open_for_ = {};
}

void CircuitBreaker::failed(Time now) {
    if (open_ && !probing_) return;
    if (++failures_ < settings_.failures_to_open) return;
    if (!open_) changed_ = now;

    open_for_ =
        open_for_.count() == 0 ? settings_.open_first : std::min(open_for_ * 2, settings_.open_max);
    open_until_ = now + open_for_;
    open_ = true;
    probing_ = false;
}

void CircuitBreaker::abandoned() { probing_ = false; }

CircuitBreaker::State CircuitBreaker::state(Time now) const {
    if (!open_) return State::closed;
    return now < open_until_ ? State::open : State::half_open;
}

std::optional<CircuitBreaker::Time> CircuitBreaker::since(Time now) const {
    return state(now) == State::half_open ? open_until_ : changed_;
}

}  // namespace porteur
