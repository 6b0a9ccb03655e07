// SPDX-License-Identifier: Apache-2.0
#pragma once

// Genesys' words to ours: error codes, states of a number.

#include <string>
#include <string_view>
#include <vector>

#include <porteur/http.hpp>
#include <porteur/model.hpp>
#include <porteur/words.hpp>

namespace genesys {

/// The canonical reason of an error code; Reason::other if the code has none. @threads any
/// @source CARRIERS.md 2.4
porteur::Reason reason_of(std::string_view code);

/// What to correct in the order for an error code: JSON pointers. @threads any
std::vector<std::string> fields_of(std::string_view code);

/// True for the two codes that a purchase by API gets where papers are wanted: the way is by mail
/// then.
bool wants_papers(std::string_view code);
/// True for the codes that ask for an address to be sent along.
bool wants_address(std::string_view code);

/// The error code of an answer's body; empty if there is none. @threads any
std::string code_in(const porteur::Answer& answer);
/// Genesys' own sentence in an answer's body, as it is; empty if there is none. @threads any
std::string message_in(const porteur::Answer& answer);

/// Ends the operation unless the answer is 2xx. The code decides, never the text.
/// @errors unauthorized, throttled, unavailable, rejected with the canonical reason; in_doubt after
/// a ONCE
void require_ok(const porteur::Answer& answer);

/// Where a number of the inventory stands.
/// @param status              phoneNumberStatus, UPPER_CASE as bodies have it; empty counts as
/// INITIATED
/// @param provisioning_state  provisioningStatus.state; empty if there is none
/// @param action              provisioningStatus.action
/// @errors internal for a word that is not documented: a person is asked
porteur::OrderState state_of(
    std::string_view status, std::string_view provisioning_state, std::string_view action
);

/// All of these words, for the plugin's page and its tests. @threads any
porteur::CarrierWords carrier_words();

}  // namespace genesys
