// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "mail/address.hpp"
#include "mail/delivery_status.hpp"
#include "mail/message.hpp"
#include "mail/mime_part.hpp"

namespace porteur {

/// A mail that came in, as far as an order needs it. Everything in it is what a stranger wrote:
/// From can be forged, a file's name is no path, a text is no instruction.
struct ReceivedMail {
    std::string message_id = {};  ///< with angle brackets; "" without one
    std::vector<std::string> in_reply_to = {};
    std::vector<std::string> references = {};  ///< oldest first
    Mailbox from = {};
    std::vector<Mailbox> to = {};  ///< To and Cc, and where servers say it was delivered
    std::string subject = {};
    std::string text = {};  ///< UTF-8, LF line ends; HTML only where there is no plain text
    std::vector<MailFile> files = {};
    bool null_return_path = false;    ///< "Return-Path: <>": a machine that wants no answer
    std::string auto_submitted = {};  ///< "auto-replied", ...; "" where a person wrote it
    std::string precedence = {};      ///< "bulk", "list", "junk", "auto_reply"
    bool bounce = false;              ///< tells that a mail did not arrive, or is late
    std::optional<DeliveryStatus> delivery_status = {};
    std::vector<std::string> authentication_results = {};  ///< the top one is our own server's
    std::vector<std::string> defects = {};                 ///< what was malformed or left out

    /// Whether a program wrote it; such a mail is never answered by a program (RFC 3834).
    bool from_machine() const;
};

/// Bounds for one received mail.
struct ReadingLimits {
    std::size_t mail_bytes_max = 25'000'000;
    std::size_t text_bytes_max = 1'000'000;  ///< the rest of the text is left out, as a defect
    MimeLimits mime = {};
};

/// Reads a received mail: headers decoded to UTF-8 (RFC 2047), the text, the attachments with their
/// names (RFC 2231, RFC 2047), bounces and delivery status reports. Tolerant: what is malformed is
/// kept as well as it can be, and named in `defects`.
///
/// @errors   invalid_input: larger than the limit, or nothing that looks like a header at its start
/// @threads  any; no state, no I/O. Never throws, whatever the bytes (but bad_alloc)
/// @source   RFC 5322, 2045 to 2047, 2231, 3464, 3834
Result<ReceivedMail> read_mail(std::string_view bytes, const ReadingLimits& limits = {});

/// HTML as readable text: tags, scripts and styles taken out, the commonest entities decoded, a
/// line for each block. For showing to a person, nothing else. @threads any
std::string html_to_text(std::string_view html);

}  // namespace porteur
