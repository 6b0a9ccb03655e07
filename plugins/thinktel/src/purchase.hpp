// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// Input of `purchase`: the order, and what its last attempt asked to be kept (PurchaseProgress::keep).
struct PurchaseAttempt : porteur::PurchaseOrder {
    boost::json::object kept;
};
BOOST_DESCRIBE_STRUCT(PurchaseAttempt, (porteur::PurchaseOrder), (kept))

/// What a purchase lacks. @threads any
std::vector<porteur::Problem> problems_of(const porteur::PurchaseOrder& order);

/// Buys numbers for a trunk and makes their 911 records. See buying.cpp and emergency.cpp.
porteur::Op<porteur::PurchaseProgress> purchase(PurchaseAttempt order);

/// Looks whether the numbers are on a trunk.
porteur::Op<porteur::PurchaseProgress> check_purchase(porteur::OrderReference reference);

/// Gives back what the order bought, and says how many. What stood on the trunk before it stays.
porteur::Op<porteur::PurchaseProgress> cancel_purchase(porteur::OrderReference reference);

}  // namespace thinktel
