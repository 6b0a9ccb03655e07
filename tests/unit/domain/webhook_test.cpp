// SPDX-License-Identifier: Apache-2.0
#include "domain/webhook.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h;

TEST(WantsKind, TakesEverythingWhereNoKindIsNamed) {
    EXPECT_TRUE(wants_kind({}, "port.completed"));
}

TEST(WantsKind, TakesWholeKindsAndTheirBeginnings) {
    EXPECT_TRUE(wants_kind({"port.completed"}, "port.completed"));
    EXPECT_FALSE(wants_kind({"port.completed"}, "port.created"));
    EXPECT_TRUE(wants_kind({"deadline.missed", "port.*"}, "port.created"));
    EXPECT_FALSE(wants_kind({"port.*"}, "portout.received"));
    EXPECT_TRUE(wants_kind({"*"}, "anything"));
}

TEST(IsKindPattern, RefusesWhatCannotBeAKind) {
    for (const char* good : {"*", "port.*", "port.state_changed", "deadline.missed"})
        EXPECT_TRUE(is_kind_pattern(good)) << good;
    for (const char* bad : {"", ".", ".*", "port.", "Port.*", "port*", "a b", "*.port", "**"})
        EXPECT_FALSE(is_kind_pattern(bad)) << bad;
    EXPECT_FALSE(is_kind_pattern(std::string(65, 'a')));
}

WebhookTry answered(std::int64_t status) {
    return {
        .status = status, .problem = "it answered " + std::to_string(status), .retry_after = {}
    };
}

TEST(AfterTry, MovesTheCursorOnA2xxAndForgetsTheFailures) {
    WebhookState state;
    state = after_try(state, 7, answered(500), noon, 0, {});
    EXPECT_EQ(state.cursor, 0);
    EXPECT_EQ(state.tries, 1);
    EXPECT_EQ(state.failing_since, noon);
    state = after_try(state, 7, answered(204), noon + 5s, 0, {});
    EXPECT_EQ(state.cursor, 7);
    EXPECT_EQ(state.tries, 0);
    EXPECT_FALSE(state.retry_at || state.failing_since);
    EXPECT_EQ(state.delivered_at, noon + 5s);
    EXPECT_TRUE(state.problem.empty());
}

TEST(AfterTry, TakesARedirectForAFailure) {
    EXPECT_EQ(after_try({}, 7, answered(302), noon, 0, {}).tries, 1);
}

TEST(AfterTry, WaitsLongerEachTimeAndIsSwitchedOffInTheEnd) {
    const WebhookRhythm rhythm;
    WebhookState state;
    for (const auto wait : rhythm.waits) {
        state = after_try(state, 7, answered(0), noon, 0, rhythm);
        EXPECT_EQ(state.retry_at, noon + wait);
        EXPECT_TRUE(state.off.empty());
    }
    state = after_try(state, 7, answered(0), noon, 0, rhythm);
    EXPECT_EQ(state.off, "failing");
    EXPECT_FALSE(state.retry_at);
    EXPECT_EQ(state.cursor, 0) << "what was not delivered is still to come";
}

TEST(AfterTry, StretchesTheWaitByChance) {
    EXPECT_EQ(after_try({}, 7, answered(500), noon, 1, {}).retry_at, noon + 6s);
    EXPECT_EQ(after_try({}, 7, answered(500), noon, 0.5, {}).retry_at, noon + 5500ms);
}

TEST(AfterTry, WaitsAsLongAsTheReceiverAsks) {
    auto busy = answered(429);
    busy.retry_after = 120s;
    EXPECT_EQ(after_try({}, 7, busy, noon, 0, {}).retry_at, noon + 120s);
    busy.retry_after = 1s;
    EXPECT_EQ(after_try({}, 7, busy, noon, 0, {}).retry_at, noon + 5s);
}

TEST(AfterTry, IsSwitchedOffAtOnceByA410) {
    EXPECT_EQ(after_try({}, 7, answered(410), noon, 0, {}).off, "gone");
}

TEST(SwitchedOn, BeginsWhereItStood) {
    WebhookState state{
        .cursor = 7,
        .off = "failing",
        .tries = 10,
        .retry_at = noon,
        .failing_since = noon,
        .delivered_at = noon,
        .status = 500,
        .problem = "it answered 500"
    };
    state = switched_on(state);
    EXPECT_EQ(state.cursor, 7);
    EXPECT_TRUE(state.off.empty());
    EXPECT_EQ(state.tries, 0);
    EXPECT_FALSE(state.retry_at || state.failing_since);
}

}  // namespace
}  // namespace porteur
