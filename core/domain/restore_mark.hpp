// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "domain/order.hpp"

namespace porteur {

/// That a store was put back from a backup. Between `taken` and `restored` its porteurd went on, and what it sent then
/// stands nowhere here: an order of the backup sends nothing by itself that may have left in that time
/// (docs/decisions/0028-a-restored-store-asks-first.md).
struct RestoreMark {
    Instant taken{};    ///< when the backup was begun
    Instant restored{};
    Id newest_id = 0;   ///< the greatest that the backup has: what is greater was made here since
    friend bool operator==(const RestoreMark&, const RestoreMark&) = default;

    /// Whether the order is of the backup, or was made of one that is.
    bool knows(const Order& order) const {
        return order.id <= newest_id || (order.parent != 0 && order.parent <= newest_id);
    }
};

}  // namespace porteur
