// SPDX-License-Identifier: Apache-2.0
#include "carriers/rate_limit.hpp"

#include <gtest/gtest.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using testing::Gives;
using ::testing::HasSubstr;

constexpr RateLimit::Time start{100s};

HttpAnswer answer_with(HttpHeaders headers) { return {200, std::move(headers), {}}; }

TEST(ParseRate, TakesSecondsMinutesAndHours) {
    EXPECT_THAT(parse_request_rate("10/s"), Gives(RequestRate{10, 1s}));
    EXPECT_THAT(parse_request_rate("50/min"), Gives(RequestRate{50, 1min}));
    EXPECT_THAT(parse_request_rate("50/m"), Gives(RequestRate{50, 1min}));
    EXPECT_THAT(parse_request_rate("1000/h"), Gives(RequestRate{1000, 1h}));
}

TEST(ParseRate, RefusesAnythingElseAndSaysWhatToWrite) {
    for (const char* text :
         {"", "10", "/s", "0/s", "-1/s", "1.5/s", "10/day", "10 /s", "1000001/s"}) {
        EXPECT_THAT(parse_request_rate(text), FailsWith(ErrorKind::invalid_input, HasSubstr("\"10/s\"")))
            << text;
    }
}

TEST(RateLimit, LetsABurstPassAndThenSpacesEvenly) {
    RateLimit limit({10, 1s}, 3);
    for (int at = 0; at < 3; ++at) EXPECT_EQ(limit.reserve(start), start);
    EXPECT_EQ(limit.reserve(start), start + 100ms);
    EXPECT_EQ(limit.reserve(start), start + 200ms);
}

TEST(RateLimit, BeginsWithoutABurstWhereAnotherHadItAMomentAgo) {
    RateLimit limit({10, 1s}, 3);
    limit.begin_used_up(start);
    EXPECT_EQ(limit.reserve(start), start + 100ms);
    EXPECT_EQ(limit.reserve(start), start + 200ms);
    EXPECT_EQ(limit.reserve(start + 10s), start + 10s) << "it fills up like any other";
}

TEST(RateLimit, FillsUpDuringAPauseButNotOverTheBurst) {
    RateLimit limit({10, 1s}, 2);
    for (int at = 0; at < 4; ++at) limit.reserve(start);
    const auto later = start + 1h;
    EXPECT_EQ(limit.reserve(later), later);
    EXPECT_EQ(limit.reserve(later), later);
    EXPECT_EQ(limit.reserve(later), later + 100ms);
}

TEST(RateLimit, NeverLetsMoreThanRateAndBurstPassInAnyWindow) {
    RateLimit limit({7, 1s}, 4);
    std::vector<RateLimit::Time> passed;
    auto now = start;
    for (int at = 0; at < 200; ++at) {
        passed.push_back(limit.reserve(now));
        now += (at % 17) * 13ms;
        now = std::max(now, passed.back());
    }
    for (std::size_t from = 0; from + 11 < passed.size(); ++from) {
        // 7 a second and a burst of 4: the twelfth after any request is more than a second later.
        EXPECT_GE(passed[from + 11] - passed[from], 1s);
    }
}

TEST(RateLimit, SaysWhenTheNextPlaceIsFreeAndTakesNone) {
    RateLimit limit({10, 1s}, 2);
    for (int at = 0; at < 3; ++at) EXPECT_EQ(limit.next_place(start), start);
    for (int at = 0; at < 3; ++at) limit.reserve(start);
    for (int at = 0; at < 3; ++at) EXPECT_EQ(limit.next_place(start), start + 200ms);
    EXPECT_EQ(limit.reserve(start), start + 200ms);
    limit.penalise(start, 60s);
    EXPECT_EQ(limit.next_place(start), start + 60s);
}

TEST(RateLimit, SaysHowManyPlacesAreTakenAndHowTheyComeFree) {
    RateLimit limit({10, 1s}, 10);
    EXPECT_EQ(limit.used(start), 0);
    for (int at = 0; at < 12; ++at) limit.reserve(start);
    EXPECT_EQ(limit.used(start), 12) << "two of them wait";
    EXPECT_EQ(limit.used(start + 250ms), 10);
    EXPECT_EQ(limit.used(start + 1150ms), 1);
    EXPECT_EQ(limit.used(start + 2s), 0);
}

TEST(RateLimit, SendsNothingBeforeAPenaltyEnds) {
    RateLimit limit({10, 1s}, 5);
    limit.penalise(start, 60s);
    EXPECT_EQ(limit.reserve(start + 1s), start + 60s);
    EXPECT_EQ(limit.free_at(), start + 60s);
}

TEST(RateLimit, NeverShortensAPenalty) {
    RateLimit limit({10, 1s}, 5);
    limit.penalise(start, 60s);
    limit.penalise(start + 1s, 1s);
    EXPECT_EQ(limit.free_at(), start + 60s);
}

TEST(RateLimit, WaitsForTheWindowWhenTheCarrierSaysNothingRemains) {
    RateLimit limit({10, 1s}, 5);
    limit.learn(
        start,
        rate_headers_of(answer_with({{"x-rate-limit-remaining", "1"}, {"x-rate-limit-window", "60"}}
        ))
    );
    EXPECT_EQ(limit.reserve(start), start);
    limit.learn(
        start,
        rate_headers_of(answer_with({{"x-rate-limit-remaining", "0"}, {"x-rate-limit-window", "60"}}
        ))
    );
    EXPECT_EQ(limit.reserve(start), start + 60s);
}

TEST(RateLimit, KeepsAPenaltyWhenTheSettingsAreReadAgain) {
    RateLimit before({10, 1s}, 10), after({20, 1s}, 20);
    before.penalise(start, 60s);
    after.go_on_from(before);
    EXPECT_EQ(after.reserve(start + 1s), start + 60s);
    RateLimit harder({20, 1s}, 20);
    harder.penalise(start, 90s);
    harder.go_on_from(before);
    EXPECT_EQ(harder.free_at(), start + 90s) << "the later end counts";
}

TEST(RateHeaders, AreReadAsRingCentralWritesThem) {
    const auto found = rate_headers_of(answer_with(
        {{"x-rate-limit-group", "light"},
         {"x-rate-limit-limit", "1000"},
         {"x-rate-limit-remaining", "999"},
         {"x-rate-limit-window", "60"}}
    ));
    EXPECT_EQ(found.group, "light");
    EXPECT_EQ(found.limit, 1000);
    EXPECT_EQ(found.remaining, 999);
    EXPECT_EQ(found.window, 60s);
}

TEST(RateHeaders, StayEmptyWhenTheyAreNoNumbers) {
    const auto found = rate_headers_of(
        answer_with({{"x-rate-limit-limit", "many"}, {"x-rate-limit-remaining", "-1"}})
    );
    EXPECT_EQ(found.limit, std::nullopt);
    EXPECT_EQ(found.remaining, std::nullopt);
    EXPECT_EQ(found.window, std::nullopt);
}

}  // namespace
}  // namespace porteur
