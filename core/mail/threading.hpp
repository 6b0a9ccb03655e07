// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message_id.hpp"
#include "mail/reading.hpp"

// Which order a received mail belongs to. The rule is to be wrong never rather than seldom: only a
// token that we made and a message id that we gave out match by themselves, and only where
// everything of that strength says the same; all else is a proposal to a person. A mail that fits
// nothing waits for one.

namespace porteur {

/// What told the order, strongest first.
enum class MatchedBy {
    address_token,      ///< the plus-address that we gave out for this order
    message_id,         ///< In-Reply-To, References, or the mail that a bounce brings back
    subject_reference,  ///< our reference stands in the subject: a proposal only
    carrier_domain,     ///< the sender's domain is a carrier's with open orders: a proposal only
    nothing,
};

/// The name of a rule as it stands in the order's history: "address_token". @threads any
std::string_view name_of(MatchedBy by) noexcept;

/// What the caller knows. Each function may be empty, and is called from match_reply()'s thread.
struct ReplyLookups {
    std::string desk = {};  ///< the address that plus-addresses are made from
    ReplyKey key = {};      ///< what their tokens were made with
    /// The order that this token was stored for; the token is checked against it afterwards.
    std::function<std::optional<std::string>(std::string_view token)> order_by_token = {};
    /// The order that a mail of ours with this Message-ID belongs to.
    std::function<std::optional<std::string>(std::string_view message_id)> order_by_message_id = {};
    /// The order with this reference; asked for each word of the subject that could be one.
    std::function<std::optional<std::string>(std::string_view word)> order_by_reference = {};
    /// The open orders of the carrier that mails from this domain.
    std::function<std::vector<std::string>(std::string_view domain)> orders_of_domain = {};
    /// Whether this order's carrier mails from this domain.
    std::function<bool(std::string_view order, std::string_view domain)> sender_expected = {};
};

/// Where a received mail belongs.
struct ReplyMatch {
    MatchedBy by = MatchedBy::nothing;
    std::string order = {};  ///< set where the match is automatic; else a person chooses
    std::vector<std::string> proposals = {};  ///< where it is not: the orders it may belong to
    /// Whether From is a domain of that order's carrier. From can be forged: the mail's own server
    /// says in Authentication-Results whether it was.
    bool sender_expected = false;
    bool from_machine =
        false;  ///< never answered by a program, so that two do not write to each other
    std::string reason = {};  ///< one sentence for the person or the order's history

    bool automatic() const { return !order.empty(); }
    bool waits_for_person() const { return order.empty(); }
};

/// Finds the order that a received mail belongs to. Where signs of one strength name two orders, or
/// a token and a message id disagree, nothing is automatic and both are proposed.
/// @threads any, as far as the lookups allow
ReplyMatch match_reply(const ReceivedMail& mail, const ReplyLookups& lookups);

}  // namespace porteur
