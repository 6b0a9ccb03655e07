// SPDX-License-Identifier: Apache-2.0
// Out through a real Postfix, into a real Maildir, back through a real Dovecot.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "mail/message.hpp"
#include "mail/message_id.hpp"
#include "mail/pop3.hpp"
#include "mail/reading.hpp"
#include "mail/smtp.hpp"
#include "mail/threading.hpp"
#include "support/mail_servers.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using porteur::testing::FailsWith;
using porteur::testing::MailServers;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RealServers : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        started_ = MailServers::start();
        if (!started_) std::cerr << "mail servers: " << started_.error().message << '\n';
    }
    static void TearDownTestSuite() { started_ = failure(ErrorKind::internal, "stopped"); }

    void SetUp() override {
        if (!started_ && started_.error().kind == ErrorKind::unsupported) {
            GTEST_SKIP() << "left out: " << started_.error().message;
        }
        ASSERT_TRUE(started_) << started_.error().message;
        servers().clear();
    }

    static MailServers& servers() { return **started_; }

    static SmtpSettings smtp(MailSecurity security = MailSecurity::starttls) {
        SmtpSettings settings;
        settings.server = {
            .host = servers().host,
            .port = security == MailSecurity::tls ? servers().smtps : servers().smtp,
            .security = security,
            .ca_file = servers().ca_file
        };
        return settings;
    }

    static Pop3Settings pop3(MailSecurity security = MailSecurity::starttls) {
        Pop3Settings settings;
        settings.server = {
            .host = servers().host,
            .port = security == MailSecurity::tls ? servers().pop3s : servers().pop3,
            .security = security,
            .ca_file = servers().ca_file
        };
        settings.user = "desk";
        settings.password = servers().password;
        return settings;
    }

    static OutgoingMail purchase_mail() {
        OutgoingMail mail;
        mail.message_id = "<01JC2V.send-mail.0.00000000000000aa@porteur.example>";
        mail.date = std::chrono::sys_days{std::chrono::year{2026} / 3 / 9};
        mail.from = {.name = "Société Générale d'Été", .address = "desk@porteur.example"};
        mail.to = {{.name = "Genesys Cloud SMS", .address = "GenesysCloudSMS@genesys.com"}};
        mail.subject = "Achat de numéros SMS : France, organisation 1b2c";
        mail.text = "Bonjour,\n\nPays : France\nNuméros : +33 1 23 45 67 89\n.\nFrom here on\n";
        mail.files = {
            {.name = "Facture d’août \"finale\" (2).pdf",
             .content_type = "application/pdf",
             .bytes = "%PDF-1.7\r\n\0\xFF\n.\n"s},
            {.name = "plain.txt", .content_type = "text/plain", .bytes = "\n.\n"}
        };
        return mail;
    }

    static Envelope to(std::string recipient) {
        return {.from = "desk@porteur.example", .to = {std::move(recipient)}};
    }

    static ErrorKind send_kind(const SmtpSettings& settings, const Envelope& envelope) {
        const auto report = send_mail(settings, envelope, render_mail(purchase_mail()).value(), {});
        if (report.error) last_error_ = report.error->message;
        return report.error ? report.error->kind : ErrorKind::none;
    }

    /// Everything new in the desk's mailbox.
    static std::vector<FetchedMail> fetch(const Pop3Settings& settings) {
        std::vector<FetchedMail> mails;
        const auto summary = fetch_new_mail(
            settings, [](std::string_view) { return false; },
            [&](FetchedMail mail) -> Result<void> {
                mails.push_back(std::move(mail));
                return {};
            }
        );
        EXPECT_TRUE(summary) << summary.error().message;
        return mails;
    }

    static inline Result<std::unique_ptr<MailServers>> started_ =
        failure(ErrorKind::internal, "not started");
    static inline std::string last_error_;
};

