// SPDX-License-Identifier: Apache-2.0
#include "mail/reading.hpp"

#include <gmock/gmock.h>

#include <random>

#include "mail/text_codec.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using porteur::testing::FailsWith;
using ::testing::_;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

ReceivedMail read(std::string_view bytes) {
    auto mail = read_mail(bytes);
    EXPECT_TRUE(mail) << mail.error().message;
    return mail ? *mail : ReceivedMail{};
}

TEST(ReadMail, ReadsHeadersOfEveryKind) {
    const auto mail = read(
        "Return-Path: <sms@genesys.com>\r\n"
        "Delivered-To: desk+abcdefghijklmnop@porteur.example\r\n"
        "Authentication-Results: mx.porteur.example; dkim=pass\r\n"
        "Message-ID: <1@genesys.com>\r\n"
        "In-Reply-To: <a@porteur.example>\r\n"
        "References: <0@porteur.example>\r\n <a@porteur.example>\r\n"
        "From: =?iso-8859-1?Q?Andr=E9?= <sms@genesys.com>\r\n"
        "To: Desk <desk@porteur.example>\r\n"
        "Subject: =?utf-8?B?TnVtw6lyb3M=?=\r\n approved\r\n"
        "\r\nHello\r\n"
    );
    EXPECT_EQ(mail.message_id, "<1@genesys.com>");
    EXPECT_THAT(mail.in_reply_to, ElementsAre("<a@porteur.example>"));
    EXPECT_THAT(mail.references, ElementsAre("<0@porteur.example>", "<a@porteur.example>"));
    EXPECT_EQ(mail.from, (Mailbox{"André", "sms@genesys.com"}));
    EXPECT_THAT(mail.to, Contains(Mailbox{"", "desk+abcdefghijklmnop@porteur.example"}));
    EXPECT_EQ(mail.subject, "Numéros approved");
    EXPECT_EQ(mail.text, "Hello\n");
    EXPECT_THAT(mail.authentication_results, ElementsAre("mx.porteur.example; dkim=pass"));
    EXPECT_FALSE(mail.from_machine());
}

TEST(ReadMail, PrefersPlainTextAndTakesHtmlWhereThereIsNone) {
    EXPECT_EQ(
        read("Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: "
             "text/html\n\n<b>no</b>\n"
             "--b\nContent-Type: text/plain\n\nyes\n--b--\n")
            .text,
        "yes"
    );
    EXPECT_EQ(
        read("Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: "
             "quoted-printable\n\n"
             "<style>p{}</style><p>Num=E9ros&nbsp;: 3 &lt; 4</p><br>fin &#233;t&#xE9;")
            .text,
        "Numéros : 3 < 4\n\nfin été"
    );
}

TEST(ReadMail, ReadsAttachmentsAndKeepsControlsOutOfTheirNames) {
    const auto mail = read(
        "Content-Type: multipart/mixed; boundary=\"x y\"\r\n\r\npreamble\r\n--x "
        "y\r\n\r\ntext\r\n--x y\r\n"
        "Content-Type: application/pdf; name=\"plain.pdf\"\r\nContent-Disposition: attachment;\r\n"
        " filename*=iso-8859-1''%E9t%E9%0D%0A.pdf; filename=\"plain.pdf\"\r\n"
        "Content-Transfer-Encoding: BASE64\r\n\r\nJVBE\r\nRg==\r\n--x y\r\n"
        "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner\r\n--x y--\r\nepilogue\r\n"
    );
    EXPECT_EQ(mail.text, "text");
    ASSERT_THAT(mail.files, SizeIs(2));
    EXPECT_EQ(mail.files[0].name, "été__.pdf");
    EXPECT_EQ(mail.files[0].bytes, "%PDF");
    EXPECT_EQ(mail.files[1].name, "message.eml");
    EXPECT_THAT(mail.defects, IsEmpty());
}

TEST(ReadMail, KnowsWhatMachinesWrite) {
    for (const char* header :
         {"Auto-Submitted: auto-replied (vacation)", "Auto-Submitted: auto-generated; x=y",
          "Precedence: bulk", "List-Id: <l.example>", "Return-Path: <>", "X-Autoreply: yes",
          "X-Failed-Recipients: a@b.example", "From: MAILER-DAEMON@x.example"}) {
        EXPECT_TRUE(read(std::string(header) + "\n\ntext").from_machine()) << header;
    }
    EXPECT_FALSE(read("Auto-Submitted: no\n\ntext").from_machine());
}

