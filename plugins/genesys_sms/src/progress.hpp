// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers of the inventory as the progress of an order.

#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

#include "wire.hpp"

namespace genesys {

/// @errors  internal for a state that is not documented
porteur::NumberProgress progress_of(const OwnedNumber& owned);

/// Rolls numbers up: what is still open decides, then what was got. @threads any
porteur::OrderState rolled_up(const std::vector<porteur::NumberProgress>& numbers);

/// Whether something may still come of it. @threads any
bool is_open(porteur::OrderState state);

/// When the order is to be looked at again, by the account's settings; never for one that has
/// ended.
void set_next_check(porteur::PurchaseProgress& progress, const porteur::AccountSettings& mine);

}  // namespace genesys
