// SPDX-License-Identifier: Apache-2.0
#include "settings/units.hpp"

#include <gmock/gmock.h>

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

TEST(ParseDuration, TakesAWholeNumberAndAUnit) {
    EXPECT_THAT(parse_duration("300ms"), Optional(300ms));
    EXPECT_THAT(parse_duration("5s"), Optional(5s));
    EXPECT_THAT(parse_duration("2m"), Optional(2min));
    EXPECT_THAT(parse_duration("1h"), Optional(1h));
    EXPECT_THAT(parse_duration("2d"), Optional(48h));
    EXPECT_THAT(parse_duration("0s"), Optional(0ms));
    EXPECT_THAT(parse_duration("007s"), Optional(7s));
}

TEST(ParseDuration, RefusesAnythingElse) {
    for (const char* text :
         {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec", "5w", "1h30m",
          "5s\n", "0x5s", "٥s"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(ParseDuration, TakesWhatIsTooLongAsTheLongest) {
    EXPECT_THAT(parse_duration("36500d"), Optional(duration_max));
    EXPECT_THAT(parse_duration("36501d"), Optional(duration_max));
    EXPECT_THAT(parse_duration("9223372036854775807d"), Optional(duration_max));
    EXPECT_THAT(parse_duration("99999999999999999999999ms"), Optional(duration_max));
}

TEST(DurationText, IsTheShortestThatReadsBack) {
    EXPECT_EQ(duration_text(0ms), "0ms");
    EXPECT_EQ(duration_text(1500ms), "1500ms");
    EXPECT_EQ(duration_text(90s), "90s");
    EXPECT_EQ(duration_text(120s), "2m");
    EXPECT_EQ(duration_text(24h), "1d");
}

TEST(ParseSize, TakesThousandsAnd1024s) {
    EXPECT_THAT(parse_size("0B"), Optional(0u));
    EXPECT_THAT(parse_size("500B"), Optional(500u));
    EXPECT_THAT(parse_size("10kB"), Optional(10'000u));
    EXPECT_THAT(parse_size("10MB"), Optional(10'000'000u));
    EXPECT_THAT(parse_size("8KiB"), Optional(8192u));
    EXPECT_THAT(parse_size("256MiB"), Optional(268'435'456u));
    EXPECT_THAT(parse_size("2GiB"), Optional(2'147'483'648u));
}

TEST(ParseSize, RefusesAnythingElse) {
    for (const char* text : {"", "10", "MB", "10 MB", "-1MB", "1.5MB", "10mb", "10KB", "10M"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(ParseSize, TakesWhatOverflowsAsTheLargest) {
    EXPECT_THAT(parse_size("99999999999999999999GiB"), Optional(INT64_MAX));
}

TEST(SizeText, IsTheShortestThatReadsBack) {
    EXPECT_EQ(size_text(500), "500B");
    EXPECT_EQ(size_text(8192), "8KiB");
    EXPECT_EQ(size_text(20'000'000), "20MB");
    EXPECT_EQ(size_text(1ULL << 30), "1GiB");
}

TEST(ParseRate, TakesACountInASecondMinuteOrHour) {
    EXPECT_THAT(parse_rate("10/s"), Optional(Rate{10, 1s}));
    EXPECT_THAT(parse_rate("300/m"), Optional(Rate{300, 60s}));
    EXPECT_THAT(parse_rate("1000/h"), Optional(Rate{1000, 3600s}));
}

TEST(ParseRate, RefusesAnythingElse) {
    for (const char* text :
         {"", "10", "/s", "0/s", "-1/s", "10/d", "10/ s", "10 /s", "10/min", "5000000000/s", "1.5/s"
         })
        EXPECT_EQ(parse_rate(text), std::nullopt) << text;
}

}  // namespace
}  // namespace porteur
