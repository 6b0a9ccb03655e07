// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a mail that came in changes in an order, pure. A mail by itself only hurries the next look
// at the carrier. What a plugin reads in it counts as the carrier's word only where the plugin is
// certain and the sender is the carrier's, or where a person says so; an end of an order is never
// taken from a mail while the carrier's own records can be asked.

#include "domain/order_rules.hpp"

namespace porteur {

/// A mail that was found to be about an order.
struct MailNews {
    Id mail = 0;
    std::string source = "mail";  ///< "mail", or who assigned it
    std::string sender;
    std::string matched_by;        ///< "address_token", "message_id", "person"
    std::string reason;            ///< how it was matched, one sentence
    bool sender_expected = false;  ///< From is a domain of the order's carrier
    bool from_machine = false;     ///< an automatic answer
    bool plugin_reads = false;     ///< the account's plugin has read_mail
    bool can_check = false;  ///< the account's plugin can ask the carrier how the order stands
    std::optional<MailReading> reading;
    std::string unread;        ///< why the plugin could not read it; empty if it could
    Known known = {};          ///< about the configured accounts
    bool told_before = false;  ///< the order's timeline has it already
    bool word_taken = false;   ///< a person takes the reading for the carrier's word
};

struct MailOutcome {
    OrderChange change;
    bool waits_for_person = false;  ///< somebody has to read it
};

/// Folds a mail into its order: a line `mail.received`, what the plugin reads in it as `mail.read`,
/// and the next look at the carrier at once.
MailOutcome after_mail(const Order& order, const MailNews& news, Instant now, const Rhythm& rhythm);

/// A mail of ours that did not reach somebody.
struct BounceNews {
    Id mail = 0;
    std::string recipient;
    std::string diagnostic;  ///< the mail server's own words
    bool carried_order =
        false;  ///< it is the mail by which this attempt of the order left, to the carrier
};

/// Writes the line `mail.bounced`; an order that never reached its carrier becomes an exception,
/// which a person mends and sends out again.
OrderChange after_bounce(const Order& order, const BounceNews& news, Instant now);

}  // namespace porteur
