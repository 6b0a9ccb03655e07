// SPDX-License-Identifier: Apache-2.0
#pragma once

// Since when an order waits for a person. The carrier goes on to be asked about most of these orders, and each
// look moves `updated`; what is overdue must not be young again each time.

#include "domain/order.hpp"

namespace porteur {

/// Key of an order's progress that is the host's own: since when it waits, in milliseconds since 1970. There
/// only after a look that found it waiting as before.
inline constexpr std::string_view waits_since_key = "waits_since";

/// Whether the order was looked at since a person is waited for, so that its progress says since when. @threads any
bool was_looked_at_while_waiting(const Order& order);

/// Since when it waits for a person: what its progress says, else its last change. @threads any
Instant waits_since(const Order& order);

/// Writes it into the progress of an order that waits as it did before, and takes it out of any other.
/// @param next  the order after an operation
void keep_waits_since(const Order& before, Order& next);

}  // namespace porteur
