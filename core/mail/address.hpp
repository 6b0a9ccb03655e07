// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

/// A person or desk as it stands in From and To.
struct Mailbox {
    std::string name = {};     ///< UTF-8, as shown to people; may be empty
    std::string address = {};  ///< local@domain in ASCII; an international domain in its xn-- form

    friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

/// Checks one address for use in a header and in an SMTP command.
///
/// Taken are dot-atoms of ASCII (with '+', for plus-addresses) at a host name. Quoted local parts,
/// comments, address literals and everything that could end a header or a command are refused.
///
/// @param field    what the address is for, as it shall stand in the message: "to[2]"
/// @errors         invalid_input: naming the field, with the address quoted
/// @threads        any
/// @source         RFC 5321, sections 4.1.2 and 4.5.3.1 (64, 255 and 254 characters)
Result<void> check_address(std::string_view address, std::string_view field);

/// Reads the mailboxes of a From, To or Cc header of a foreign mail, names decoded to UTF-8.
///
/// Comments, quotes, groups and folded lines are understood; what is no address is left out. At
/// most 1,000 mailboxes are read. Never fails. @threads any @source RFC 5322, section 3.4
std::vector<Mailbox> read_mailboxes(std::string_view field);

/// What follows the last '@', in lower case; empty without one. @threads any
std::string domain_of(std::string_view address);

}  // namespace porteur
