// SPDX-License-Identifier: Apache-2.0
// The phase is told right whatever a server does, shown with Postfix's own smtp-sink: 24 ways to
// behave, 10 mails each. What counts is that "certainly not sent", "certainly refused" and "in
// doubt" are never mistaken for one another.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "mail/message.hpp"
#include "mail/smtp.hpp"
#include "support/mail_servers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using porteur::testing::SmtpSink;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

const Envelope envelope{
    .from = "desk@porteur.example",
    .to = {"GenesysCloudSMS@genesys.example"},
    .archive_copy = "archive@porteur.example",
    .envid = "order-1"
};

SmtpSettings settings_for(std::uint16_t port) {
    SmtpSettings settings;
    settings.server = {
        .host = "127.0.0.1", .port = port, .security = MailSecurity::plaintext_loopback
    };
    settings.command_timeout = 5s;
    settings.data_timeout = 5s;
    settings.final_timeout = 5s;
    return settings;
}

std::string some_mail() {
    OutgoingMail mail;
    mail.message_id = "<order-1.send.0.00000000000000aa@porteur.example>";
    mail.from = {.name = "Porteur", .address = "desk@porteur.example"};
    mail.to = {{.name = "", .address = "GenesysCloudSMS@genesys.example"}};
    mail.subject = "Achat de numéros SMS";
    mail.text = "Bonjour,\n.\nvoici les numéros.\n";
    return render_mail(mail).value();
}

struct Case {
    std::string name;
    std::vector<std::string> options;  ///< of smtp-sink
    std::vector<SmtpPhase> told;
    std::optional<ErrorKind> kind;           ///< none: accepted
    std::chrono::milliseconds patience{5s};  ///< for every answer
};

std::vector<Case> cases() {
    using enum SmtpPhase;
    using enum ErrorKind;
    const std::vector<SmtpPhase> at_connecting{connecting};
    const std::vector<SmtpPhase> at_envelope{connecting, envelope};
    const std::vector<SmtpPhase> at_data{connecting, envelope, data_sent};
    const std::vector<SmtpPhase> all{connecting, envelope, data_sent, accepted};
    return {
        {"Sound", {}, all, {}},
        {"SoundWithoutDsnAnd8Bit", {"-N", "-8", "-E", "-p"}, all, {}},
        {"SoundWithoutEsmtp", {"-e"}, all, {}},
        {"DropsAtConnect", {"-q", "CONNECT"}, at_connecting, unavailable},
        {"DropsAtEhlo", {"-q", "EHLO"}, at_connecting, unavailable},
        {"DropsAtMail", {"-q", "MAIL"}, at_envelope, unavailable},
        {"DropsAtRcpt", {"-q", "RCPT"}, at_envelope, unavailable},
        {"DropsAtData", {"-q", "DATA"}, at_envelope, unavailable},
        {"TakesTheMailAndDrops", {"-q", "."}, at_data, in_doubt},
        {"DropsAtQuit", {"-q", "QUIT"}, all, {}},
        {"Says421AtMail", {"-Q", "MAIL"}, at_envelope, unavailable},
        {"Says421AtData", {"-Q", "DATA"}, at_envelope, unavailable},
        {"Says421AfterTheMail", {"-Q", "."}, at_data, unavailable},
        {"PutsOffAtConnect", {"-r", "CONNECT"}, at_connecting, unavailable},
        {"PutsOffAtMail", {"-r", "MAIL"}, at_envelope, unavailable},
        {"PutsOffAtRcpt", {"-r", "RCPT"}, at_envelope, unavailable},
        {"PutsOffAtData", {"-r", "DATA"}, at_envelope, unavailable},
        {"PutsOffTheMail", {"-r", "."}, at_data, unavailable},
        {"RefusesAtConnect", {"-f", "CONNECT"}, at_connecting, unavailable},
        {"RefusesAtMail", {"-f", "MAIL"}, at_envelope, rejected},
        {"RefusesAtRcpt", {"-f", "RCPT"}, at_envelope, rejected},
        {"RefusesAtData", {"-f", "DATA"}, at_envelope, rejected},
        {"RefusesTheMail", {"-f", "."}, at_data, rejected},
        {"IsSlowAtMail", {"-W", "MAIL:30"}, at_envelope, unavailable, 100ms},
        {"IsSlowAtData", {"-w", "30"}, at_envelope, unavailable, 100ms},
        {"IsSlowAfterTheMail", {"-W", ".:30"}, at_data, in_doubt, 100ms},
    };
}

class SmtpPhases : public ::testing::TestWithParam<Case> {};

