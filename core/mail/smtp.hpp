// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "mail/connection.hpp"

// SMTP cannot be exactly-once (RFC 1047): when the link breaks between the last byte of a mail and
// the server's 250, both sides may own it. So the sending is cut into phases, told to the caller
// one by one and before going on; what the caller has journaled then says, after any crash, whether
// the mail may have left. Up to `data_sent` it certainly has not.

namespace porteur {

/// How far the sending came.
enum class SmtpPhase {
    connecting,  ///< nothing but a connection is attempted
    envelope,    ///< greeted, secured, logged in; sender and recipients are next
    data_sent,   ///< the server said 354; the first byte of the mail is next: from here on in doubt
    accepted,    ///< the server said 250: the mail is in its queue
};

/// The name of a phase as it stands in the journal: "data_sent". @threads any
std::string_view name_of(SmtpPhase phase) noexcept;

/// Told at each phase before anything of it happens; a failure stops the sending there, before the
/// mail's first byte; at `accepted` there is nothing left to stop. `detail` is the server's last
/// reply, or empty. Runs in the caller's thread.
using PhaseObserver = std::function<Result<void>(SmtpPhase, std::string_view detail)>;

/// An SMTP server, who we are to it, and how long we wait. Waits are those of RFC 5321, 4.5.3.2.
struct SmtpSettings {
    MailServerAddress server = {};
    std::string user = {};  ///< empty: no AUTH
    std::string password = {};
    std::string client_name = "localhost";               ///< what EHLO says
    std::chrono::milliseconds command_timeout{300'000};  ///< greeting, EHLO, AUTH, MAIL, RCPT
    std::chrono::milliseconds data_timeout{180'000};     ///< the 354, and each 64 kB of the mail
    std::chrono::milliseconds final_timeout{600'000};    ///< the 250 after the mail
};

/// Who gets the mail, which is not what its headers say.
struct Envelope {
    std::string from = {};  ///< where bounces go; empty for none ("<>")
    std::vector<std::string> to = {};
    std::string archive_copy = {};  ///< a mailbox of our own that proves acceptance; or empty
    std::string envid = {};         ///< comes back in delivery status reports; or empty
};

/// What became of one sending.
struct SmtpReport {
    std::optional<SmtpPhase> reached = {};  ///< the last phase that was told and not stopped
    std::string reply = {};                 ///< the server's last reply, its lines joined by '\n'
    std::optional<Error> error = {};        ///< none: the server has the mail

    bool accepted() const { return !error; }
};

/// A connection to a server, kept open for the next mail: greeting, TLS and login are most of what a short mail
/// costs. Kept for at most 20 idle seconds and 100 mails, which every usual server allows; one that has closed
/// meanwhile is replaced without anybody noticing, as nothing of a mail has left by then.
/// @threads  one at a time
class SmtpLink {
public:
    SmtpLink();
    SmtpLink(SmtpLink&&) noexcept;
    SmtpLink& operator=(SmtpLink&&) noexcept;
    /// Says good-bye.
    ~SmtpLink();

    bool is_open() const noexcept;

    struct State;
    State& state() { return *state_; }

private:
    std::unique_ptr<State> state_;
};

/// Sends one mail and waits until the server has it. All recipients get it or none: where one is
/// refused (the archive copy too), nothing is sent.
///
/// Kinds of `error`:
/// - unavailable: the mail certainly did not leave, and may be sent again: not reached, no
/// STARTTLS, a
///   wrong certificate, 4xx, 5xx before the envelope, lost before data_sent, stopped by the
///   observer or by `stop`
/// - rejected: the server said 5xx to envelope or mail, or the mail is larger than its SIZE
/// - unauthorized: AUTH failed or is demanded
/// - invalid_input: a setting, an address or the mail's bytes; nothing was sent
/// - in_doubt: lost, late or stopped after data_sent and before the server's answer
///
/// Where the server has the mail and the observer could not record that, there is no error, and `reached` is data_sent.
///
/// On the wire every line ends in CRLF, whatever `mime` has (bare CR and LF become CRLF, as a
/// server that takes one for a line end could be made to see two mails), and leading dots are
/// doubled.
///
/// @param mime   the mail's bytes from render_mail(); lines of at most 998 bytes; 8-bit ones only
/// where
///               the server takes them
/// @param stop   ends every wait; see MailConnection. Over a kept link the one that it was opened with
/// @param link   used if it is open to this server as this user, and left open when the mail was accepted
/// @threads      any, one mail each; blocks. Never throws, but for what the observer throws
/// @source       RFC 5321; 3207 (STARTTLS), 4954 (AUTH), 1870 (SIZE), 3461 (DSN), 1047
SmtpReport send_mail(
    const SmtpSettings& settings, const Envelope& envelope, std::string_view mime,
    const PhaseObserver& observer, std::stop_token stop = {}
);
SmtpReport send_mail(
    const SmtpSettings& settings, const Envelope& envelope, std::string_view mime,
    const PhaseObserver& observer, std::stop_token stop, SmtpLink& link
);

/// Connects, and tries user and password, as for a mail; sends none.
/// @errors  unauthorized: AUTH failed; unavailable, invalid_input: as send_mail @threads any; blocks
Result<void> try_log_in(const SmtpSettings& settings, std::stop_token stop = {});

}  // namespace porteur
