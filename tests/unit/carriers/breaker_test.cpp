// SPDX-License-Identifier: Apache-2.0
#include "carriers/breaker.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;

constexpr CircuitBreaker::Time start{100s};

CircuitBreaker opened() {
    CircuitBreaker breaker({.failures_to_open = 2, .open_first = 5s, .open_max = 15s});
    breaker.failed(start);
    breaker.failed(start);
    return breaker;
}

TEST(CircuitBreaker, OpensAfterFailuresInARow) {
    CircuitBreaker breaker({.failures_to_open = 2});
    breaker.failed(start);
    EXPECT_TRUE(breaker.allow(start));
    breaker.failed(start);
    EXPECT_FALSE(breaker.allow(start));
    EXPECT_EQ(breaker.state(start), State::open);
}

TEST(CircuitBreaker, StartsCountingAnewAfterASuccess) {
    CircuitBreaker breaker({.failures_to_open = 2});
    breaker.failed(start);
    breaker.succeeded(start);
    breaker.failed(start);
    EXPECT_EQ(breaker.state(start), State::closed);
}

TEST(CircuitBreaker, LetsOneProbePassWhenTheTimeIsOver) {
    auto breaker = opened();
    EXPECT_FALSE(breaker.allow(start + 4999ms));
    EXPECT_TRUE(breaker.allow(start + 5s));
    EXPECT_FALSE(breaker.allow(start + 5s));
    EXPECT_EQ(breaker.state(start + 5s), State::half_open);
}

TEST(CircuitBreaker, ClosesWithTheProbesSuccess) {
    auto breaker = opened();
    EXPECT_TRUE(breaker.allow(start + 5s));
    breaker.succeeded(start + 5s);
    EXPECT_TRUE(breaker.allow(start + 5s));
    EXPECT_TRUE(breaker.allow(start + 5s));
}

TEST(CircuitBreaker, OpensForTwiceAsLongAfterEachFailedProbeUpToTheMaximum) {
    auto breaker = opened();
    auto now = start + 5s;
    for (const auto wait : {10s, 15s, 15s}) {
        EXPECT_TRUE(breaker.allow(now));
        breaker.failed(now);
        EXPECT_EQ(breaker.open_until(), now + wait);
        now += wait;
    }
}

TEST(CircuitBreaker, GivesTheProbeToTheNextWhenItWasNeverSent) {
    auto breaker = opened();
    EXPECT_TRUE(breaker.allow(start + 5s));
    breaker.abandoned();
    EXPECT_TRUE(breaker.allow(start + 5s));
}

TEST(CircuitBreaker, IsNotClosedByAnAnswerThatWasUnderWayWhenItOpened) {
    auto breaker = opened();
    breaker.succeeded(start);
    EXPECT_FALSE(breaker.allow(start + 1s));
}

TEST(CircuitBreaker, SaysSinceWhenItIsInItsStateAndHowManyFailuresThereWereInARow) {
    CircuitBreaker fresh;
    EXPECT_EQ(fresh.since(start), std::nullopt);
    EXPECT_EQ(fresh.failures(), 0);
    auto breaker = opened();
    EXPECT_EQ(breaker.since(start + 1s), start);
    EXPECT_EQ(breaker.since(start + 6s), start + 5s) << "half-open since the time was over";
    EXPECT_TRUE(breaker.allow(start + 6s));
    breaker.failed(start + 7s);
    EXPECT_EQ(breaker.since(start + 8s), start) << "it has not been closed in between";
    EXPECT_EQ(breaker.failures(), 3);
    EXPECT_TRUE(breaker.allow(start + 17s));
    breaker.succeeded(start + 18s);
    EXPECT_EQ(breaker.since(start + 19s), start + 18s);
    EXPECT_EQ(breaker.failures(), 0);
}

}  // namespace
}  // namespace porteur
