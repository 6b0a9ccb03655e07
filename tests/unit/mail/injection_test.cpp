// SPDX-License-Identifier: Apache-2.0
// 2,000 generated strings into every field of a mail: no header, no part and no recipient more than
// before, and what was taken comes back as it was. Judged by Python's mail reader where Python is
// there, and always by our own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <sstream>

#include "mail/message.hpp"
#include "mail/message_id.hpp"
#include "mail/reading.hpp"
#include "mail/text_codec.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::string_literals;

constexpr unsigned seed = 20260309;
constexpr int string_count = 2000;

std::string hostile_string(std::minstd_rand& random) {
    static const std::string pieces[] = {
        "\r\n",
        "\n",
        "\r",
        "\0"s,
        "\t",
        "\u2028",
        "\u2029",
        "\u0085",
        "\x7F",
        "\x1B",
        "\xFF",
        "\xC3",
        "\xC0\x8A",
        "Bcc: evil@example.org",
        "\r\nBcc: evil@example.org\r\n",
        "\n.\n",
        "\r\n\r\n",
        "\r\n folded",
        "%0D%0A",
        "=?UTF-8?Q?=0D=0ABcc:_evil@example.org?=",
        "=?UTF-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
        "=?",
        "?=",
        "=0A",
        "\"",
        "\\",
        "'",
        ";",
        ",",
        ":",
        "<",
        ">",
        "@",
        "(",
        ")",
        "<evil@example.org>",
        ", evil@example.org",
        "--=_porteur_",
        "filename*0*=UTF-8''evil",
        "; filename=\"evil\"",
        "é",
        "e\u0301",
        "’",
        "«»",
        "🙂",
        "日本",
        "\u202E",
        "../",
        " ",
        "  ",
        "a",
        "Facture",
        ".pdf",
        "b.c",
        std::string(80, 'x'),
        std::string(300, 'y')
    };
    std::string text;
    // Half of them are one piece alone, or one among harmless letters.
    for (std::size_t count = 1 + random() % (random() % 2 ? 2 : 6); count > 0; --count) {
        if (random() % 3 == 0) text += "abc";
        text += pieces[random() % std::size(pieces)];
    }
    return text;
}

OutgoingMail plain_mail() {
    OutgoingMail mail;
    mail.message_id = "<1@porteur.example>";
    mail.from = {.name = "Porteur", .address = "desk@porteur.example"};
    mail.to = {{.name = "Genesys", .address = "sms@genesys.example"}};
    mail.reply_to = "desk@porteur.example";
    mail.in_reply_to = "<0@genesys.example>";
    mail.references = {"<0@genesys.example>"};
    mail.subject = "Subject";
    mail.text = "Text\n";
    mail.html = "<p>Text</p>\n";
    mail.files = {{.name = "a.pdf", .content_type = "application/pdf", .bytes = "%PDF"}};
    return mail;
}

struct Field {
    const char* name;
    std::function<void(OutgoingMail&, const std::string&)> put;
};

const Field fields[] = {
    {"from.name", [](OutgoingMail& mail, const std::string& text) { mail.from.name = text; }},
    {"from.address", [](OutgoingMail& mail, const std::string& text) { mail.from.address = text; }},
    {"from.address", [](OutgoingMail& mail, const std::string& text
                     ) { mail.from.address = "a" + text + "@b.example"; }},
    {"to[0].name", [](OutgoingMail& mail, const std::string& text) { mail.to[0].name = text; }},
    {"to[0].address", [](OutgoingMail& mail, const std::string& text
                      ) { mail.to[0].address = "a@b" + text + ".example"; }},
    {"reply_to", [](OutgoingMail& mail,
                    const std::string& text) { mail.reply_to = "a" + text + "@b.example"; }},
    {"message_id", [](OutgoingMail& mail,
                      const std::string& text) { mail.message_id = "<a" + text + "@b.example>"; }},
    {"in_reply_to",
     [](OutgoingMail& mail, const std::string& text) { mail.in_reply_to = "<a@b" + text + ">"; }},
    {"references[0]",
     [](OutgoingMail& mail, const std::string& text) { mail.references[0] = "<a" + text + "@b>"; }},
    {"subject", [](OutgoingMail& mail, const std::string& text) { mail.subject = text; }},
    {"text", [](OutgoingMail& mail, const std::string& text) { mail.text = text; }},
    {"html", [](OutgoingMail& mail, const std::string& text) { mail.html = "<p>" + text; }},
    {"files[0].name", [](OutgoingMail& mail, const std::string& text) { mail.files[0].name = text; }
    },
    {"files[0].content_type",
     [](OutgoingMail& mail, const std::string& text) { mail.files[0].content_type = "a/" + text; }},
};

const std::vector<std::string> header_names{"Date",         "From",        "To",         "Reply-To",
                                            "Message-ID",   "In-Reply-To", "References", "Subject",
                                            "MIME-Version", "Content-Type"};

