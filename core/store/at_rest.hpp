// SPDX-License-Identifier: Apache-2.0
#pragma once

// The column orders.at_rest: 0, or what the order ended as, once nothing will happen to it by
// itself and nobody needs to do anything. It changes once in an order's life, so that indexes may
// stand on it: one that held `state` would be written with each step of each order.

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

#include "domain/order_rules.hpp"

namespace porteur::at_rest {

/// As stores have them from 1 on: only ever longer.
inline constexpr std::array ends{
    OrderState::completed, OrderState::partial, OrderState::cancelled, OrderState::rejected,
    OrderState::expired
};

inline std::int64_t number_of(const Order& order) {
    const auto* end = std::ranges::find(ends, order.state);
    // One with an open operation waits for somebody: a person, or an account that is not there now.
    if (end == ends.end() || order.due || order.open_operation != 0) return 0;
    return end - ends.begin() + 1;
}

/// Throws std::runtime_error when there is no such end.
inline OrderState state_of(std::int64_t number) {
    if (number < 1 || number > std::ssize(ends))
        throw std::runtime_error("an order of the store is at rest in no known way");
    return ends[static_cast<std::size_t>(number - 1)];
}

}  // namespace porteur::at_rest
