// SPDX-License-Identifier: Apache-2.0
// What no sound server does: half answers, endless ones, TLS taken away, words put into the
// dialogue.
#include <gmock/gmock.h>

#include <stop_token>
#include <thread>

#include "mail/smtp.hpp"
#include "support/mail_servers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using porteur::testing::ScriptedServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Peer = ScriptedServer::Peer;

const Envelope envelope{.from = "desk@porteur.example", .to = {"sms@genesys.example"}};
constexpr std::string_view mime = "Subject: one\r\n\r\nHello\r\n";

SmtpSettings settings_for(
    const ScriptedServer& server, MailSecurity security = MailSecurity::plaintext_loopback
) {
    SmtpSettings settings;
    settings.server = {.host = "127.0.0.1", .port = server.port, .security = security};
    settings.command_timeout = settings.data_timeout = settings.final_timeout = 5s;
    return settings;
}

/// A server that says each reply after a line was heard, the first one at once.
ScriptedServer::Peer const& talk(
    const Peer& peer, std::initializer_list<std::string_view> replies
) {
    bool first = true;
    for (const auto reply : replies) {
        if (!first) peer.hear();
        first = false;
        peer.say(reply);
    }
    return peer;
}

ErrorKind kind_of(const SmtpReport& report) {
    return report.error ? report.error->kind : ErrorKind::none;
}

TEST(SmtpSecurity, SendsNothingWhereStarttlsWasTakenAway) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 ready\r\n", "250-here\r\n250 SIZE 1000000\r\n"}).hear_all();
    });
    auto settings = settings_for(server, MailSecurity::starttls);
    settings.user = "desk";
    settings.password = "canary-password";
    const auto report = send_mail(settings, envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::unavailable);
    EXPECT_THAT(report.error->message, HasSubstr("STARTTLS"));
    EXPECT_EQ(server.received(), "EHLO localhost\r\n");
}

TEST(SmtpSecurity, RefusesWordsPutInBeforeTls) {
    ScriptedServer server([](const Peer& peer) {
        talk(
            peer, {"220 ready\r\n", "250-here\r\n250 STARTTLS\r\n",
                   "220 go\r\n250-in\r\n250 AUTH PLAIN\r\n"}
        )
            .hear_all();
    });
    const auto report = send_mail(settings_for(server, MailSecurity::starttls), envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::unavailable);
    EXPECT_THAT(report.error->message, HasSubstr("in plain text where TLS begins"));
    EXPECT_THAT(server.received(), Not(HasSubstr("MAIL")));
}

TEST(SmtpSecurity, SpeaksPlainTextToNoOtherMachine) {
    SmtpSettings settings;
    settings.server = {
        .host = "192.0.2.1", .port = 25, .security = MailSecurity::plaintext_loopback
    };
    const auto report = send_mail(settings, envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::invalid_input);
    EXPECT_THAT(report.error->message, HasSubstr("192.0.2.1:25: plaintext_loopback is only for"));
}

TEST(SmtpSecurity, NeverFallsBackFromTlsToPlainText) {
    ScriptedServer server([](const Peer& peer) { talk(peer, {"220 ready\r\n"}).hear_all(); });
    const auto report = send_mail(settings_for(server, MailSecurity::tls), envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::unavailable);
    EXPECT_THAT(server.received(), Not(HasSubstr("EHLO")));
}

TEST(SmtpAuth, LogsInByPlainOrLogin) {
    ScriptedServer plain([](const Peer& peer) {
        talk(
            peer,
            {"220 ready\r\n", "250-here\r\n250 AUTH LOGIN PLAIN\r\n", "235 in\r\n", "421 bye\r\n"}
        );
    });
    auto settings = settings_for(plain);
    settings.user = "desk";
    settings.password = "secret";
    EXPECT_EQ(send_mail(settings, envelope, mime, {}).reached, SmtpPhase::envelope);
    EXPECT_THAT(plain.received(), HasSubstr("AUTH PLAIN AGRlc2sAc2VjcmV0\r\n"));

    ScriptedServer login([](const Peer& peer) {
        talk(
            peer, {"220 ready\r\n", "250-here\r\n250 AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n",
                   "334 UGFzc3dvcmQ6\r\n", "235 in\r\n", "421 bye\r\n"}
        );
    });
    settings.server.port = login.port;
    EXPECT_EQ(send_mail(settings, envelope, mime, {}).reached, SmtpPhase::envelope);
    EXPECT_THAT(login.received(), HasSubstr("AUTH LOGIN\r\nZGVzaw==\r\nc2VjcmV0\r\n"));
}