/// The mail that has this string wherever it is taken; nothing is expected to change but the
/// values.
OutgoingMail mail_with(const std::string& text, int& taken, int& refused) {
    OutgoingMail all = plain_mail();
    for (const auto& [name, put] : fields) {
        auto mail = plain_mail();
        put(mail, text);
        const auto rendered = render_mail(mail);
        if (rendered) {
            ++taken;
            put(all, text);
        } else {
            ++refused;
            EXPECT_EQ(rendered.error().kind, ErrorKind::invalid_input);
            EXPECT_THAT(rendered.error().message, ::testing::StartsWith(name));
            EXPECT_FALSE(
                find_control(rendered.error().message).has_value() && is_valid_utf8(text) &&
                !find_control(text)
            );
        }
    }
    return all;
}

void check_by_us(const OutgoingMail& sent, const std::string& bytes) {
    std::string_view left = bytes;
    std::vector<std::string> defects;
    std::vector<std::string> names;
    for (const auto& field : take_fields(left, {}, defects)) names.push_back(field.name);
    std::vector<std::string> expected;
    for (const auto& name : header_names) expected.push_back(lower_ascii(name));
    EXPECT_EQ(names, expected) << bytes;

    const auto read = read_mail(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->to, sent.to) << bytes;
    EXPECT_EQ(read->from, sent.from) << bytes;
    EXPECT_EQ(read->subject, sent.subject) << bytes;
    ASSERT_EQ(read->files.size(), 1U);
    EXPECT_EQ(read->files[0].name, sent.files[0].name) << bytes;
    EXPECT_EQ(read->files[0].bytes, sent.files[0].bytes);
}

/// Line ends are written as CRLF, whatever they were.
std::string without_breaks(std::string text) {
    std::erase_if(text, [](char letter) { return letter == '\r' || letter == '\n'; });
    return text;
}

void check_by_python(const OutgoingMail& sent, const boost::json::object& seen) {
    const auto strings = [](const boost::json::value& value) {
        std::vector<std::string> out;
        for (const auto& item : value.as_array()) out.emplace_back(item.as_string());
        return out;
    };
    EXPECT_EQ(strings(seen.at("headers")), header_names);
    EXPECT_EQ(strings(seen.at("recipients")), std::vector{sent.to[0].address});
    EXPECT_EQ(seen.at("parts").as_int64(), 5) << "the mail, its text in two forms, and its file";
    EXPECT_EQ(without_breaks(std::string(seen.at("html").as_string())), without_breaks(sent.html));
    EXPECT_EQ(strings(seen.at("files")), std::vector{sent.files[0].name});
    EXPECT_EQ(std::string(seen.at("subject").as_string()), sent.subject);
    // Python's reader (3.11) puts a blank between the encoded words of a name; blanks are not
    // compared there.
    const auto without_blanks = [](std::string text) {
        std::erase(text, ' ');
        return text;
    };
    EXPECT_EQ(without_blanks(strings(seen.at("names")).at(0)), without_blanks(sent.to[0].name));
    EXPECT_EQ(
        without_blanks(std::string(seen.at("from").as_string())), without_blanks(sent.from.name)
    );
    EXPECT_THAT(strings(seen.at("defects")), ::testing::IsEmpty());
}

TEST(HeaderInjection, AddsNothingWhateverIsPutIntoWhichField) {
    std::minstd_rand random(seed);
    std::vector<OutgoingMail> mails;
    std::string folder = ::testing::TempDir() + "porteur-injection-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    std::ofstream for_python(folder + "/mails", std::ios::binary);
    int taken = 0;
    int refused = 0;
    for (int number = 0; number < string_count; ++number) {
        const auto mail = mail_with(hostile_string(random), taken, refused);
        const std::string bytes = render_mail(mail).value();
        check_by_us(mail, bytes);
        for_python << bytes.size() << '\n' << bytes;
        mails.push_back(mail);
        if (HasFailure()) FAIL() << "seed " << seed << ", string " << number;
    }
    for_python.close();
    // Both happen, or the strings would show nothing.
    EXPECT_GT(taken, string_count);
    EXPECT_GT(refused, string_count);

    std::string answer;
    if (std::system("python3 -c 'import email.policy' 2>/dev/null") == 0) {
        const auto command = fmt::format(
            "python3 '{}/read_mails.py' < '{}/mails' > '{}/seen'", MAIL_TEST_FOLDER, folder, folder
        );
        ASSERT_EQ(std::system(command.c_str()), 0);
        std::ifstream seen(folder + "/seen");
        std::string line;
        std::size_t number = 0;
        for (; std::getline(seen, line); ++number) {
            check_by_python(mails.at(number), boost::json::parse(line).as_object());
            if (HasFailure())
                FAIL() << "seed " << seed << ", string " << number << ", by Python: " << line;
        }
        EXPECT_EQ(number, mails.size());
        answer = "by Python's reader and ours";
    } else {
        answer = "by our reader alone, as there is no python3";
    }
    std::filesystem::remove_all(folder);
    std::cout << fmt::format(
        "header injection: {} strings into {} fields: {} taken, {} refused; 0 headers, 0 "
        "recipients more, judged {}\n",
        string_count, std::size(fields), taken, refused, answer
    );
}

}  // namespace
}  // namespace porteur