TEST_F(RealServers, CarryAPurchaseMailUnchangedToTheCarrierAndTheArchive) {
    const auto mail = purchase_mail();
    for (const auto security :
         {MailSecurity::starttls, MailSecurity::tls, MailSecurity::plaintext_loopback}) {
        servers().clear();
        auto envelope = to("GenesysCloudSMS@genesys.com");
        envelope.archive_copy = "archive@porteur.example";
        ASSERT_EQ(send_kind(smtp(security), envelope), ErrorKind::none) << last_error_;
        ASSERT_TRUE(servers().wait_for("carrier", 1));
        ASSERT_TRUE(servers().wait_for("archive", 1));
        EXPECT_THAT(servers().mails_in("other"), IsEmpty());

        const auto read = read_mail(servers().mails_in("carrier").front());
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->message_id, mail.message_id);
        EXPECT_EQ(read->subject, mail.subject);
        EXPECT_EQ(read->from, mail.from);
        EXPECT_EQ(read->text, mail.text);
        ASSERT_EQ(read->files.size(), mail.files.size());
        for (std::size_t at = 0; at < mail.files.size(); ++at) {
            EXPECT_EQ(read->files[at].name, mail.files[at].name);
            EXPECT_EQ(read->files[at].bytes, mail.files[at].bytes);
        }
        EXPECT_THAT(read->defects, IsEmpty());
        EXPECT_FALSE(read->from_machine());
    }
}

TEST_F(RealServers, AreNotTrustedWithoutTheirAuthority) {
    auto settings = smtp();
    settings.server.ca_file.clear();
    EXPECT_EQ(send_kind(settings, to("GenesysCloudSMS@genesys.com")), ErrorKind::unavailable);
    EXPECT_THAT(last_error_, HasSubstr("certificate"));

    auto mailbox = pop3(MailSecurity::tls);
    mailbox.server.ca_file.clear();
    EXPECT_THAT(
        fetch_new_mail(mailbox, {}, {}), FailsWith(ErrorKind::unavailable, HasSubstr("certificate"))
    );
    EXPECT_THAT(servers().mails_in("carrier"), IsEmpty());
}

TEST_F(RealServers, AreNotTrustedUnderAnotherName) {
    auto settings = smtp();
    settings.server.host = "127.1";  // the same address, which the certificate does not name so
    EXPECT_EQ(send_kind(settings, to("GenesysCloudSMS@genesys.com")), ErrorKind::unavailable);
    EXPECT_THAT(last_error_, HasSubstr("TLS failed"));
    EXPECT_THAT(servers().mails_in("carrier"), IsEmpty());
}

TEST_F(RealServers, LogInWithTheRightPasswordOnly) {
    auto settings = smtp();
    settings.user = "desk";
    settings.password = servers().password;
    EXPECT_EQ(send_kind(settings, to("archive@porteur.example")), ErrorKind::none) << last_error_;
    settings.password = "canary-password";
    EXPECT_EQ(send_kind(settings, to("archive@porteur.example")), ErrorKind::unauthorized);
    EXPECT_THAT(last_error_, ::testing::Not(HasSubstr("canary")));

    auto mailbox = pop3();
    mailbox.password = "canary-password";
    const auto read = fetch_new_mail(mailbox, {}, {});
    EXPECT_THAT(read, FailsWith(ErrorKind::unauthorized, ::testing::Not(HasSubstr("canary"))));
}

TEST_F(RealServers, GiveAMailToAllRecipientsOrToNone) {
    Envelope envelope = to("GenesysCloudSMS@genesys.com");
    envelope.to.emplace_back("someone@refused.example");
    EXPECT_EQ(send_kind(smtp(), envelope), ErrorKind::rejected);
    EXPECT_THAT(last_error_, HasSubstr("550 5.1.1"));
    envelope.to.back() = "someone@busy.example";
    EXPECT_EQ(send_kind(smtp(), envelope), ErrorKind::unavailable);
    // What was sent afterwards arrives alone.
    EXPECT_EQ(send_kind(smtp(), to("GenesysCloudSMS@genesys.com")), ErrorKind::none);
    ASSERT_TRUE(servers().wait_for("carrier", 1));
    EXPECT_THAT(servers().mails_in("carrier"), SizeIs(1));
}

