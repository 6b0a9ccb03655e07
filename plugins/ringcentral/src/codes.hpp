// SPDX-License-Identifier: Apache-2.0
#pragma once

// RingCentral's words to ours: error codes, kinds of numbers, states of an account.

#include <string>
#include <string_view>

#include <porteur/http.hpp>

namespace ringcentral {

/// Ends the operation unless the answer is 2xx. The code decides, never the text.
/// @errors unauthorized: OAU-* and missing permissions; unsupported: a feature the account lacks;
///         throttled: CMN-30*; unavailable: CMN-201 and 203; else what the status means
/// @source CARRIERS.md 1.9
void require_ok(const porteur::Answer& answer);

/// Why a number of this kind cannot leave RingCentral; empty if it can.
/// @param payment_type  paymentType of the number
/// @param usage_type    usageType of the number
/// @source CARRIERS.md 1.5; External is a forwarded number that RingCentral does not terminate
/// @threads any
std::string_view why_not_portable(std::string_view payment_type, std::string_view usage_type);

/// Whether a state and a billing plan type are "active and in good standing".
/// @source CARRIERS.md 1.6, an inference: Confirmed, and Regular or Initial
/// @threads any
bool is_confirmed(std::string_view account_status);
bool is_paid(std::string_view billing_plan_type);

}  // namespace ringcentral
