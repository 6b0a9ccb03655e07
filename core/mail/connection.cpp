// SPDX-License-Identifier: Apache-2.0
#include "mail/connection.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/InvalidCertificateHandler.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/VerificationErrorArgs.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

using namespace std::chrono;
namespace net = Poco::Net;

constexpr milliseconds stop_check_interval{200};
constexpr std::size_t line_bytes_max = 4096;

/// A peer that is gone is an error to return, not a signal; OpenSSL writes without MSG_NOSIGNAL.
class SigpipeBlocked {
public:
    SigpipeBlocked() {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe, &before_);
    }
    ~SigpipeBlocked() {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        const timespec now{};
        if (!was_pending_) {
            while (sigtimedwait(&pipe, nullptr, &now) == SIGPIPE) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

private:
    sigset_t before_{};
    bool was_pending_ = false;
};

Poco::Timespan timespan(milliseconds duration) {
    return Poco::Timespan(std::max<Poco::Int64>(duration_cast<microseconds>(duration).count(), 1000)
    );
}

milliseconds left_until(MailConnection::Deadline deadline) {
    return std::max(0ms, ceil<milliseconds>(deadline - steady_clock::now()));
}

/// Takes no certificate that OpenSSL did not take, and remembers why.
class CertificateRefusal : public net::InvalidCertificateHandler {
public:
    explicit CertificateRefusal(std::string& reason)
        : net::InvalidCertificateHandler(false), reason_(reason) {}
    void onInvalidCertificate(const void*, net::VerificationErrorArgs& error) override {
        reason_ = error.errorMessage();
        error.setIgnoreError(false);
    }

private:
    std::string& reason_;
};

}  // namespace

std::string_view name_of(MailSecurity security) noexcept {
    switch (security) {
        case MailSecurity::starttls:
            return "starttls";
        case MailSecurity::tls:
            return "tls";
        case MailSecurity::plaintext_loopback:
            return "plaintext_loopback";
    }
    return "starttls";
}

struct MailConnection::Socket {
    MailServerAddress server;
    std::stop_token stop;
    net::StreamSocket plain = {};
    std::optional<net::SecureStreamSocket> secure = {};
    std::string received = {};  // read but not yet handed out

    net::StreamSocket& stream() {
        return secure ? static_cast<net::StreamSocket&>(*secure) : plain;
    }

    std::string where() const { return fmt::format("{}:{}", server.host, server.port); }

    std::unexpected<Error> failed(std::string_view what) const {
        return failure(ErrorKind::unavailable, fmt::format("{}: {}", where(), what));
    }
};