TEST_F(RealServers, AreNotSentMoreThanTheySaidTheyTake) {
    std::string large = "Subject: large\r\n\r\n";
    while (large.size() < 21'000'000) large += std::string(76, 'x') + "\r\n";
    const auto report = send_mail(smtp(), to("GenesysCloudSMS@genesys.com"), large, {});
    ASSERT_TRUE(report.error);
    EXPECT_EQ(report.error->code, "SIZE");
    EXPECT_EQ(report.reached, SmtpPhase::envelope);
}

TEST_F(RealServers, SeeOneMailWhateverItsBodyHolds) {
    std::size_t sent = 0;
    for (const std::string_view end :
         {"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r\n", "\r\n.\r"}) {
        const std::string mime = "Subject: one\r\n\r\nbefore" + std::string(end) +
                                 "MAIL FROM:<evil@example.org>\r\nRCPT "
                                 "TO:<victim@example.org>\r\nDATA\r\nSubject: two\r\n\r\n" +
                                 std::string(end);
        const auto report = send_mail(smtp(), to("GenesysCloudSMS@genesys.com"), mime, {});
        EXPECT_TRUE(report.accepted()) << report.error->message;
        ++sent;
    }
    ASSERT_TRUE(servers().wait_for("carrier", sent));
    EXPECT_THAT(servers().mails_in("carrier"), SizeIs(sent));
    EXPECT_THAT(servers().mails_in("other"), IsEmpty());
}