TEST_P(SmtpPhases, AreToldRight) {
    const Case& tried = GetParam();
    auto sink = SmtpSink::start(tried.options);
    ASSERT_TRUE(sink) << sink.error().message;
    auto settings = settings_for((*sink)->port);
    settings.command_timeout = settings.data_timeout = settings.final_timeout = tried.patience;
    const std::string mime = some_mail();

    for (int number = 0; number < 10; ++number) {
        std::vector<SmtpPhase> told;
        const auto report = send_mail(
            settings, envelope, mime,
            [&](SmtpPhase phase, std::string_view) -> Result<void> {
                told.push_back(phase);
                return {};
            }
        );
        EXPECT_EQ(told, tried.told);
        EXPECT_EQ(report.reached, tried.told.back());
        if (tried.kind) {
            ASSERT_TRUE(report.error);
            EXPECT_EQ(report.error->kind, *tried.kind) << report.error->message;
        } else {
            EXPECT_FALSE(report.error) << report.error->message;
        }
    }
    // What was certainly not taken is not in the sink; a mail in doubt may be.
    if (tried.told.back() < SmtpPhase::data_sent) {
        EXPECT_THAT((*sink)->mails(), Each(Not(HasSubstr("Subject:"))));
    }
}

INSTANTIATE_TEST_SUITE_P(
    WhereTheServer, SmtpPhases, ::testing::ValuesIn(cases()),
    [](const auto& tried) { return tried.param.name; }
);

TEST(SmtpObserver, StopsTheSendingBeforeTheFirstByteOfTheMail) {
    auto sink = SmtpSink::start({});
    ASSERT_TRUE(sink) << sink.error().message;
    for (const auto stopped : {SmtpPhase::connecting, SmtpPhase::envelope, SmtpPhase::data_sent}) {
        const auto report = send_mail(
            settings_for((*sink)->port), envelope, some_mail(),
            [&](SmtpPhase phase, std::string_view) -> Result<void> {
                if (phase == stopped) return failure(ErrorKind::internal, "the disk is full");
                return {};
            }
        );
        ASSERT_TRUE(report.error);
        EXPECT_EQ(report.error->kind, ErrorKind::unavailable);
        EXPECT_THAT(report.error->message, HasSubstr("the disk is full"));
        EXPECT_NE(report.reached, stopped);
    }
    // A mail that does arrive afterwards shows that the sink had its time with the ones before.
    const auto report = send_mail(settings_for((*sink)->port), envelope, some_mail(), {});
    EXPECT_TRUE(report.accepted());
    std::size_t whole = 0;
    for (const auto& mail : (*sink)->mails()) whole += mail.find("Subject:") != mail.npos;
    EXPECT_EQ(whole, 1U);
}

TEST(SmtpObserver, ThatCannotRecordTheAcceptanceLeavesNoDoubtThatTheServerHasTheMail) {
    auto sink = SmtpSink::start({});
    ASSERT_TRUE(sink) << sink.error().message;
    const auto report = send_mail(
        settings_for((*sink)->port), envelope, some_mail(),
        [&](SmtpPhase phase, std::string_view) -> Result<void> {
            if (phase == SmtpPhase::accepted)
                return failure(ErrorKind::internal, "the disk is full");
            return {};
        }
    );
    EXPECT_TRUE(report.accepted());
    EXPECT_EQ(report.reached, SmtpPhase::data_sent) << "so that the caller knows what is still to be written";
    EXPECT_EQ((*sink)->mails().size(), 1U);
}

TEST(SendMail, GivesTheMailToEachRecipientAndTheArchiveInOneTransaction) {
    auto sink = SmtpSink::start({});
    ASSERT_TRUE(sink) << sink.error().message;
    EXPECT_TRUE(send_mail(settings_for((*sink)->port), envelope, some_mail(), {}).accepted());
    const auto mails = (*sink)->mails();
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_THAT(mails[0], HasSubstr("X-Mail-Args: <desk@porteur.example> "));
    EXPECT_THAT(mails[0], HasSubstr(" RET=HDRS ENVID=order-1"));
    EXPECT_THAT(
        mails[0], HasSubstr("X-Rcpt-Args: <GenesysCloudSMS@genesys.example> NOTIFY=FAILURE,DELAY "
                            "ORCPT=rfc822;GenesysCloudSMS@genesys.example\n"
                            "X-Rcpt-Args: <archive@porteur.example> NOTIFY=FAILURE,DELAY "
                            "ORCPT=rfc822;archive@porteur.example\n")
    );
}

TEST(SendMail, LetsNoBodyEndTheMailEarly) {
    // SMTP smuggling: what one server takes for the end of a mail and another does not.
    for (const std::string_view end :
         {"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r\n", "\r\n.\r", "\n.\r", "\r.\n", "\n..\n"
         }) {
        auto sink = SmtpSink::start({});
        ASSERT_TRUE(sink) << sink.error().message;
        const std::string mime =
            "Subject: one\r\n\r\nbefore" + std::string(end) +
            "MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\n"
            "Subject: two\r\n\r\nafter" +
            std::string(end);
        EXPECT_TRUE(send_mail(settings_for((*sink)->port), envelope, mime, {}).accepted());
        const auto mails = (*sink)->mails();
        ASSERT_EQ(mails.size(), 1U) << porteur::quoted(end);
        EXPECT_THAT(mails[0], HasSubstr("\n.")) << porteur::quoted(end);
        EXPECT_THAT(mails[0], HasSubstr("\nMAIL FROM:<evil@example.org>"));
        EXPECT_THAT(mails[0], Not(HasSubstr("X-Mail-Args: <evil")));
    }
}

}  // namespace
}  // namespace porteur
