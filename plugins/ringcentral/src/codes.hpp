// SPDX-License-Identifier: Apache-2.0
#pragma once

// RingCentral's words to ours: error codes, kinds of numbers, states of an account.

#include <string>
#include <string_view>

#include <porteur/http.hpp>
#include <porteur/words.hpp>

namespace ringcentral {

/// Ends the operation unless the answer is 2xx. The code decides, never the text.
/// @errors unauthorized: OAU-* and missing permissions; unsupported: a feature the account lacks;
///         throttled: CMN-30* and 310; unavailable: CMN-201 and 203; rejected: the other codes of
///         CARRIERS.md 1.9; else what the status means
/// @source CARRIERS.md 1.9
void require_ok(const porteur::Answer& answer);

/// Whether a kind of number may leave RingCentral.
enum class Leaving { may, ask, cannot };
struct Verdict {
    Leaving leaving = Leaving::may;
    std::string_view why;  ///< empty if it may
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// What is known of a number's kind. A word that nobody has told us of is one to ask RingCentral
/// about, never one to refuse for.
/// @param payment_type  paymentType of the number
/// @param usage_type    usageType of the number
/// @source CARRIERS.md 1.5 has the words; that a number which another company holds cannot leave
///         through RingCentral is an inference from what each word is said to mean
/// @threads any
Verdict verdict_on(std::string_view payment_type, std::string_view usage_type);

/// Why a number with this status is not in service; empty for Normal.
/// @source CARRIERS.md 1.5: every status but Normal means "external, not yet ported"
/// @threads any
std::string_view why_not_in_service(std::string_view status);

/// What an account that is not Confirmed, or whose plan is not paid, means for a port; empty if it
/// is active and in good standing.
/// @source CARRIERS.md 1.6, an inference: Confirmed, and Regular or Initial
/// @threads any
std::string why_not_active(std::string_view account_status, std::string_view status_reason);
std::string why_not_paid(std::string_view billing_plan_type);

/// All of these words, for the plugin's page and its tests. @threads any
porteur::CarrierWords carrier_words();

}  // namespace ringcentral
