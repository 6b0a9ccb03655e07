// SPDX-License-Identifier: Apache-2.0
#pragma once

// One number by API: ordered once, looked for in the inventory where the answer was lost, and with
// an address where Genesys asks for one.

#include <optional>
#include <string>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

#include "wire.hpp"

namespace genesys {

/// How the order of one number ended, short of a failure of the exchange itself.
struct Bought {
    std::optional<OwnedNumber> owned = {};  ///< it is ours
    std::string code = {};                  ///< it was refused
    std::string words = {};                 ///< Genesys' own
    std::string address_id = {};            ///< the address that was sent along; empty if none
    bool called_off = false;                ///< the order was, while a lost answer was waited for
    bool doubted = false;                   ///< an earlier answer was lost, before it was refused
};

/// Buys the number at `index` of the order.
///
/// @param address_id  of the order's address, if a number before this one wanted it
/// @errors            in_doubt, unauthorized, throttled, unavailable; rejected where the address is
/// @threads           [op]
porteur::Op<Bought> buy_with_what_it_wants(
    porteur::PurchaseOrder order, std::size_t index, std::string address_id
);

/// "find", "find-2", "find-3": step names that are unique, the first as the descriptor has it.
/// @threads any
std::string step_of(std::string_view name, std::size_t index);

}  // namespace genesys
