// SPDX-License-Identifier: Apache-2.0
#pragma once

// What stands among all orders and should not for long: for measures.

#include "store/store_access.hpp"

namespace porteur {

/// An order of which nobody knows whether its carrier has it. Orders in parts are left out: their
/// parts stand here.
struct OrderInDoubt {
    Id id = 0;
    bool looked_up = false;  ///< its carrier is asked again by itself; else it waits for a person
    Instant changed{};       ///< the doubt is as old as this, or older
};

/// @threads any; blocks. @errors unavailable: the store
class StandingBook {
public:
    explicit StandingBook(StoreAccess& access) : access_(access) {}

    Result<std::vector<OrderInDoubt>> in_doubt();

private:
    StoreAccess& access_;
};

}  // namespace porteur
