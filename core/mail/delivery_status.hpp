// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace porteur {

/// What a mail server says became of a mail for one recipient.
struct RecipientStatus {
    std::string final_recipient = {};  ///< the address, without "rfc822;"
    std::string original_recipient = {};
    std::string action = {};      ///< "failed", "delayed", "delivered", "relayed", "expanded"
    std::string status = {};      ///< "5.1.1"
    std::string diagnostic = {};  ///< the remote server's own words
};

/// A delivery status notification.
struct DeliveryStatus {
    std::string original_envelope_id = {};  ///< our ENVID, out of its xtext form
    std::string reporting_server = {};
    std::string original_message_id = {
    };  ///< of the mail it is about, from the copy it brings back
    std::vector<RecipientStatus> recipients = {};

    /// Whether at least one recipient will not get the mail. A delay is no failure.
    bool failed() const;
    /// The Message-ID of the mail that it is about: of the copy that it brings back, or, where a server brings none
    /// back, by our ENVID (envelope_id_of). Empty if neither is there.
    std::string message_id() const;
};

/// Reads the body of a message/delivery-status part. Never fails; what is not said stays empty, and
/// what is not known is never taken for "delivered". @threads any @source RFC 3464, section 2
DeliveryStatus read_delivery_status(std::string_view body);

}  // namespace porteur
