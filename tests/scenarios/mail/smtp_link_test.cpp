// SPDX-License-Identifier: Apache-2.0
// A connection that serves several mails.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>

#include "mail/smtp.hpp"
#include "support/mail_servers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using porteur::testing::ScriptedServer;
using ::testing::HasSubstr;
using Peer = ScriptedServer::Peer;

constexpr std::string_view mime = "Subject: one\r\n\r\nHello\r\n";

/// A server that takes so many mails on each connection and then closes it without a word.
class SmtpLinks : public ::testing::Test {
protected:
    void serve(int mails, std::string_view word_at_rcpt = "250 fine\r\n") {
        server.emplace([this, mails, word_at_rcpt](const Peer& peer) {
            ++connections;
            peer.say("220 ready\r\n");
            for (int taken = 0; taken < mails;) {
                const auto line = peer.hear();
                if (line.empty() || line.starts_with("QUIT")) return;
                if (line.starts_with("DATA")) {
                    peer.say("354 go\r\n");
                    for (auto text = peer.hear(); text != ".\r\n" && !text.empty();) text = peer.hear();
                    peer.say("250 taken\r\n");
                    ++taken;
                } else {
                    peer.say(line.starts_with("RCPT") ? word_at_rcpt : "250 fine\r\n");
                }
            }
        });
        settings.server = {
            .host = "127.0.0.1", .port = server->port, .security = MailSecurity::plaintext_loopback
        };
        settings.command_timeout = settings.data_timeout = settings.final_timeout = 5s;
    }
    SmtpReport send(SmtpLink& link) {
        return send_mail(
            settings, envelope, mime,
            [&](SmtpPhase phase, std::string_view) -> Result<void> {
                phases += std::string(name_of(phase)) + " ";
                return {};
            },
            {}, link
        );
    }

    const Envelope envelope{.from = "desk@porteur.example", .to = {"sms@genesys.example"}};
    SmtpSettings settings;
    std::optional<ScriptedServer> server;
    std::atomic<int> connections = 0;
    std::string phases;
};

TEST_F(SmtpLinks, CarrySeveralMailsOverOneConnectionWithTheSamePhases) {
    serve(10);
    {
        SmtpLink link;
        EXPECT_FALSE(link.is_open());
        for (int mail = 0; mail < 3; ++mail) EXPECT_TRUE(send(link).accepted());
        EXPECT_TRUE(link.is_open());
    }
    EXPECT_EQ(
        phases,
        "connecting envelope data_sent accepted connecting envelope data_sent accepted "
        "connecting envelope data_sent accepted "
    );
    const auto said = server->received();
    EXPECT_EQ(connections, 1);
    EXPECT_THAT(said, ::testing::StartsWith("EHLO localhost\r\nMAIL FROM:<desk@porteur.example>\r\n"));
    EXPECT_THAT(said, HasSubstr(".\r\nRSET\r\nMAIL FROM:<desk@porteur.example>\r\n"));
    EXPECT_THAT(said, ::testing::EndsWith(".\r\nQUIT\r\n"));
}

TEST_F(SmtpLinks, AreReplacedWhenTheServerHasClosedThem) {
    serve(1);
    SmtpLink link;
    for (int mail = 0; mail < 3; ++mail) {
        const auto report = send(link);
        EXPECT_TRUE(report.accepted()) << report.error->message;
    }
    EXPECT_EQ(connections, 3);
}

TEST_F(SmtpLinks, AreNotKeptAfterARefusal) {
    serve(10, "550 unknown\r\n");
    SmtpLink link;
    const auto report = send(link);
    ASSERT_TRUE(report.error);
    EXPECT_EQ(report.error->kind, ErrorKind::rejected);
    EXPECT_FALSE(link.is_open());
}

TEST_F(SmtpLinks, ServeNobodyElse) {
    serve(10);
    SmtpLink link;
    EXPECT_TRUE(send(link).accepted());
    settings.client_name = "other.example";
    EXPECT_TRUE(send(link).accepted());
    EXPECT_EQ(connections, 2);
}

/// A server that takes commands ahead of its replies, and knows only one of two recipients.
TEST(SmtpPipelining, GivesTheMailToNobodyWhenOneRecipientIsRefused) {
    std::string after_data;
    ScriptedServer server([&](const Peer& peer) {
        peer.say("220 ready\r\n");
        peer.hear();
        peer.say("250-here\r\n250 PIPELINING\r\n");
        for (int line = 0; line < 4; ++line) peer.hear();  // MAIL, RCPT, RCPT, DATA
        peer.say("250 fine\r\n250 fine\r\n550 unknown\r\n354 go\r\n");
        after_data = peer.hear_all();
    });
    SmtpSettings settings;
    settings.server = {.host = "127.0.0.1", .port = server.port, .security = MailSecurity::plaintext_loopback};
    const auto report = send_mail(
        settings, {.from = "desk@porteur.example", .to = {"one@carrier.example", "gone@carrier.example"}}, mime, {}
    );
    ASSERT_TRUE(report.error);
    EXPECT_EQ(report.error->kind, ErrorKind::rejected);
    EXPECT_THAT(report.error->message, HasSubstr("gone@carrier.example"));
    EXPECT_THAT(report.reply, HasSubstr("550 unknown"));
    EXPECT_EQ(report.reached, SmtpPhase::envelope);
    server.received();
    EXPECT_EQ(after_data, "");
}

TEST(SmtpPipelining, SendsEnvelopeAndDataInOneGoAndThenTheMail) {
    ScriptedServer server([](const Peer& peer) {
        peer.say("220 ready\r\n");
        peer.hear();
        peer.say("250-here\r\n250 PIPELINING\r\n");
        for (int line = 0; line < 3; ++line) peer.hear();
        peer.say("250 fine\r\n250 fine\r\n354 go\r\n");
        for (auto text = peer.hear(); text != ".\r\n" && !text.empty();) text = peer.hear();
        peer.say("250 taken\r\n");
        peer.hear_all();
    });
    SmtpSettings settings;
    settings.server = {.host = "127.0.0.1", .port = server.port, .security = MailSecurity::plaintext_loopback};
    const auto report = send_mail(settings, {.from = "desk@porteur.example", .to = {"one@carrier.example"}}, mime, {});
    EXPECT_TRUE(report.accepted());
    EXPECT_EQ(
        server.received(),
        "EHLO localhost\r\nMAIL FROM:<desk@porteur.example>\r\nRCPT TO:<one@carrier.example>\r\nDATA\r\n"
        "Subject: one\r\n\r\nHello\r\n.\r\nQUIT\r\n"
    );
}

}  // namespace
}  // namespace porteur
