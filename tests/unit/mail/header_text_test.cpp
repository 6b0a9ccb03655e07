// SPDX-License-Identifier: Apache-2.0
#include "mail/header_text.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace porteur {
namespace {

using ::testing::HasSubstr;

/// The longest line of a header value that begins at `column`.
std::size_t longest_line(const std::string& value, std::size_t column) {
    std::size_t longest = 0;
    std::size_t start = 0;
    for (;;) {
        const auto end = value.find("\r\n", start);
        longest = std::max(longest, (end == value.npos ? value.size() : end) - start + column);
        if (end == value.npos) return longest;
        start = end + 2;
        column = 0;
    }
}

const std::string samples[] = {
    "Achat de numéros",
    "é",
    " leading and trailing ",
    "=?UTF-8?Q?=0D=0ABcc:_evil@example.org?=",
    "une ligne d'objet bien plus longue que ce qu'un en-tête peut porter, avec l'été, l'août et "
    "Noël",
    "日本語のとても長い件名日本語のとても長い件名日本語のとても長い件名日本語のとても長い件名",
    "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂",
    std::string(300, 'a'),
    "a_b?c=d",
    "e\u0301te\u0301",
};

TEST(EncodeHeaderText, KeepsShortAsciiReadable) {
    EXPECT_EQ(encode_header_text("Purchase of 2 numbers", 9), "Purchase of 2 numbers");
}

TEST(EncodeHeaderText, ComesBackAsItWasInShortLinesOfWholeWords) {
    const std::regex word("=\\?UTF-8\\?Q\\?([^?\\s]*)\\?=");
    for (const std::string& text : samples) {
        const std::string encoded = encode_header_text(text, 9);
        EXPECT_EQ(decode_header_text(encoded), text);
        EXPECT_LE(longest_line(encoded, 9), 76U) << encoded;
        for (std::sregex_iterator found(encoded.begin(), encoded.end(), word), end; found != end;
             ++found) {
            EXPECT_LE(found->str().size(), 75U);
        }
        const std::string name = encode_display_name(text, 4);
        EXPECT_LE(longest_line(name, 4), 76U) << name;
    }
}

TEST(EncodeDisplayName, QuotesWhatIsSpecialAndEncodesTheRest) {
    EXPECT_EQ(encode_display_name("Genesys Cloud", 4), "Genesys Cloud");
    EXPECT_EQ(encode_display_name("Doe, \"Jane\" <x>", 4), "\"Doe, \\\"Jane\\\" <x>\"");
    EXPECT_THAT(encode_display_name("Été", 4), HasSubstr("=?UTF-8?Q?=C3=89t=C3=A9?="));
}

TEST(DecodeHeaderText, ReadsForeignForms) {
    EXPECT_EQ(decode_header_text("=?iso-8859-1?q?=E9t=E9?= =?iso-8859-1?Q?_2026?="), "été 2026");
    EXPECT_EQ(decode_header_text("Re: =?UTF-8?B?w6l0w6k=?= (suite)"), "Re: été (suite)");
    EXPECT_EQ(decode_header_text("=?utf-8*fr?Q?=C3=A9?="), "é");
    // A character cut in two by a sender who did not know better.
    EXPECT_EQ(decode_header_text("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?="), "é");
    EXPECT_EQ(decode_header_text("\xE9t\xE9"), "été");
}

TEST(DecodeHeaderText, KeepsWhatIsMalformed) {
    for (const char* text :
         {"=?", "=?x", "=?utf-8?X?abc?=", "=?utf-8?Q?abc", "= ?utf-8?Q?a?=", "a ?= b"}) {
        EXPECT_EQ(decode_header_text(text), text);
    }
}

TEST(EncodeFileName, IsPlainWhereThatSaysEverything) {
    EXPECT_EQ(encode_file_name("filename", "invoice.pdf"), "\r\n filename=\"invoice.pdf\"");
}

TEST(EncodeFileName, HasBothFormsBelow78Columns) {
    for (const std::string& name : samples) {
        const std::string encoded = encode_file_name("filename", name);
        EXPECT_LT(longest_line(encoded, 0), 78U) << encoded;
        EXPECT_EQ(read_structured("attachment;" + encoded).parameter("filename"), name);
    }
    EXPECT_THAT(
        encode_file_name("filename", "Facture d’août.pdf"),
        HasSubstr("filename*=UTF-8''Facture%20d%E2%80%99ao%C3%BBt.pdf;\r\n filename=\"Facture "
                  "d'aout.pdf\"")
    );
}

TEST(ReadStructured, ReadsForeignForms) {
    const auto type = read_structured("Text/HTML; Charset=\"ISO-8859-1\" ; x=a\\b");
    EXPECT_EQ(type.value, "text/html");
    EXPECT_EQ(type.parameter("charset"), "ISO-8859-1");
    // Outlook: an encoded word in quotes. Others: pieces out of order, some encoded and some not.
    EXPECT_EQ(
        read_structured("a; filename=\"=?iso-8859-1?Q?=E9t=E9?=.pdf\"").parameter("filename"),
        "été.pdf"
    );
    EXPECT_EQ(
        read_structured("a; name*1=\".pdf\"; name*0*=iso-8859-1'fr'%E9t%E9").parameter("name"),
        "été.pdf"
    );
}

TEST(ReadStructured, SurvivesNonsense) {
    for (const char* field :
         {"", ";", ";;;=;", "a;b", "a;=c", "a;b=\"", "a;b*=x'", "a;b*99999999999=c", "a;b*1*=c",
          "a; b = \"c\\"}) {
        (void)read_structured(field);
    }
    EXPECT_EQ(read_structured("a; n*1=b").parameter("n"), "");
}

}  // namespace
}  // namespace porteur
