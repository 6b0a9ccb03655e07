// SPDX-License-Identifier: Apache-2.0
#include "carriers/retry_after.hpp"

#include <gtest/gtest.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using testing::FailsWith;
using testing::Gives;
using ::testing::HasSubstr;

constexpr sys_seconds noon = sys_days{2026y / October / 21} + 12h;  // a Wednesday

TEST(ParseRetryAfter, TakesACountOfSeconds) {
    EXPECT_THAT(parse_retry_after("0", noon), Gives(0s));
    EXPECT_THAT(parse_retry_after("42", noon), Gives(42s));
}

TEST(ParseRetryAfter, TakesTheThreeDateForms) {
    for (const char* field :
         {"Wed, 21 Oct 2026 12:00:30 GMT", "Wednesday, 21-Oct-26 12:00:30 GMT",
          "Wed Oct 21 12:00:30 2026"}) {
        EXPECT_THAT(parse_retry_after(field, noon), Gives(30s)) << field;
    }
    const auto first = sys_days{2026y / October / 1} + 12h;
    EXPECT_THAT(parse_retry_after("Thu Oct  1 12:00:07 2026", first), Gives(7s));
}

TEST(ParseRetryAfter, TakesADateInThePastAsNow) {
    EXPECT_THAT(parse_retry_after("Wed, 21 Oct 2026 11:59:59 GMT", noon), Gives(0s));
}

TEST(ParseRetryAfter, ReadsTwoDigitYearsMoreThanFiftyYearsAheadAsPast) {
    EXPECT_THAT(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", noon), Gives(0s));
    EXPECT_THAT(parse_retry_after("Sunday, 06-Nov-76 08:49:37 GMT", noon), Gives(retry_after_max));
}

TEST(ParseRetryAfter, CutsAWaitLongerThanTheMaximum) {
    EXPECT_THAT(parse_retry_after("86400", noon), Gives(retry_after_max));
    EXPECT_THAT(parse_retry_after("99999999999999999999", noon), Gives(retry_after_max));
    EXPECT_THAT(parse_retry_after("Thu, 22 Oct 2026 12:00:00 GMT", noon), Gives(retry_after_max));
}

TEST(ParseRetryAfter, RefusesAnythingElseAndQuotesIt) {
    for (const char* field : {"", "-5", "5 minutes", "soon", "1.5", "+3"}) {
        EXPECT_THAT(
            parse_retry_after(field, noon), FailsWith(ErrorKind::invalid_input, HasSubstr(field))
        );
    }
}

TEST(ParseRetryAfter, RefusesDatesThatDoNotExist) {
    for (const char* field :
         {"Wed, 31 Feb 2026 12:00:00 GMT", "Wed, 21 Oct 2026 24:00:00 GMT",
          "Wed, 21 Oct 2026 12:00:00 CET", "Wed, 21 Oct 2026 12:00:00 GMT ",
          "Wed, 21 Okt 2026 12:00:00 GMT", "Wed Oct 21 12:00:30", "Wed, 21 Oct 26 12:00:30 GMT"}) {
        EXPECT_THAT(
            parse_retry_after(field, noon),
            FailsWith(ErrorKind::invalid_input, HasSubstr("neither"))
        ) << field;
    }
}

}  // namespace
}  // namespace porteur
