// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "domain/mail_security.hpp"

namespace porteur {


/// The name as it stands in the settings: "starttls", "tls", "plaintext_loopback". @threads any
std::string_view name_of(MailSecurity security) noexcept;

/// A mail server and how it is reached.
struct MailServerAddress {
    std::string host = {};  ///< a name or an address; the certificate must be for it
    std::uint16_t port = 0;
    MailSecurity security = MailSecurity::starttls;
    std::string ca_file = {};  ///< PEM; empty: the system's authorities
    std::chrono::milliseconds connect_timeout{30'000
    };  ///< for each address of the host, TLS included
};

/// A line-wise dialogue with a mail server over TCP or TLS: what SMTP and POP3 share. Used instead
/// of Poco's own session classes, which read replies of any length for any time, and know no TLS
/// for POP3; sockets and TLS are Poco's.
///
/// Every wait has a deadline and ends within 0.2 s when stop is requested (but for the name
/// service, whose own time-out holds). @threads one at a time; blocks
class MailConnection {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// Connects, and for MailSecurity::tls makes TLS at once.
    /// @errors unavailable: not reached, not in time, or its certificate is not for it;
    /// invalid_input:
    ///         plaintext_loopback to another machine, or a CA file that cannot be read
    static Result<MailConnection> open(const MailServerAddress& server, std::stop_token stop);

    MailConnection(MailConnection&&) noexcept;
    MailConnection& operator=(MailConnection&&) noexcept;
    /// Closes without a word.
    ~MailConnection();

    /// Goes over to TLS. What the server said in plain text before, unread, is an attack and
    /// refused.
    /// @errors as open()
    Result<void> start_tls();

    /// The next line without its end (CRLF or LF).
    /// @errors unavailable: closed, late, stopped, or a line longer than 4,096 bytes
    Result<std::string> read_line(Deadline deadline);

    /// Whether what has not arrived is taken back when the connection closes, by us or by the end of this process. Else the
    /// kernel goes on sending it, for minutes.
    void take_back_at_close(bool is_wanted);

    /// Writes all bytes. @errors unavailable: closed or late; some bytes may have left
    Result<void> write(std::string_view bytes, Deadline deadline);

private:
    struct Socket;
    explicit MailConnection(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
};

}  // namespace porteur
