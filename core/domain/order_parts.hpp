// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in parts: numbers that may not share a request travel in sibling orders. The parent is sent
// nowhere itself; what it shows is rolled up from its parts, and from nothing else, so that it can be made
// again from them at any time (docs/decisions/0010-a-parent-is-made-of-its-parts.md).

#include "domain/order_rules.hpp"

namespace porteur {

/// The state of an order from those of its parts. Open: a refused part first, then one that wants documents,
/// then the least advanced. All ended: their common end; partial, where something moved; else the gravest.
/// @param parent  what it was: never draft again once it has left
OrderState rolled_up_parts(OrderState parent, const std::vector<OrderState>& parts) noexcept;

/// What has changed for the parent. Nothing if nothing has.
/// @param parts  all of them, the oldest first
std::optional<OrderChange> after_parts(const Order& parent, const std::vector<Order>& parts, Instant now);

}  // namespace porteur
