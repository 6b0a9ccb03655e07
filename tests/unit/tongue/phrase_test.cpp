// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

TEST(Phrase, PutsTextsAndNumbersInTheirPlaces) {
    const std::string account = "acme-1";
    EXPECT_EQ(
        phrase("to be sent to {1}, attempt {2}", account, 3), "to be sent to acme-1, attempt 3"
    );
    EXPECT_EQ(phrase("{2} before {1}", "one", std::string_view("two")), "two before one");
    EXPECT_EQ(
        phrase("{1:n} bytes", std::size_t{18'446'744'073'709'551'615U}),
        "18446744073709551615 bytes"
    );
    EXPECT_EQ(phrase("{1:n}", -7), "-7");
}

TEST(Phrase, IsAPlaceOnlyWithANumberThatHasAValue) {
    EXPECT_EQ(phrase("https://{account}/{1}/{}", "x"), "https://{account}/x/{}");
    EXPECT_EQ(phrase("{1} {2}", "a"), "a {2}");
    EXPECT_EQ(phrase("{1"), "{1");
    EXPECT_EQ(phrase("{1} {1:state}", "{2}"), "{2} {2}") << "what stands in a value is no place";
}

TEST(Phrase, ChoosesTheFormByTheNumber) {
    for (const auto& [count, text] : {std::pair{0, "0 numbers"}, {1, "1 number"}, {2, "2 numbers"}})
        EXPECT_EQ(phrase_n(count, "{1:n} number", "{1:n} numbers", count), text);
}

}  // namespace
}  // namespace porteur
