// SPDX-License-Identifier: Apache-2.0
#include "mail/message.hpp"

#include <gmock/gmock.h>

#include "mail/reading.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using porteur::testing::FailsWith;
using ::testing::_;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

OutgoingMail purchase_mail() {
    OutgoingMail mail;
    mail.message_id = "<01JC2V.send.0.00000000000000aa@porteur.example>";
    mail.date = sys_days{2026y / March / 9} + 14h + 5min + 9s;
    mail.from = {.name = "Porteur", .address = "desk@porteur.example"};
    mail.to = {{.name = "Genesys Cloud SMS", .address = "GenesysCloudSMS@genesys.com"}};
    mail.reply_to = "desk+abcdefghijklmnop@porteur.example";
    mail.subject = "Achat de numéros SMS";
    mail.text = "Bonjour,\nFrance.\n";
    return mail;
}

TEST(RenderMail, WritesWhatTheStandardAsksFor) {
    EXPECT_EQ(
        render_mail(purchase_mail()).value(),
        "Date: Mon, 09 Mar 2026 14:05:09 +0000\r\n"
        "From: Porteur <desk@porteur.example>\r\n"
        "To: Genesys Cloud SMS <GenesysCloudSMS@genesys.com>\r\n"
        "Reply-To: desk+abcdefghijklmnop@porteur.example\r\n"
        "Message-ID: <01JC2V.send.0.00000000000000aa@porteur.example>\r\n"
        "Subject: =?UTF-8?Q?Achat_de_num=C3=A9ros_SMS?=\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Bonjour,\r\n"
        "France.\r\n"
    );
}

TEST(RenderMail, GivesTheSameBytesForTheSameMail) {
    auto mail = purchase_mail();
    mail.files = {{.name = "été.pdf", .content_type = "application/pdf", .bytes = "%PDF"}};
    EXPECT_EQ(render_mail(mail), render_mail(mail));
    auto other = mail;
    other.message_id = "<other@porteur.example>";
    EXPECT_NE(render_mail(mail).value(), render_mail(other).value());
}

TEST(RenderMail, HasTheTextAndTheSameAsHtmlWhereThereIsSuch) {
    auto mail = purchase_mail();
    mail.html = "<p>Bonjour, numéros</p>\n";
    const std::string alone = render_mail(mail).value();
    EXPECT_THAT(alone, HasSubstr("Content-Type: multipart/alternative;"));
    // The last part that a reader can show is the one that it shows, so the text comes first.
    EXPECT_LT(alone.find("text/plain; charset=utf-8"), alone.find("text/html; charset=utf-8"));
    EXPECT_THAT(alone, HasSubstr("\r\n\r\n<p>Bonjour, num=C3=A9ros</p>\r\n"));

    mail.files = {{.name = "été.pdf", .content_type = "application/pdf", .bytes = "%PDF"}};
    const std::string bytes = render_mail(mail).value();
    EXPECT_LT(bytes.find("multipart/mixed"), bytes.find("multipart/alternative"));
    const auto read = read_mail(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text, "Bonjour,\nFrance.\n");
    ASSERT_EQ(read->files.size(), 1U);
    EXPECT_EQ(read->files[0].bytes, "%PDF");
    EXPECT_EQ(render_mail(mail), render_mail(mail));
    mail.html = "\xFF";
    EXPECT_THAT(render_mail(mail), FailsWith(ErrorKind::invalid_input, HasSubstr("html: is not UTF-8")));
}

