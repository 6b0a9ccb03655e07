// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// What a purchase lacks. @threads any
std::vector<porteur::Problem> problems_of(const porteur::PurchaseOrder& order);

/// Buys numbers for a trunk and makes their 911 records. See buying.cpp and emergency.cpp.
porteur::Op<porteur::PurchaseProgress> purchase(porteur::PurchaseOrder order);

/// Looks whether the numbers are on a trunk.
porteur::Op<porteur::PurchaseProgress> check_purchase(porteur::OrderReference reference);

/// Gives back what the order bought, and says how many. What stood on the trunk before it stays.
porteur::Op<porteur::PurchaseProgress> cancel_purchase(porteur::OrderReference reference);

}  // namespace thinktel