TEST(SmtpAuth, TellsAWrongPasswordWithoutRepeatingIt) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 ready\r\n", "250-here\r\n250 AUTH PLAIN\r\n", "535 5.7.8 no\r\n"})
            .hear_all();
    });
    auto settings = settings_for(server);
    settings.user = "desk";
    settings.password = "canary-password";
    const auto report = send_mail(settings, envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::unauthorized);
    EXPECT_THAT(
        report.error->message,
        AllOf(HasSubstr("535 5.7.8 no"), Not(HasSubstr("canary")), Not(HasSubstr("Y2FuYXJ5")))
    );
}

TEST(SmtpAuth, IsNotRepeatedWhenTheServerGivesItBack) {
    ScriptedServer server([](const Peer& peer) {
        // base64 of NUL desk NUL canary-password
        talk(peer, {"220 ready\r\n", "250-here\r\n250 AUTH PLAIN\r\n",
                    "535 what is AGRlc2sAY2FuYXJ5LXBhc3N3b3Jk, canary-password?\r\n"})
            .hear_all();
    });
    auto settings = settings_for(server);
    settings.user = "desk";
    settings.password = "canary-password";
    const auto report = send_mail(settings, envelope, mime, {});
    EXPECT_THAT(server.received(), HasSubstr("AUTH PLAIN AGRlc2sAY2FuYXJ5LXBhc3N3b3Jk"));
    EXPECT_EQ(kind_of(report), ErrorKind::unauthorized);
    for (const auto& text : {report.error->message, report.reply})
        EXPECT_THAT(text, AllOf(HasSubstr("535 what is [secret], [secret]?"), Not(HasSubstr("canary")), Not(HasSubstr("Y2FuYXJ5"))));
}

TEST(SmtpAuth, TakesATemporaryFailureForOne) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 ready\r\n", "250-here\r\n250 AUTH PLAIN\r\n", "454 later\r\n"}).hear_all();
    });
    auto settings = settings_for(server);
    settings.user = "desk";
    EXPECT_EQ(kind_of(send_mail(settings, envelope, mime, {})), ErrorKind::unavailable);
}

TEST(SmtpAuth, IsMissedWhereTheServerOffersNone) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 ready\r\n", "250 here\r\n"}).hear_all();
    });
    auto settings = settings_for(server);
    settings.user = "desk";
    EXPECT_EQ(kind_of(send_mail(settings, envelope, mime, {})), ErrorKind::unauthorized);
}

TEST(SmtpSize, IsHonouredBeforeTheEnvelope) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 ready\r\n", "250-here\r\n250 SIZE 10\r\n"}).hear_all();
    });
    const auto report = send_mail(settings_for(server), envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::rejected);
    EXPECT_EQ(report.error->code, "SIZE");
    EXPECT_THAT(server.received(), Not(HasSubstr("MAIL")));
}