TEST(ReadMail, ReadsADeliveryStatusReport) {
    const auto mail = read(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; "
        "report-type=delivery-status; boundary=b\n\n--b\n\nIt failed.\n--b\nContent-Type: "
        "message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example\nOriginal-Envelope-Id: 01JC2V+3Dsend\n\n"
        "Final-Recipient: rfc822; a@b.example\nAction: Failed\nStatus: 5.1.1 (no such user)\n"
        "Diagnostic-Code: smtp; 550 5.1.1\n no such user\n\nFinal-Recipient: rfc822; "
        "c@d.example\nAction: delayed\n"
        "Status: 4.4.1\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: "
        "<a@porteur.example>\n--b--\n"
    );
    EXPECT_TRUE(mail.bounce);
    ASSERT_TRUE(mail.delivery_status);
    const auto& status = *mail.delivery_status;
    EXPECT_EQ(status.original_envelope_id, "01JC2V=send");
    EXPECT_EQ(status.reporting_server, "mx.example");
    EXPECT_EQ(status.original_message_id, "<a@porteur.example>");
    ASSERT_THAT(status.recipients, SizeIs(2));
    EXPECT_EQ(status.recipients[0].final_recipient, "a@b.example");
    EXPECT_EQ(status.recipients[0].action, "failed");
    EXPECT_EQ(status.recipients[0].status, "5.1.1");
    EXPECT_EQ(status.recipients[0].diagnostic, "550 5.1.1 no such user");
    EXPECT_EQ(status.recipients[1].status, "4.4.1");
    EXPECT_TRUE(status.failed());
}

TEST(ReadMail, TakesADelayForNoFailure) {
    EXPECT_FALSE(
        read_delivery_status("Reporting-MTA: dns; x\n\nAction: delayed\nStatus: 4.4.7\n").failed()
    );
    EXPECT_TRUE(
        read_delivery_status("Final-Recipient: rfc822; a@b.example\nStatus: 5.0.0\n").failed()
    );
    EXPECT_THAT(read_delivery_status("").recipients, IsEmpty());
}

TEST(ReadMail, RefusesWhatIsNoMail) {
    for (const char* bytes : {"", "\r\n\r\n", "no colon here"}) {
        EXPECT_THAT(read_mail(bytes), FailsWith(ErrorKind::invalid_input, _)) << bytes;
    }
    EXPECT_THAT(
        read_mail("Subject: x\n\n123", {.mail_bytes_max = 10}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("15 bytes"))
    );
}

TEST(ReadMail, BoundsNestingPartsAndHeaders) {
    std::string nested;
    for (int depth = 0; depth < 1000; ++depth) {
        const std::string name = "b" + std::to_string(depth);
        nested += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
    }
    EXPECT_THAT(read(nested).defects, Contains("parts nested deeper than 10"));

    std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int part = 0; part < 5000; ++part) many += "--b\n\nx\n";
    EXPECT_THAT(read(many).defects, Contains("more than 200 parts"));

    std::string headers;
    for (int header = 0; header < 20'000; ++header)
        headers += "X-" + std::to_string(header) + ": y\n";
    EXPECT_THAT(read(headers + "\ntext").text, "text");

    std::string folded = "Subject: a\n";
    for (int line = 0; line < 10'000; ++line) folded += " bbbbbbbbbbbbbbbbbbbbbbb\n";
    EXPECT_LE(read(folded + "\ntext").subject.size(), 65'536U);

    ReadingLimits limits;
    limits.text_bytes_max = 5;
    EXPECT_EQ(read_mail("A: b\n\naéééé", limits)->text, "aéé");
}

TEST(ReadMail, TakesAnyBytesAtAll) {
    const std::string sound =
        "From: =?utf-8?Q?=C3=89?= <a@b.example>\r\nContent-Type: multipart/report; "
        "report-type=delivery-status;"
        " boundary=\"b\"\r\n\r\n--b\r\nContent-Transfer-Encoding: "
        "quoted-printable\r\n\r\n=C3=A9=\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n--b\r\nContent-Type: "
        "text/html\r\n\r\n"
        "<p>&#233;</p>\r\n--b\r\nContent-Type: application/pdf; name*0*=utf-8''%41; name*1=b\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n";
    std::minstd_rand random(11);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = sound;
        for (std::size_t change = random() % 8; change > 0 && !bytes.empty(); --change) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 4) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes.erase(at, random() % 20);
                    break;
                case 2:
                    bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
                    break;
                default:
                    bytes.resize(at);
                    break;
            }
        }
        const auto mail = read_mail(bytes);
        if (!mail) continue;
        EXPECT_TRUE(is_valid_utf8(mail->subject) && is_valid_utf8(mail->text) && is_valid_utf8(mail->from.name))
            << "seed 11, round " << round;
        for (const auto& file : mail->files)
            EXPECT_FALSE(find_control(file.name)) << "seed 11, round " << round;
    }
}

}  // namespace
}  // namespace porteur
