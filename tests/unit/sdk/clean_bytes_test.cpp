// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

bool is_clean(unsigned char byte) { return byte >= 0x20 && byte != '"' && byte != '\\'; }

TEST(CleanBytes, AreNeverPassedWhereOneIsNotClean) {
    for (std::size_t length = 0; length < 40; ++length)
        for (std::size_t at = 0; at < length; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(length, 'a');
                text[at] = static_cast<char>(byte);
                const auto clean = detail::clean_bytes(text), plain = detail::clean_bytes(text, 0x80);
                ASSERT_LE(clean, length);
                const bool is_ascii = byte < 0x80;
                if (!is_clean(static_cast<unsigned char>(byte))) {
                    ASSERT_LE(clean, at) << byte << " at " << at << " of " << length;
                } else {
                    ASSERT_EQ(clean, length / 8 * 8) << byte;
                }
                if (!is_ascii) ASSERT_LE(plain, at) << byte;
                if (is_ascii && is_clean(static_cast<unsigned char>(byte))) ASSERT_EQ(plain, length / 8 * 8) << byte;
            }
}

TEST(CleanBytes, AreWrittenAsTheyAreAndAllOthersEscaped) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = "0123456789" + std::string(1, static_cast<char>(byte)) + "abcdefghijk";
        std::string out;
        detail::write_text(out, text);
        if (byte < 0x80) {
            EXPECT_EQ(json::parse(out).as_string(), text) << byte;
        } else {
            EXPECT_EQ(out, '"' + text + '"');
        }
    }
}

}  // namespace
}  // namespace porteur
