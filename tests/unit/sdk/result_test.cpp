// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/result.hpp>

namespace porteur {
namespace {

TEST(Quoted, MakesControlBytesVisible) { EXPECT_EQ(quoted("a\r\nb"), "\"a\\x0d\\x0ab\""); }

TEST(Quoted, CutsLongTextBetweenCharacters) { EXPECT_EQ(quoted("aéé", 2), "\"a…\""); }

TEST(Quoted, LetsNothingButUtf8IntoAMessage) {
    EXPECT_EQ(quoted("Z\xC3\xBCrich"), "\"Z\xC3\xBCrich\"");
    EXPECT_EQ(quoted("Z\xFCrich"), "\"Z\\xfcrich\"");
    EXPECT_EQ(quoted("cut \xE2\x82"), "\"cut \\xe2\\x82\"");
    EXPECT_EQ(quoted("\xC0\x80"), "\"\\xc0\\x80\"") << "an overlong form";
    EXPECT_EQ(quoted("\xED\xA0\x80"), "\"\\xed\\xa0\\x80\"") << "half of a surrogate pair";
    EXPECT_EQ(quoted("\xF4\x90\x80\x80"), "\"\\xf4\\x90\\x80\\x80\"") << "above U+10FFFF";
    EXPECT_EQ(quoted("\xF0\x9F\x93\x9E"), "\"\xF0\x9F\x93\x9E\"");
}

TEST(Reason, IsReadBackFromItsOwnText) {
    for (const auto& [reason, text] : detail::reason_texts) EXPECT_EQ(reason_from(text), reason);
    EXPECT_EQ(reason_from("SOMETHING_ELSE"), std::nullopt);
}

}  // namespace
}  // namespace porteur
