// SPDX-License-Identifier: Apache-2.0
#pragma once

// ThinkTel's words to ours: ticket states, replies, refusals.

#include <optional>
#include <string>
#include <string_view>

#include <porteur/model.hpp>
#include <porteur/words.hpp>

namespace thinktel {

/// What a ticket's Status means.
struct StatusMeaning {
    porteur::OrderState state;
    bool ended;             ///< the ticket holds its numbers no longer: they may be submitted again
    std::string_view note;  ///< for the timeline; empty if the word says it all
};

/// Nothing for a word that ThinkTel's documents do not have. @threads any
/// @source CARRIERS.md 3.5: the 14 values of PortInStatus.Status, mixed case as they are
std::optional<StatusMeaning> meaning_of(std::string_view status);

/// TicketResponse.Reply, NumberResponse.Reply and the like. Only accepted means that it was done.
inline constexpr std::int64_t rejected_reply = 0, accepted_reply = 1, deferred_reply = 2;
/// For an answer without one.
inline constexpr std::int64_t unknown_reply = -1;

/// "Rejected" for 0 and so on; "reply 9" for what is not documented. @threads any
/// @source thinktel.json, TicketResponse.Reply
std::string name_of_reply(std::int64_t reply);

/// What the dashboard's Assessment means where PortInStatus knows nothing yet. It has no dates and
/// tells no end: nothing for "Closed" and for what is not documented. @threads any
/// @source thinktel.json, CustInfoRequests.Assessment
std::optional<StatusMeaning> meaning_of_assessment(std::string_view assessment);

/// One refused field of an LSR.
struct RejectedField {
    std::string field;    ///< FLD ABBR
    std::string code;     ///< RJCT CODE
    std::string remarks;  ///< what people wrote
};

/// The canonical reason and what to correct. The field's name decides; then the words of the
/// remarks; then the code.
/// @source field names: the LSR forms of the OBF Local Service Ordering Guidelines, which the
/// reject record's
///         own keys (FORM, FLD ABBR, RJCT CODE) come from; two-character codes: DOMAIN.md 1.5
/// @threads any
porteur::Rejection rejection_of(const RejectedField& rejected);

/// The canonical reason that a sentence of ThinkTel's is about; Reason::other if none is
/// recognised.
/// @threads any
porteur::Reason reason_in(std::string_view words);

/// JSON pointers into the order that a refusal for this reason asks to correct. @threads any
std::vector<std::string> fields_of(porteur::Reason reason);

/// All of these words, for the plugin's page and its tests. @threads any
porteur::CarrierWords carrier_words();

}  // namespace thinktel