TEST(SmtpAnswer, CutOffAfterTheMailIsADoubt) {
    for (const std::string_view last :
         {"250 2.0", "250-more\r\n", "", "hello\r\n", "354 more\r\n", "25\r\n"}) {
        ScriptedServer server([last](const Peer& peer) {
            talk(peer, {"220 r\r\n", "250 h\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
            while (peer.hear() != ".\r\n") {
            }
            peer.say(last);
        });
        const auto report = send_mail(settings_for(server), envelope, mime, {});
        EXPECT_EQ(kind_of(report), ErrorKind::in_doubt) << porteur::quoted(last);
        EXPECT_EQ(report.reached, SmtpPhase::data_sent);
    }
}

TEST(SmtpAnswer, MayBeNeitherEndlessNorADrip) {
    ScriptedServer endless([](const Peer& peer) {
        for (int line = 0; line < 1000; ++line) peer.say("220-still\r\n");
        peer.hear_all();
    });
    auto settings = settings_for(endless);
    EXPECT_EQ(kind_of(send_mail(settings, envelope, mime, {})), ErrorKind::unavailable);

    ScriptedServer long_line([](const Peer& peer) {
        peer.say("220 " + std::string(100'000, 'x'));
        peer.hear_all();
    });
    settings.server.port = long_line.port;
    const auto report = send_mail(settings, envelope, mime, {});
    EXPECT_THAT(report.error->message, HasSubstr("longer than 4096 bytes"));

    // Each byte comes in time, the answer never does: the deadline is for the whole of it.
    ScriptedServer drip([](const Peer& peer) {
        for (int byte = 0; byte < 40; ++byte) {
            peer.say("2");
            (void)porteur::testing::wait_until([] { return false; }, 20ms);
        }
    });
    settings.server.port = drip.port;
    settings.command_timeout = 200ms;
    EXPECT_THAT(send_mail(settings, envelope, mime, {}).error->message, HasSubstr("in time"));
}

TEST(SmtpAnswer, GivenInTheMiddleOfTheMailSettlesIt) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 r\r\n", "250 h\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
        peer.say("552 5.3.4 too big\r\n");
        peer.hear_all();
    });
    const auto report = send_mail(settings_for(server), envelope, mime, {});
    EXPECT_EQ(kind_of(report), ErrorKind::rejected);
    EXPECT_EQ(report.error->code, "552");
}

TEST(SmtpStop, EndsAWaitAndSaysWhatItMeans) {
    for (const bool after_mail : {false, true}) {
        std::stop_source stop;
        ScriptedServer server([&](const Peer& peer) {
            if (after_mail) {
                talk(peer, {"220 r\r\n", "250 h\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
                while (peer.hear() != ".\r\n") {
                }
            }
            stop.request_stop();
            peer.hear_all();
        });
        const auto report = send_mail(settings_for(server), envelope, mime, {}, stop.get_token());
        EXPECT_EQ(kind_of(report), after_mail ? ErrorKind::in_doubt : ErrorKind::unavailable);
    }
}

TEST(SmtpWire, HasNoBareLineEndWhateverTheMailHas) {
    ScriptedServer server([](const Peer& peer) {
        talk(peer, {"220 r\r\n", "250 h\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
        while (peer.hear() != ".\r\n") {
        }
        peer.say("250 taken\r\n");
        peer.hear_all();
    });
    const auto report = send_mail(
        settings_for(server), envelope, "Subject: x\n\na\n.\nb\r.\rc\n.\r\nd\r\n.\ne\r\r\n\n", {}
    );
    EXPECT_TRUE(report.accepted());
    const std::string& wire = server.received();
    for (std::size_t at = 0; at < wire.size(); ++at) {
        if (wire[at] == '\n') EXPECT_TRUE(at > 0 && wire[at - 1] == '\r');
        if (wire[at] == '\r') EXPECT_TRUE(at + 1 < wire.size() && wire[at + 1] == '\n');
    }
    EXPECT_THAT(
        wire,
        HasSubstr("DATA\r\nSubject: x\r\n\r\na\r\n..\r\nb\r\n..\r\nc\r\n..\r\nd\r\n..\r\ne\r\n\r\n"
                  "\r\n.\r\nQUIT\r\n")
    );
}

TEST(SmtpEnvelope, TakesNoAddressThatHoldsACommand) {
    ScriptedServer server([](const Peer& peer) { talk(peer, {"220 r\r\n"}).hear_all(); });
    for (const char* address :
         {"a@b.example>\r\nRCPT TO:<evil@c.example", "a@b.example\n", "", "a b@c.example",
          "a@b@c.example", "<a@b.example>", "a@b.example NOTIFY=NEVER"}) {
        const Envelope tried{.from = "desk@porteur.example", .to = {address}};
        EXPECT_EQ(
            kind_of(send_mail(settings_for(server), tried, mime, {})), ErrorKind::invalid_input
        );
    }
    EXPECT_EQ(server.received(), "");
}

}  // namespace
}  // namespace porteur
