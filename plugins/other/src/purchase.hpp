// SPDX-License-Identifier: Apache-2.0
#pragma once

// Buying at a carrier without an API: a person orders, and says which numbers came.

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace other {

porteur::Op<porteur::PurchaseProgress> purchase(porteur::PurchaseOrder order);
porteur::Op<porteur::PurchaseProgress> check_purchase(porteur::OrderReference order);
porteur::Op<porteur::PurchaseProgress> cancel_purchase(porteur::OrderReference order);

}  // namespace other