TEST_F(RealServers, BringARealBounceBackToItsOrder) {
    auto envelope = to("no+body@undeliverable.example");
    envelope.envid = envelope_id_of(purchase_mail().message_id);
    ASSERT_EQ(send_kind(smtp(), envelope), ErrorKind::none) << last_error_;
    ASSERT_TRUE(servers().wait_for("desk", 1));
    const auto mails = fetch(pop3());
    ASSERT_THAT(mails, SizeIs(1));
    const auto read = read_mail(mails.front().bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(read->bounce);
    EXPECT_TRUE(read->from_machine());
    ASSERT_TRUE(read->delivery_status);
    EXPECT_TRUE(read->delivery_status->failed());
    EXPECT_EQ(read->delivery_status->original_envelope_id, envelope.envid);
    EXPECT_EQ(envelope.envid, "01JC2V.send-mail.0.00000000000000aa@porteur.example");
    EXPECT_EQ(read->delivery_status->original_message_id, purchase_mail().message_id);
    ASSERT_THAT(read->delivery_status->recipients, SizeIs(1));
    EXPECT_EQ(read->delivery_status->recipients[0].final_recipient, "no+body@undeliverable.example");
    EXPECT_EQ(read->delivery_status->recipients[0].original_recipient, "no+body@undeliverable.example");
    EXPECT_EQ(read->delivery_status->recipients[0].status, "5.1.1");

    ReplyLookups lookups;
    lookups.order_by_message_id = [](std::string_view id) -> std::optional<std::string> {
        if (id == purchase_mail().message_id) return "01JC2V";
        return std::nullopt;
    };
    EXPECT_EQ(match_reply(*read, lookups).order, "01JC2V");

    // A server that brings nothing of the mail back still says which one it was.
    auto without_copy = *read;
    without_copy.delivery_status->original_message_id.clear();
    EXPECT_EQ(match_reply(without_copy, lookups).order, "01JC2V");
    without_copy.delivery_status->original_envelope_id.clear();
    EXPECT_EQ(match_reply(without_copy, lookups).order, "");
}

TEST_F(RealServers, BringAnAnswerToThePlusAddressBackToItsOrder) {
    const ReplyKey key{7, 7, 7};
    OutgoingMail answer = purchase_mail();
    answer.from = {.name = "Genesys", .address = "GenesysCloudSMS@genesys.com"};
    answer.to = {
        {.name = "", .address = *reply_address("desk@porteur.example", reply_token("01JC2V", key))}
    };
    answer.message_id = "<answer@genesys.com>";
    Envelope envelope{.from = "GenesysCloudSMS@genesys.com", .to = {answer.to[0].address}};
    const auto report = send_mail(smtp(), envelope, render_mail(answer).value(), {});
    ASSERT_TRUE(report.accepted()) << report.error->message;
    ASSERT_TRUE(servers().wait_for("desk", 1));

    ReplyLookups lookups;
    lookups.desk = "desk@porteur.example";
    lookups.key = key;
    lookups.order_by_token = [&](std::string_view token) -> std::optional<std::string> {
        if (token == reply_token("01JC2V", key)) return "01JC2V";
        return std::nullopt;
    };
    const auto mails = fetch(pop3());
    ASSERT_THAT(mails, SizeIs(1));
    const auto match = match_reply(*read_mail(mails.front().bytes), lookups);
    EXPECT_EQ(match.order, "01JC2V");
    EXPECT_EQ(match.by, MatchedBy::address_token);
}

TEST_F(RealServers, GiveEachMailOnceByItsUid) {
    for (int count = 0; count < 3; ++count) {
        ASSERT_EQ(send_kind(smtp(), to("desk@porteur.example")), ErrorKind::none) << last_error_;
    }
    ASSERT_TRUE(servers().wait_for("desk", 3));
    for (const auto security :
         {MailSecurity::starttls, MailSecurity::tls, MailSecurity::plaintext_loopback}) {
        EXPECT_THAT(fetch(pop3(security)), SizeIs(3));
    }

    // Taken one at a time, with the third failing: the two stay taken, and nothing is deleted.
    std::set<std::string> seen;
    const auto seen_before = [&](std::string_view uid) { return seen.contains(std::string(uid)); };
    auto settings = pop3();
    settings.delete_taken = true;
    const auto failed =
        fetch_new_mail(settings, seen_before, [&](FetchedMail mail) -> Result<void> {
            if (seen.size() == 2) return failure(ErrorKind::internal, "the disk is full");
            seen.insert(mail.uid);
            return {};
        });
    EXPECT_THAT(failed, FailsWith(ErrorKind::internal, "the disk is full"));
    EXPECT_THAT(fetch(pop3()), SizeIs(3));

    const auto second =
        fetch_new_mail(settings, seen_before, [&](FetchedMail mail) -> Result<void> {
            seen.insert(mail.uid);
            return {};
        });
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->seen_before, 2U);
    EXPECT_EQ(second->taken, 1U);
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_THAT(fetch(pop3()), IsEmpty());
}

TEST_F(RealServers, GiveHeadersAloneAndKeepWhatIsTooLarge) {
    ASSERT_EQ(send_kind(smtp(), to("desk@porteur.example")), ErrorKind::none) << last_error_;
    ASSERT_TRUE(servers().wait_for("desk", 1));
    auto settings = pop3();
    settings.headers_only = true;
    const auto mails = fetch(settings);
    ASSERT_THAT(mails, SizeIs(1));
    EXPECT_EQ(read_mail(mails[0].bytes)->message_id, purchase_mail().message_id);
    EXPECT_THAT(mails[0].bytes, ::testing::Not(HasSubstr("JVBERi0")));

    settings = pop3();
    settings.mail_bytes_max = 100;
    settings.delete_taken = true;
    const auto summary = fetch_new_mail(
        settings, [](std::string_view) { return false; },
        [](const FetchedMail&) -> Result<void> {
            return failure(ErrorKind::internal, "not reached");
        }
    );
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_THAT(summary->too_large, SizeIs(1));
    EXPECT_THAT(fetch(pop3()), SizeIs(1));
}

}  // namespace
}  // namespace porteur
