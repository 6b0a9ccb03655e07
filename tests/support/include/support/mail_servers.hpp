// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::testing {

/// Looks again and again until `reached` says true; false after `timeout`. For what another process
/// does.
bool wait_until(const std::function<bool()>& reached, std::chrono::milliseconds timeout);

/// A folder below the system's temporary one, gone with the object. Others may enter it, as servers
/// that change their user must.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A real MTA (Postfix) and a real POP3 server (Dovecot) on loopback ports of their own, started
/// and stopped by tools/mail-servers, which tells what the mailboxes are: desk, archive, carrier,
/// other.
class MailServers {
public:
    /// Starts both; takes some two seconds.
    /// @errors unsupported: the test is to be left out, with the reason (neither root nor sudo);
    ///         internal: they did not start, with the end of their logs
    static Result<std::unique_ptr<MailServers>> start();
    ~MailServers();
    MailServers(const MailServers&) = delete;
    MailServers& operator=(const MailServers&) = delete;

    std::uint16_t smtp = 0;   ///< plain greeting, STARTTLS offered, AUTH PLAIN and LOGIN
    std::uint16_t smtps = 0;  ///< TLS from the first byte
    std::uint16_t pop3 = 0;   ///< plain greeting, STLS offered
    std::uint16_t pop3s = 0;
    std::string host = "localhost";  ///< what the certificate is for
    std::string ca_file = {};
    std::string maildir = {};
    std::string password = {};  ///< of each mailbox; the user is the mailbox's name
    std::string log = {};       ///< Postfix's

    /// The mails of a mailbox as they lie there.
    std::vector<std::string> mails_in(std::string_view mailbox) const;

    /// Waits up to 20 s for at least this many mails.
    bool wait_for(std::string_view mailbox, std::size_t count) const;

    /// Takes all mails out of all mailboxes.
    void clear();

private:
    MailServers() = default;
    TemporaryFolder folder_ = {};
};

/// Postfix's own smtp-sink, which fails at will: `SmtpSink::start({"-q", "."})` takes the mail and
/// drops the connection. Needs no root.
class SmtpSink {
public:
    /// @param keeps  false: what it took is thrown away
    static Result<std::unique_ptr<SmtpSink>> start(
        const std::vector<std::string>& options, bool keeps = true
    );
    ~SmtpSink();
    SmtpSink(const SmtpSink&) = delete;
    SmtpSink& operator=(const SmtpSink&) = delete;

    std::uint16_t port = 0;

    /// What it took, envelope as X-Mail-Args and X-Rcpt-Args lines at the top, line ends LF.
    std::vector<std::string> mails() const;

private:
    SmtpSink() = default;
    TemporaryFolder folder_ = {};
    pid_t process_ = -1;
};

/// A server of a few lines for what no real one does: accepts connections on a loopback port one
/// after another and hands each to the script, whose end closes it. Records every byte that came.
class ScriptedServer {
public:
    /// One connection, seen from the server.
    class Peer {
    public:
        Peer(int socket, std::string& received) : socket_(socket), received_(received) {}
        void say(std::string_view bytes) const;
        /// The next line with its end, or "" when the client has gone.
        std::string hear() const;
        /// All up to the end of the connection.
        std::string hear_all() const;

    private:
        int socket_;
        std::string& received_;
    };

    explicit ScriptedServer(std::function<void(const Peer&)> script);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port = 0;

    /// Every byte received; ends the server first.
    const std::string& received();

private:
    void stop();
    std::function<void(const Peer&)> script_;
    int listener_ = -1;
    std::string received_ = {};
    std::jthread thread_ = {};
};

}  // namespace porteur::testing
