// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

bool is_clean(unsigned char byte) { return byte >= 0x20 && byte != '"' && byte != '\\'; }

TEST(CleanBytes, AreCountedUpToTheFirstThatIsNot) {
    for (std::size_t length = 0; length < 40; ++length)
        for (std::size_t at = 0; at < length; ++at)
            for (int byte = 0; byte < 256; ++byte)
                // What follows the first may not hide it, whatever it is.
                for (const char rest : {'a', '"', '\x1f', '\x21', '\xff'}) {
                    std::string text(at, 'a');
                    text += static_cast<char>(byte);
                    text.append(length - at - 1, rest);
                    const auto counted = [&](auto is_good) {
                        std::size_t good = 0;
                        while (good < length && is_good(static_cast<unsigned char>(text[good]))) ++good;
                        return good;
                    };
                    ASSERT_EQ(detail::clean_bytes(text), counted(is_clean)) << byte << " at " << at << " of " << length;
                    ASSERT_EQ(detail::clean_bytes(text, 0x80), counted([](unsigned char each) { return is_clean(each) && each < 0x80; })) << byte;
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
