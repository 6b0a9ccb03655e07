// SPDX-License-Identifier: Apache-2.0
#include "mail/text_codec.hpp"

#include <gmock/gmock.h>

#include <random>

namespace porteur {
namespace {

using namespace std::string_literals;

TEST(Utf8, RefusesOverlongSurrogateAndCutForms) {
    for (const char* text :
         {"\xC0\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF4\x90\x80\x80", "\xFF", "\x80"}) {
        EXPECT_FALSE(is_valid_utf8(text));
    }
    EXPECT_TRUE(is_valid_utf8("aé€🙂"));
}

TEST(FindControl, SeesEveryCharacterThatEndsALineSomewhere) {
    for (const char* text :
         {"a\rb", "a\nb", "a\tb", "a\x7F", "a\u0085", "a\u2028", "a\u2029", "a\xFF"}) {
        EXPECT_TRUE(find_control(text)) << text;
    }
    EXPECT_TRUE(find_control("a\0b"s));
    EXPECT_FALSE(find_control("Été à « Noël » 🙂 e\u0301"));
}

TEST(FoldToAscii, TakesAccentsOffComposedAndDecomposed) {
    EXPECT_EQ(fold_to_ascii("Été à Noël, cœur, Łódź, Ÿ"), "Ete a Noel, coeur, Lodz, Y");
    EXPECT_EQ(fold_to_ascii("e\u0301te\u0301"), "ete");
    EXPECT_EQ(fold_to_ascii("l’août – «5 €»"), "l'aout - '5 EUR'");
    EXPECT_EQ(fold_to_ascii("日\xFF"), "__");
}

TEST(QuotedPrintable, KeepsLinesShortAndLineEndsCrLf) {
    std::string text;
    for (int line = 0; line < 20; ++line)
        text += std::string(static_cast<std::size_t>(line * 9), 'x') + "é \n";
    const std::string encoded = encode_quoted_printable(text + ".\rFrom me\r\n.");
    std::size_t start = 0;
    for (std::size_t end = encoded.find("\r\n"); end != encoded.npos;
         end = encoded.find("\r\n", start)) {
        EXPECT_LE(end - start, 76U);
        EXPECT_NE(encoded[end - 1], ' ');
        start = end + 2;
    }
    EXPECT_EQ(start, encoded.size());
    EXPECT_TRUE(encoded.ends_with("=2E\r\n=46rom me\r\n=2E\r\n"));
}

TEST(QuotedPrintable, ComesBackAsItWas) {
    std::minstd_rand random(7);
    for (int round = 0; round < 200; ++round) {
        std::string text;
        for (std::size_t length = random() % 300; length > 0; --length) {
            text += "a =.\tF\xC3\xA9\nrom "[random() % 12];
        }
        std::string expected;
        for (const char letter : text)
            expected += letter == '\n' ? "\r\n"s : std::string(1, letter);
        if (!expected.empty() && !expected.ends_with("\r\n")) expected += "\r\n";
        EXPECT_EQ(decode_quoted_printable(encode_quoted_printable(text)), expected)
            << "seed 7, round " << round;
    }
}

TEST(QuotedPrintable, KeepsWhatIsMalformed) {
    EXPECT_EQ(decode_quoted_printable("a=ZZ=4"), "a=ZZ=4");
    EXPECT_EQ(decode_quoted_printable("a=\r\nb= \t\nc="), "abc");
}

TEST(Base64, ComesBackAsItWasWhateverTheLength) {
    std::string bytes;
    for (int length = 0; length < 200; ++length) {
        EXPECT_EQ(decode_base64(encode_base64_lines(bytes)), bytes) << length;
        bytes += static_cast<char>(length * 37);
    }
    EXPECT_EQ(encode_base64_lines("Man"), "TWFu\r\n");
    EXPECT_EQ(decode_base64("T W!F\r\nu=junk"), "Man");
}

TEST(ToUtf8, ReadsTheCharsetsOfFrenchMails) {
    EXPECT_EQ(to_utf8("\xE9t\xE9", "ISO-8859-1"), "été");
    EXPECT_EQ(to_utf8("5 \x80", "windows-1252"), "5 €");
    EXPECT_EQ(to_utf8("5 \xA4", "ISO-8859-15"), "5 €");
    EXPECT_EQ(to_utf8("été", "utf-8"), "été");
}

TEST(ToUtf8, NeverGivesAnythingElseWhateverTheCharsetClaimsToBe) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    for (const char* charset :
         {"", "utf-8", "utf-16", "utf-7", "nonsense", "iso-2022-cn-ext", "windows-1250", "../x"}) {
        EXPECT_TRUE(is_valid_utf8(to_utf8(bytes, charset))) << charset;
        EXPECT_TRUE(is_valid_utf8(to_utf8("\xE9", charset))) << charset;
    }
}

}  // namespace
}  // namespace porteur
