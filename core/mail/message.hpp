// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <porteur/result.hpp>

#include "mail/address.hpp"

namespace porteur {

/// A document that travels with a mail.
struct MailFile {
    std::string name = {};          ///< UTF-8, at most 255 bytes; what the recipient sees
    std::string content_type = {};  ///< "application/pdf"; no parameters
    std::string bytes = {};
};

/// One mail as its sender thinks of it; render_mail() makes the bytes.
struct OutgoingMail {
    std::string message_id = {};  ///< with its angle brackets, from make_message_id()
    std::chrono::sys_seconds date = {};
    Mailbox from = {};
    std::vector<Mailbox> to = {};
    std::string reply_to = {};                 ///< an address (with the plus token), or empty
    std::string in_reply_to = {};              ///< a message id, or empty
    std::vector<std::string> references = {};  ///< message ids, oldest first
    std::string subject = {};                  ///< UTF-8, at most 998 bytes
    std::string text = {};                     ///< UTF-8; line ends of any kind
    std::string html = {};                     ///< the same as HTML, UTF-8; empty: no such part
    std::vector<MailFile> files = {};
};

/// How much of a mail is accepted; a per-carrier setting.
struct MailLimits {
    /// All files together, before base64 makes them 1.37 times as large (RELIABILITY.md 3.2, point
    /// 8).
    std::size_t files_bytes_max = 10'000'000;
    std::size_t recipient_count_max = 100;
};

/// The complete mail as it is frozen in the outbox: RFC 5322 with MIME, pure ASCII, CRLF line ends,
/// no line above 78 characters but for an address that needs it.
///
/// The same mail gives the same bytes, always: nothing is taken from a clock or a random source,
/// and boundaries come from the message id. Every field is checked before anything is written, so
/// that no value can add a header, a part or a recipient.
///
/// @errors   invalid_input: naming the field ("subject", "to[1].name", "files[0].name"): a control
///           character (CR, LF, NUL, TAB, U+2028, U+2029, ...), text that is not UTF-8, no address,
///           too long, or files above the limit (checked first, before anything is encoded)
/// @threads  any; no state, no I/O
/// @source   RFC 5322, 2045 to 2047, 2183, 2231
Result<std::string> render_mail(const OutgoingMail& mail, const MailLimits& limits = {});

}  // namespace porteur
