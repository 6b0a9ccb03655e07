// SPDX-License-Identifier: Apache-2.0
#include "numbering/digit_pattern.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>

namespace porteur::numbering {
namespace {

TEST(DigitPattern, FitsWhatStandardRegularExpressionsFit) {
    std::mt19937 chance(11);
    for (const char* expression :
         {"[2-9]\\d{9}", "(?:2(?:04|[23]6|[48]9|50)|3(?:06|43|65))[2-9]\\d{6}", "1?2*3+",
          "(12|1)(?:3{2,3}|\\d{0,2})4?", "", "0|1{3}", "(?:[1-4]\\d|5)*",
          "8(?:00|1[0-35-9]){1,2}"}) {
        const auto pattern = DigitPattern::compile(expression);
        ASSERT_TRUE(pattern) << expression;
        const std::regex standard(expression);
        for (int round = 0; round < 3000; ++round) {
            std::string digits;
            for (auto left = chance() % 12; left > 0; --left)
                digits += static_cast<char>('0' + chance() % 10);
            // Few random numbers fit an area code; small digits fit the rest more often.
            if (round % 2 == 0)
                for (auto& digit : digits) digit = static_cast<char>('0' + (digit - '0') % 5);
            ASSERT_EQ(pattern->matches(digits), std::regex_match(digits, standard))
                << expression << " " << digits;
            for (std::size_t length = 0; length <= digits.size(); ++length)
                ASSERT_EQ(
                    pattern->beginnings(digits) >> length & 1U,
                    std::regex_match(digits.substr(0, length), standard) ? 1U : 0U
                ) << expression
                  << " " << digits << " " << length;
        }
    }
}

TEST(DigitPattern, IsNotMadeOfWhatItDoesNotKnow) {
    for (const char* expression :
         {"a", "(?!1)2", "[^1]", "\\w", "(1", "1)", "1{3,2}", "1{999}", "^1", "1$", "{2}", "[1-",
          "*"})
        EXPECT_FALSE(DigitPattern::compile(expression)) << expression;
}

TEST(DigitPattern, IsNotMadeWhereTheTableWouldBeHuge) {
    EXPECT_FALSE(DigitPattern::compile("(?:\\d*1\\d{30}){20}"));
}

}  // namespace
}  // namespace porteur::numbering
