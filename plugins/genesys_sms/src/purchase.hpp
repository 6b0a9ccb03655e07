// SPDX-License-Identifier: Apache-2.0
#pragma once

// Buying: number by number by API, or all in one mail. See purchase.cpp for the method.

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace genesys {

porteur::Op<porteur::PurchaseProgress> purchase(porteur::PurchaseOrder order);
porteur::Op<porteur::PurchaseProgress> check_purchase(porteur::OrderReference reference);
/// Asks the desk by mail; a person settles what it answers. @errors  rejected: bought by API, or not sent
porteur::Op<porteur::PurchaseProgress> cancel_purchase(porteur::OrderReference reference);

}  // namespace genesys
