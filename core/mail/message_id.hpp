// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// What a Message-ID is made of: a repeat of the same try has the same parts and so the same id,
/// which Gmail, Exchange and Cyrus drop as a double; a new try of a new epoch has another.
struct MessageIdParts {
    std::string order = {};    ///< the order's id
    std::string step = {};     ///< the effect's step name
    std::uint32_t epoch = 0;   ///< counts deliberate new mails of the same step
    std::uint64_t random = 0;  ///< given, so that ids cannot be guessed; stored with the mail
    std::string domain = {};   ///< the sender's own, as it stands in its address
};

/// `<order.step.epoch.random@domain>`, the characters that an id may not have written as %XX.
///
/// @errors   invalid_input: an empty part, a domain that is no host name, or more than 250
/// characters
/// @threads  any
/// @source   RFC 5322, section 3.6.4
Result<std::string> make_message_id(const MessageIdParts& parts);

/// Checks a message id that is to be written: `<local@domain>` in ASCII without blanks.
/// @param field  as it stands in the message  @errors invalid_input  @threads any
Result<void> check_message_id(std::string_view id, std::string_view field);

/// What a mail's envelope is called (ENVID), so that a report of its delivery names the mail even where it brings nothing
/// of it back: the message id without its brackets. Empty where that is too long for an envelope.
/// @threads any  @source RFC 3461, section 4.4 (100 characters)
std::string envelope_id_of(std::string_view message_id);

/// The key that reply tokens are made with: 32 bytes, the same for the life of the orders.
using ReplyKey = std::array<unsigned char, 32>;

/// The token of an order for the plus-address of a desk: 16 characters of base32 in lower case, 80
/// bits of a keyed BLAKE2b hash of the order's id. Who has no key cannot make one for another
/// order.
/// @threads any
std::string reply_token(std::string_view order, const ReplyKey& key);

/// Whether the token is that of the order; its time does not depend on where they differ. Upper
/// case is taken as well, as some mail systems change it. @threads any
bool is_reply_token(std::string_view token, std::string_view order, const ReplyKey& key);

/// `desk@example.org` and a token give `desk+token@example.org`.
/// @errors invalid_input: the desk is no address, or the result is too long  @threads any
Result<std::string> reply_address(std::string_view desk, std::string_view token);

/// The token in an address that belongs to the desk; nothing for every other address. @threads any
std::optional<std::string> token_in_address(std::string_view address, std::string_view desk);

}  // namespace porteur