MailConnection::MailConnection(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
MailConnection::MailConnection(MailConnection&&) noexcept = default;
MailConnection& MailConnection::operator=(MailConnection&&) noexcept = default;

MailConnection::~MailConnection() {
    if (!socket_) return;
    const SigpipeBlocked no_signal;
    try {
        // Not shutdown() of TLS, which could wait for the peer. And not close(): the TLS socket's destructor writes its
        // close notice to the number of the socket, which by then may be another thread's, a file or a connection of
        // its own. The socket stays ours, with both ways shut, until that is over.
        socket_->plain.shutdown();
    } catch (const Poco::Exception&) {
        // It was lost before: nothing is left to be done about it.
    }
    try {
        socket_.reset();
    } catch (const Poco::Exception&) {
    }
}

Result<MailConnection> MailConnection::open(const MailServerAddress& server, std::stop_token stop) {
    auto socket = std::make_unique<Socket>(Socket{.server = server, .stop = std::move(stop)});
    const SigpipeBlocked no_signal;
    std::vector<net::IPAddress> addresses;
    try {
        net::IPAddress literal;
        if (net::IPAddress::tryParse(server.host, literal)) {
            addresses.push_back(literal);
        } else {
            addresses = net::DNS::hostByName(server.host).addresses();
        }
    } catch (const Poco::Exception& exception) {
        return socket->failed(phrase("the host was not found: {1}", exception.displayText()));
    }
    if (server.security == MailSecurity::plaintext_loopback) {
        std::erase_if(addresses, [](const net::IPAddress& address) {
            return !address.isLoopback();
        });
        if (addresses.empty()) {
            return failure(
                ErrorKind::invalid_input,
                socket->where() + ": " +
                    phrase("plaintext_loopback is only for an address of this machine; use "
                           "starttls or tls")
            );
        }
    }
    std::string last = phrase("the host has no address");
    for (const net::IPAddress& address : addresses) {
        if (socket->stop.stop_requested())
            return socket->failed(phrase("called off before it was connected"));
        try {
            socket->plain = net::StreamSocket();
            socket->plain.connect(
                net::SocketAddress(address, server.port), timespan(server.connect_timeout)
            );
            socket->plain.setNoDelay(true);
            // Nobody keeps sending what is not taken: by then proof may have been looked for, and the mail be sent again.
            constexpr int unacknowledged_max_ms = 10'000;
            socket->plain.setOption(IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_max_ms);
            MailConnection connection(std::move(socket));
            if (server.security == MailSecurity::tls) {
                if (auto secured = connection.start_tls(); !secured) {
                    return std::unexpected(secured.error());
                }
            }
            return connection;
        } catch (const Poco::Exception& exception) {
            last = phrase("not reached: {1}", exception.displayText());
        }
    }
    return socket->failed(last);
}

Result<void> MailConnection::start_tls() {
    Socket& socket = *socket_;
    const SigpipeBlocked no_signal;
    if (!socket.received.empty()) {
        return socket.failed(
            phrase("sent bytes in plain text where TLS begins, which would let others speak for "
                   "it; not used")
        );
    }
    const std::string& ca_file = socket.server.ca_file;
    std::error_code ignored;
    if (!ca_file.empty() && !std::filesystem::is_regular_file(ca_file, ignored)) {
        return failure(
            ErrorKind::invalid_input,
            phrase("{1} is not a file; name a PEM file of authorities", porteur::quoted(ca_file))
        );
    }
    std::string refusal;
    try {
        net::Context::Params params;
        params.caLocation = ca_file;
        params.loadDefaultCAs = ca_file.empty();
        params.verificationMode = net::Context::VERIFY_STRICT;
        params.cipherList = "HIGH:!aNULL:!MD5:!3DES";
        net::Context::Ptr context = new net::Context(net::Context::TLS_CLIENT_USE, params);
        context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
        context->enableExtendedCertificateVerification(true);
        context->setInvalidCertificateHandler(new CertificateRefusal(refusal));
        socket.plain.setReceiveTimeout(timespan(socket.server.connect_timeout));
        socket.plain.setSendTimeout(timespan(socket.server.connect_timeout));
        socket.secure = net::SecureStreamSocket::attach(socket.plain, socket.server.host, context);
        // With the handler gone after the handshake, so is the reference to `refusal`.
        context->setInvalidCertificateHandler({});
    } catch (const Poco::Exception& exception) {
        socket.secure.reset();
        return socket.failed(phrase(
            "TLS failed: {1}; nothing was sent",
            exception.displayText() + (refusal.empty() ? "" : ": ") + refusal
        ));
    }
    return {};
}

Result<std::string> MailConnection::read_line(Deadline deadline) {
    Socket& socket = *socket_;
    const SigpipeBlocked no_signal;
    std::size_t searched = 0;
    for (;;) {
        if (const auto end = socket.received.find('\n', searched); end != std::string::npos) {
            std::string line = socket.received.substr(0, end);
            socket.received.erase(0, end + 1);
            if (line.ends_with('\r')) line.pop_back();
            return line;
        }
        searched = socket.received.size();
        if (searched > line_bytes_max) return socket.failed(phrase("sent a line longer than 4096 bytes"));
        if (socket.stop.stop_requested())
            return socket.failed(phrase("called off while waiting for an answer"));
        const auto left = left_until(deadline);
        if (left == 0ms) return socket.failed(phrase("did not answer in time"));
        const auto slice = std::min(left, stop_check_interval);
        try {
            if (!socket.stream().poll(timespan(slice), net::Socket::SELECT_READ)) continue;
            // Over TLS, part of a record may be all there is: then this times out and is tried
            // again.
            socket.stream().setReceiveTimeout(timespan(slice));
            char buffer[4096];
            const int count = socket.stream().receiveBytes(buffer, sizeof buffer);
            if (count == 0) return socket.failed(phrase("closed the connection"));
            if (count > 0) socket.received.append(buffer, static_cast<std::size_t>(count));
        } catch (const Poco::TimeoutException&) {
            continue;
        } catch (const Poco::Exception& exception) {
            return socket.failed(phrase("the connection was lost: {1}", exception.displayText()));
        }
    }
}

void MailConnection::take_back_at_close(bool is_wanted) {
    try {
        socket_->plain.setLinger(is_wanted, 0);
    } catch (const Poco::Exception&) {
        // It is lost, and with it what had not arrived.
    }
}

Result<void> MailConnection::write(std::string_view bytes, Deadline deadline) {
    Socket& socket = *socket_;
    const SigpipeBlocked no_signal;
    constexpr std::size_t block_bytes = 65536;
    while (!bytes.empty()) {
        const auto left = left_until(deadline);
        if (left == 0ms) return socket.failed(phrase("did not take the bytes in time"));
        try {
            socket.stream().setSendTimeout(timespan(left));
            const auto block = bytes.substr(0, block_bytes);
            const int count =
                socket.stream().sendBytes(block.data(), static_cast<int>(block.size()));
            if (count < 0) return socket.failed(phrase("the connection was lost while writing"));
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } catch (const Poco::TimeoutException&) {
            return socket.failed(phrase("did not take the bytes in time"));
        } catch (const Poco::Exception& exception) {
            return socket.failed(phrase("the connection was lost: {1}", exception.displayText()));
        }
    }
    return {};
}

}  // namespace porteur
