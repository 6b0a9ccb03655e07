// SPDX-License-Identifier: Apache-2.0
// How a link to a mail server ends: a program of its own, as it stands before the C library's
// close().
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>

#include "../carriers/certificates.hpp"
#include "mail/connection.hpp"

namespace {

std::atomic<bool> is_taken_at_once = false;
std::atomic<int> others_end =
    -1;  ///< of what took the number; what is written to the number comes out here

}  // namespace

/// As in a daemon whose other threads open files and sockets: the first number that is given back
/// is somebody else's at once.
extern "C" int close(int number) {
    const auto done = static_cast<int>(::syscall(SYS_close, number));
    if (!is_taken_at_once.exchange(false)) return done;
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return done;
    // Another thread may have given back a lower number just now: then the second end has this one.
    if (ends[1] == number) std::swap(ends[0], ends[1]);
    if (ends[0] != number) {
        ::dup2(ends[0], number);
        ::syscall(SYS_close, ends[0]);
    }
    others_end = ends[1];
    return done;
}

namespace porteur {
namespace {

/// Speaks TLS to one caller, and reads until that one is gone.
class TlsServer {
public:
    explicit TlsServer(const test::Authority& authority)
        : context_(authority.server_for("IP:127.0.0.1")) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&here), sizeof here);
        ::listen(listener_, 1);
        socklen_t size = sizeof here;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
        port_ = ntohs(here.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~TlsServer() {
        thread_.join();
        ::syscall(SYS_close, listener_);
    }
    std::uint16_t port() const { return port_; }

private:
    void serve() {
        const int caller = ::accept(listener_, nullptr, nullptr);
        SSL* ssl = SSL_new(context_.native_handle());
        SSL_set_fd(ssl, caller);
        char dropped[256];
        if (SSL_accept(ssl) == 1)
            while (SSL_read(ssl, dropped, sizeof dropped) > 0) {
            }
        SSL_free(ssl);
        ::syscall(SYS_close, caller);
    }

    boost::asio::ssl::context context_;
    int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST(LinksToMailServers, WriteNothingToWhoeverHasTheirNumberAfterThem) {
    const test::Authority authority("mail");
    TlsServer server(authority);
    {
        auto link = MailConnection::open(
            {.host = "127.0.0.1",
             .port = server.port(),
             .security = MailSecurity::tls,
             .ca_file = authority.file()},
            {}
        );
        ASSERT_TRUE(link) << link.error().message;
        is_taken_at_once = true;
    }
    ASSERT_GE(others_end, 0) << "the link has not given its number back";
    char written[64];
    const auto count = ::recv(others_end, written, sizeof written, MSG_DONTWAIT);
    EXPECT_EQ(count, -1) << "the close notice of TLS went to somebody else's file";
    EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace porteur
