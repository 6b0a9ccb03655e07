// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which rights a caller has in the account that they stand in.

#include "api/services.hpp"
#include "domain/roles.hpp"

namespace porteur {

/// What a carrier has of all customers is for whoever belongs to the system's own account, in an
/// account that they have entered, too: nobody else could see what went out for an order there.
/// Else it is as by the role in that account.
/// @threads any
inline bool may_here(const Caller& caller, Right right) noexcept {
    if (right != Right::view_carrier_lists) return may(caller.role, right, Relation::own);
    // Who may enter another account from the system's is its administrator, or one of its tokens:
    // all have it there.
    if (caller.home == system_tenant) return true;
    return caller.tenant == system_tenant && may(caller.role, right, Relation::own);
}

}  // namespace porteur
