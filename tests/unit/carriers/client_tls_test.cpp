// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include "carriers/client.hpp"
#include "certificates.hpp"
#include "exchange_matchers.hpp"
#include "loopback.hpp"

namespace porteur::test {
namespace {

using namespace std::chrono_literals;
using ::testing::_;
using ::testing::AllOf;
using ::testing::HasSubstr;

ClientSettings settings_for(
    const Loopback& carrier, const std::string& ca_file, std::string_view host
) {
    ClientSettings settings;
    settings.base_url = carrier.url(host);
    settings.ca_file = ca_file;
    return settings;
}

/// Counts requests that got through the handshake: none may when a certificate is refused.
struct Counted {
    int requests = 0;
    Loopback::Script script() {
        return [this](Peer& peer, int) -> asio::awaitable<void> {
            while (co_await peer.read()) {
                ++requests;
                co_await peer.answer(200, "{}");
            }
        };
    }
};

TEST(CarrierClientTls, TalksToAHostThatItsOwnAuthorityVouchesFor) {
    const Authority authority("test CA");
    for (const auto& [subject, host] :
         {std::pair{"DNS:localhost", "localhost"}, {"IP:127.0.0.1", "127.0.0.1"}}) {
        auto server = authority.server_for(subject);
        Counted counted;
        Loopback carrier(counted.script(), &server);
        auto client = client_of(carrier, settings_for(carrier, authority.file(), host));
        for (int at = 0; at < 5; ++at) {
            EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), Answers(200, "{}")) << subject;
        }
        EXPECT_EQ(carrier.connections, 1);
        EXPECT_EQ(counted.requests, 5);
    }
}

TEST(CarrierClientTls, RefusesACertificateForAnotherHost) {
    const Authority authority("test CA");
    for (const auto& [subject, host] :
         {std::pair{"DNS:other.example", "localhost"},
          {"DNS:localhost", "127.0.0.1"},
          {"IP:127.0.0.2", "127.0.0.1"},
          {"DNS:*.localhost", "localhost"}}) {
        auto server = authority.server_for(subject);
        Counted counted;
        Loopback carrier(counted.script(), &server);
        auto client = client_of(carrier, settings_for(carrier, authority.file(), host));
        EXPECT_THAT(
            carrier.run(client.send(post("/", "{}"))),
            NeverLeft(
                ErrorKind::unavailable, AllOf(HasSubstr("nothing was sent"), HasSubstr("mismatch"))
            )
        ) << subject;
        EXPECT_EQ(counted.requests, 0);
    }
}

TEST(CarrierClientTls, RefusesAnAuthorityItDoesNotKnow) {
    const Authority authority("test CA");
    const Authority stranger("test CA");  // of the same name, with another key
    auto server = stranger.server_for("DNS:localhost");
    Counted counted;
    Loopback carrier(counted.script(), &server);
    for (const auto& ca_file : {authority.file(), std::string()}) {
        auto client = client_of(carrier, settings_for(carrier, ca_file, "localhost"));
        EXPECT_THAT(
            carrier.run(client.send(post("/", "{}"))),
            NeverLeft(ErrorKind::unavailable, HasSubstr("its certificate is not accepted"))
        );
    }
    EXPECT_EQ(counted.requests, 0);
}

TEST(CarrierClientTls, RefusesVersionsOlderThan12) {
    const Authority authority("test CA");
    auto server = authority.server_for("DNS:localhost");
    SSL_CTX_set_security_level(server.native_handle(), 0);
    SSL_CTX_set_min_proto_version(server.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server.native_handle(), TLS1_1_VERSION);
    Loopback carrier(answers_always, &server);
    auto client = client_of(carrier, settings_for(carrier, authority.file(), "localhost"));
    EXPECT_THAT(
        carrier.run(client.send(post("/", "{}"))),
        NeverLeft(ErrorKind::unavailable, HasSubstr("no TLS"))
    );
    SSL_CTX_set_max_proto_version(server.native_handle(), TLS1_2_VERSION);
    EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), Answers(200, "{}"));
}

TEST(CarrierClientTls, IsCertainThatNothingLeftWhenTheHandshakeBreaksOrHangs) {
    for (const bool hangs : {false, true}) {
        Loopback carrier([hangs](Peer& peer, int) -> asio::awaitable<void> {
            if (hangs) co_await peer.until_closed();
            peer.reset();
        });
        auto settings = settings_for(carrier, "", "localhost");
        settings.base_url.replace(0, 4, "https");
        settings.connect_timeout = 100ms;
        auto client = client_of(carrier, settings);
        EXPECT_THAT(
            carrier.run(client.send(post("/", "{}"))),
            NeverLeft(
                ErrorKind::unavailable, HasSubstr(hangs ? "took too long" : "no TLS connection")
            )
        );
    }
}

TEST(CarrierClientTls, LeavesADoubtWhenTheAnswerIsCutEvenWhereTheCloseWouldEndIt) {
    const Authority authority("test CA");
    auto server = authority.server_for("DNS:localhost");
    // Without a length the close ends the answer; in TLS only a close that is announced does.
    Loopback carrier(
        [](Peer& peer, int) -> asio::awaitable<void> {
            co_await peer.read();
            co_await peer.write("HTTP/1.1 200 OK\r\n\r\n{\"half\":");
            peer.close();
        },
        &server
    );
    auto client = client_of(carrier, settings_for(carrier, authority.file(), "localhost"));
    EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), LeavesADoubt(HasSubstr("broke")));
}

TEST(CarrierClientTls, OpensANewConnectionWithoutDoubtWhenTheCarrierClosedTheIdleOne) {
    const Authority authority("test CA");
    auto server = authority.server_for("DNS:localhost");
    int closed = 0;
    Loopback carrier(
        [&](Peer& peer, int) -> asio::awaitable<void> {
            co_await peer.read();
            co_await peer.answer(200, "{}");
            co_await peer.shut_tls([&] { ++closed; });
        },
        &server
    );
    auto client = client_of(carrier, settings_for(carrier, authority.file(), "localhost"));
    for (int at = 0; at < 3; ++at) {
        EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), Answers(200, "{}"));
        carrier.run_until([&] { return closed == at + 1; });
    }
    EXPECT_EQ(carrier.connections, 3);
}

TEST(CarrierClientTls, SendsLargeBodiesWhole) {
    const Authority authority("test CA");
    auto server = authority.server_for("DNS:localhost");
    const std::string body(2'000'000, 'x');
    std::size_t arrived = 0;
    Loopback carrier(
        [&](Peer& peer, int) -> asio::awaitable<void> {
            while (auto request = co_await peer.read()) {
                arrived = request->body.size();
                co_await peer.answer(200, request->body);
            }
        },
        &server
    );
    auto client = client_of(carrier, settings_for(carrier, authority.file(), "localhost"));
    EXPECT_THAT(carrier.run(client.send(post("/", body))), Answers(200, body));
    EXPECT_EQ(arrived, body.size());
}

}  // namespace
}  // namespace porteur::test
