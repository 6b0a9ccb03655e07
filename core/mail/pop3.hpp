// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "mail/connection.hpp"

namespace porteur {

/// A POP3 mailbox and how it is read.
struct Pop3Settings {
    MailServerAddress server = {};
    std::string user = {};
    std::string password = {};
    std::chrono::milliseconds command_timeout{60'000};
    std::chrono::milliseconds transfer_timeout{300'000};  ///< one whole mail
    std::size_t mail_bytes_max = 25'000'000;  ///< larger ones are left where they are and reported
    std::size_t mail_count_max = 200;         ///< in one call; the rest comes with the next
    bool delete_taken = false;  ///< ask the server to delete what was taken, when all is done
    bool headers_only =
        false;  ///< read headers (TOP n 0): enough to find a Message-ID in the archive
    bool newest_first = false;  ///< the other way round; what is left then are the oldest
};

/// A mail as the server gave it.
struct FetchedMail {
    std::string uid = {};    ///< the server's own, unique in this mailbox for good
    std::string bytes = {};  ///< CRLF line ends, dots undone
};

/// What one visit did.
struct Pop3Summary {
    std::size_t taken = 0;
    std::size_t seen_before = 0;
    std::vector<std::string> too_large = {};  ///< uids, for a person to look at
    bool more = false;                        ///< mail_count_max was reached
};

/// Whether the caller has this uid already.
using SeenBefore = std::function<bool(std::string_view uid)>;

/// Takes one mail over; success means that it is stored for good. A failure ends the visit.
using TakeMail = std::function<Result<void>(FetchedMail)>;

/// Fetches the mails that the caller has not seen, oldest first unless told otherwise, one at a time (so memory holds
/// one).
///
/// A mail is deleted only after `take` succeeded, and only by the QUIT at the end: when the visit
/// ends early nothing is deleted, and what was taken comes again as seen before. So none is lost.
///
/// @errors   unavailable: not reached, lost, late, TLS; unauthorized: login refused; unsupported:
/// the
///           server has no UIDL; invalid_input: settings; what `take` failed with. What was taken
///           before the failure stays taken.
/// @threads  any, one visit of a mailbox at a time (POP3 locks it); blocks. Never throws, but for
/// what
///           the callbacks throw
/// @source   RFC 1939; 2595 (STLS)
Result<Pop3Summary> fetch_new_mail(
    const Pop3Settings& settings, const SeenBefore& seen_before, const TakeMail& take,
    std::stop_token stop = {}
);

}  // namespace porteur
