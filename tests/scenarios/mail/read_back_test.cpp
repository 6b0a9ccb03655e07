// SPDX-License-Identifier: Apache-2.0
// A mail of ours is what was meant, says a reader that is not ours: out through a real Postfix, and
// read from a real Dovecot by Python.
#include <gmock/gmock.h>

#include <iostream>

#include "mail/message.hpp"
#include "mail/smtp.hpp"
#include "read_back.hpp"

namespace porteur::testing {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Every byte there is, with the line ends and the lone dots that a mail server might touch.
std::string every_byte() {
    std::string bytes = "%PDF-1.7\r\n.\r\n..\n.\rFrom here on\n";
    for (int round = 0; round < 40; ++round)
        for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>((byte * 7 + round) & 255);
    return bytes;
}

OutgoingMail purchase_mail() {
    OutgoingMail mail;
    mail.message_id = "<01JC2V.send-mail.0.00000000000000aa@porteur.example>";
    mail.date = std::chrono::sys_days{std::chrono::year{2026} / 3 / 9};
    mail.from = {.name = "Société Générale d'Été", .address = "desk@porteur.example"};
    mail.to = {{.name = "Genesys Cloud SMS", .address = "GenesysCloudSMS@genesys.com"}};
    mail.subject =
        "Achat de numéros SMS : France, organisation 1b2c, référence très longue à couper en "
        "morceaux";
    mail.text =
        "Bonjour,\n\nPays : France\nNuméros : +33 1 23 45 67 89\n.\nFrom here on, où ça ?\n";
    mail.html = "<p>Bonjour, où ça ?</p>\n";
    mail.files = {
        {.name = "Relevé d'été.pdf", .content_type = "application/pdf", .bytes = every_byte()},
        {.name = "Facture d’août \"finale\" (2) n° 1.pdf",
         .content_type = "application/pdf",
         .bytes = "%PDF-1.7\r\n\0\xFF\n.\n"s},
        {.name = "Pièce d'identité de Zoé Lefèvre-Müller, gérante de la Société Générale de "
                 "Téléphonie à "
                 "Orléans (recto).png",
         .content_type = "image/png",
         .bytes = "\x89PNG\r\n\x1A\n"s},
        {.name = "plain name.txt", .content_type = "text/plain", .bytes = "\n.\nà\n"},
        {.name = "vide.txt", .content_type = "text/plain", .bytes = ""},
    };
    return mail;
}

Envelope to_the_desk() {
    return {.from = "desk@porteur.example", .to = {"GenesysCloudSMS@genesys.com"}};
}

class ReadByPython : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        started_ = MailServers::start();
        if (!started_) std::cerr << "mail servers: " << started_.error().message << '\n';
    }
    static void TearDownTestSuite() { started_ = failure(ErrorKind::internal, "stopped"); }
    void SetUp() override {
        if (!started_ && started_.error().kind == ErrorKind::unsupported)
            GTEST_SKIP() << "left out: " << started_.error().message;
        ASSERT_TRUE(started_) << started_.error().message;
        servers().clear();
    }
    static MailServers& servers() { return **started_; }
    static SmtpReport send(const std::string& mail) {
        SmtpSettings settings;
        settings.server = {
            .host = servers().host,
            .port = servers().smtp,
            .security = MailSecurity::starttls,
            .ca_file = servers().ca_file
        };
        return send_mail(settings, to_the_desk(), mail, {});
    }

    static inline Result<std::unique_ptr<MailServers>> started_ =
        failure(ErrorKind::internal, "not started");
};

/// [["Name","address"]]
json::value one(const Mailbox& mailbox) {
    json::array all;
    all.push_back(json::array{mailbox.name, mailbox.address});
    return all;
}

void expect_as_meant(const ReadBack& read, std::size_t at) {
    const auto mail = purchase_mail();
    const auto& found = read.mails.at(at);
    EXPECT_EQ(read.text("message_id", at), mail.message_id);
    EXPECT_EQ(read.text("subject", at), mail.subject);
    EXPECT_EQ(found.at("from"), one(mail.from));
    EXPECT_EQ(found.at("to"), one(mail.to[0]));
    EXPECT_THAT(found.at("others").as_array(), IsEmpty());
    EXPECT_THAT(found.at("defects").as_array(), IsEmpty()) << json::serialize(found.at("defects"));
    EXPECT_EQ(found.at("texts").at("text/plain"), json::string(mail.text));
    EXPECT_EQ(found.at("texts").at("text/html"), json::string(mail.html));
    std::vector<std::string> names, bytes;
    for (const auto& file : mail.files) {
        names.push_back(file.name);
        bytes.push_back(file.bytes);
    }
    EXPECT_THAT(read.names(at), ElementsAreArray(names));
    ASSERT_THAT(read.files.at(at), SizeIs(bytes.size()));
    for (std::size_t file = 0; file < bytes.size(); ++file)
        EXPECT_TRUE(read.files[at][file] == bytes[file])
            << names[file] << " is not byte for byte the same";
}

TEST_F(ReadByPython, AMailHasItsRecipientsItsFrenchNamesAndItsFilesByteForByte) {
    const auto report = send(render_mail(purchase_mail()).value());
    ASSERT_TRUE(report.accepted()) << report.error->message;
    ASSERT_TRUE(servers().wait_for("carrier", 1));
    EXPECT_THAT(servers().mails_in("other"), IsEmpty());
    const auto read = read_back_mailbox(servers(), "carrier");
    ASSERT_THAT(read.mails, SizeIs(1));
    expect_as_meant(read, 0);
    EXPECT_EQ(read.mails[0].at("delivered_to"), json::array{"GenesysCloudSMS@genesys.com"});
}

TEST_F(ReadByPython, ARepeatedMailIsTheSameOneByItsMessageId) {
    // A server takes the mail and is gone before it says so: it may have arrived, and leaves again.
    const auto frozen = render_mail(purchase_mail()).value();
    auto sink = SmtpSink::start({"-q", "."});
    ASSERT_TRUE(sink) << sink.error().message;
    SmtpSettings settings;
    settings.server = {
        .host = "127.0.0.1", .port = (*sink)->port, .security = MailSecurity::plaintext_loopback
    };
    const auto lost = send_mail(settings, to_the_desk(), frozen, {});
    ASSERT_TRUE(lost.error);
    EXPECT_EQ(lost.error->kind, ErrorKind::in_doubt);
    ASSERT_TRUE(wait_until([&] { return (*sink)->mails().size() == 1; }, std::chrono::seconds(20)));
    for (int again = 0; again < 2; ++again) {
        const auto report = send(render_mail(purchase_mail()).value());
        ASSERT_TRUE(report.accepted()) << report.error->message;
    }
    ASSERT_TRUE(servers().wait_for("carrier", 2));

    const auto first = read_back_mail((*sink)->mails().front());
    ASSERT_THAT(first.mails, SizeIs(1));
    expect_as_meant(first, 0);
    const auto repeats = read_back_mailbox(servers(), "carrier");
    ASSERT_THAT(repeats.mails, SizeIs(2));
    for (std::size_t at = 0; at < 2; ++at) {
        expect_as_meant(repeats, at);
        EXPECT_EQ(repeats.text("message_id", at), first.text("message_id"));
    }
}

}  // namespace
}  // namespace porteur::testing