TEST(RenderMail, ComesBackAsItWasWithFilesAndReferences) {
    auto mail = purchase_mail();
    mail.in_reply_to = "<before@genesys.com>";
    mail.references = {"<first@genesys.com>", "<before@genesys.com>"};
    mail.to.push_back(
        {.name = "Jean-Noël Été, directeur des opérations téléphoniques", .address = "jn@x.example"}
    );
    // A file that looks like the end of the mail and like a boundary.
    mail.files = {
        {.name = "../étrange \"nom\" 🙂.pdf",
         .content_type = "application/pdf",
         .bytes = "\r\n--=_porteur_\r\n.\r\n"},
        {.name = "empty.txt", .content_type = "text/plain", .bytes = ""},
        {.name = std::string(251, 'n') + ".pdf",
         .content_type = "application/pdf",
         .bytes = std::string(100'000, '\xFF')}
    };
    const std::string bytes = render_mail(mail).value();
    std::size_t start = 0;
    for (auto end = bytes.find("\r\n"); end != bytes.npos; end = bytes.find("\r\n", start)) {
        EXPECT_LE(end - start, 78U) << bytes.substr(start, end - start);
        EXPECT_EQ(bytes.substr(start, end - start).find_first_of("\r\n"), std::string::npos);
        start = end + 2;
    }
    EXPECT_EQ(start, bytes.size());

    const auto read = read_mail(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->from, mail.from);
    EXPECT_EQ(read->to, mail.to);
    EXPECT_EQ(read->message_id, mail.message_id);
    EXPECT_THAT(read->in_reply_to, ::testing::ElementsAre(mail.in_reply_to));
    EXPECT_EQ(read->references, mail.references);
    EXPECT_EQ(read->subject, mail.subject);
    EXPECT_EQ(read->text, mail.text);
    ASSERT_EQ(read->files.size(), 3U);
    for (std::size_t at = 0; at < 3; ++at) {
        EXPECT_EQ(read->files[at].name, mail.files[at].name);
        EXPECT_EQ(read->files[at].content_type, mail.files[at].content_type);
        EXPECT_EQ(read->files[at].bytes, mail.files[at].bytes);
    }
}

// A file of a mail that came in may call itself a part with parts in it; in base64 its readers would show none.
TEST(RenderMail, SendsAFileThatClaimsToHoldPartsAsMereBytes) {
    for (const char* type : {"multipart/mixed", "Message/RFC822"}) {
        auto mail = purchase_mail();
        mail.files = {{.name = "part-1", .content_type = type, .bytes = "--a\n"}};
        const auto read = read_mail(render_mail(mail).value());
        ASSERT_TRUE(read);
        EXPECT_THAT(read->defects, ::testing::IsEmpty());
        ASSERT_EQ(read->files.size(), 1U);
        EXPECT_EQ(read->files[0].content_type, "application/octet-stream");
        EXPECT_EQ(read->files[0].bytes, "--a\n");
    }
}

TEST(RenderMail, CountsTheFilesBeforeAnythingElse) {
    auto mail = purchase_mail();
    mail.message_id = "not looked at yet";
    mail.files = {
        {.name = "a", .content_type = "text/plain", .bytes = std::string(6'000'000, 'a')},
        {.name = "b", .content_type = "text/plain", .bytes = std::string(4'000'001, 'b')}
    };
    EXPECT_THAT(
        render_mail(mail),
        FailsWith(
            ErrorKind::invalid_input, HasSubstr("10000001 bytes together is more than the 10000000")
        )
    );
    mail.files.pop_back();
    EXPECT_THAT(render_mail(mail), FailsWith(ErrorKind::invalid_input, HasSubstr("message_id")));
}

TEST(RenderMail, RefusesWhatIsNotSoundAndNamesTheField) {
    struct Case {
        const char* field;
        void (*spoil)(OutgoingMail&);
    };
    const Case cases[] = {
        {"subject: ", [](OutgoingMail& mail) { mail.subject = "a\r\nBcc: b@c.example"; }},
        {"subject: ", [](OutgoingMail& mail) { mail.subject = "a\u2028b"; }},
        {"subject: ", [](OutgoingMail& mail) { mail.subject = "\xFF"; }},
        {"subject: ", [](OutgoingMail& mail) { mail.subject = std::string(999, 'a'); }},
        {"from.name: ", [](OutgoingMail& mail) { mail.from.name = "a\nb"; }},
        {"from.address: ", [](OutgoingMail& mail) { mail.from.address = ""; }},
        {"to: 0 recipients", [](OutgoingMail& mail) { mail.to.clear(); }},
        {"to: 101 recipients", [](OutgoingMail& mail) { mail.to.resize(101, mail.to[0]); }},
        {"to[1].address: ",
         [](OutgoingMail& mail) { mail.to.push_back({.name = "", .address = "x"}); }},
        {"reply_to: ", [](OutgoingMail& mail) { mail.reply_to = "x y@z.example"; }},
        {"message_id: ", [](OutgoingMail& mail) { mail.message_id = ""; }},
        {"in_reply_to: ", [](OutgoingMail& mail) { mail.in_reply_to = "<a b@c>"; }},
        {"references[1]: ", [](OutgoingMail& mail) { mail.references = {"<a@b>", "<a@b>\r\nX: y"}; }
        },
        {"text: ", [](OutgoingMail& mail) { mail.text = "\xC3"; }},
        {"files[0].name: ", [](OutgoingMail& mail) { mail.files = {{"", "text/plain", ""}}; }},
        {"files[0].name: ", [](OutgoingMail& mail) { mail.files = {{"a\r\nb", "text/plain", ""}}; }
        },
        {"files[0].name: ",
         [](OutgoingMail& mail) { mail.files = {{std::string(256, 'a'), "text/plain", ""}}; }},
        {"files[0].content_type: ",
         [](OutgoingMail& mail) { mail.files = {{"a", "text/plain; x=y", ""}}; }},
        {"files[0].content_type: ", [](OutgoingMail& mail) { mail.files = {{"a", "pdf", ""}}; }},
    };
    for (const auto& [field, spoil] : cases) {
        auto mail = purchase_mail();
        spoil(mail);
        EXPECT_THAT(
            render_mail(mail), FailsWith(ErrorKind::invalid_input, ::testing::StartsWith(field))
        );
    }
}

}  // namespace
}  // namespace porteur
