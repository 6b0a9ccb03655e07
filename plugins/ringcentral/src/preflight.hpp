// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compares an order with what RingCentral has on record.

#include "paperwork.hpp"
#include "wire.hpp"

namespace ringcentral {

/// All that is read of an account.
struct Records {
    Account account;
    BusinessAddress address;
    std::string billing_plan_type;
    std::vector<OwnedNumber> numbers;
};

/// Problems of the account itself, whatever is ordered. @threads any
std::vector<porteur::Problem> problems_of_account(
    const Account& account, const std::string& billing_plan_type
);

/// Problems of the order beside the records. What RingCentral's API cannot tell for certain is a
/// warning.
/// @threads any
std::vector<porteur::Problem> differences(
    const porteur::PortOrder& order, const Records& records, const Rules& rules
);

}  // namespace ringcentral
