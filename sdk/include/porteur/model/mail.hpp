// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/json.hpp>
#include <porteur/model/common.hpp>

namespace porteur {

/// Input of `read_mail`: a mail that came in, as text.
struct MailText {
    std::string from;                        ///< the address alone
    std::string subject;
    std::string text;                        ///< plain text, UTF-8, quoted parts still in it
    std::string in_reply_to;                 ///< the Message-ID that it answers; empty if none
    std::vector<DocumentRef> attachments;
};
BOOST_DESCRIBE_STRUCT(MailText, (), (from, subject, text, in_reply_to, attachments))

/// Answer of `read_mail`: a proposal. The host, or a person, decides what becomes of it.
struct MailReading {
    std::string about;                       ///< our reference, where the mail names it; empty if not
    std::optional<OrderState> state;         ///< none: the mail does not say, a person reads it
    std::vector<PhoneNumber> numbers;        ///< ours that the mail names
    std::vector<PhoneNumber> alternates;     ///< numbers offered instead
    std::vector<Rejection> rejections;
    std::string note;                        ///< one line for the timeline
    /// The carrier's documents give this wording, so that no guess is in it. Where the sender is the
    /// carrier's, the host then takes it for the carrier's word; otherwise a person decides.
    bool certain = false;
};
BOOST_DESCRIBE_STRUCT(MailReading, (), (about, state, numbers, alternates, rejections, note, certain))

}  // namespace porteur
