// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "app/doubt_watch.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
const Instant noon{1'790'000'000'000ms};

OrderInDoubt looked_up(Id id, Instant changed = noon) { return {.id = id, .looked_up = true, .changed = changed}; }

TEST(DoubtWatch, CountsNoneOfManyThatFollowOneAnotherAndSettleThemselves) {
    DoubtWatch watch;
    // There is always one, for two hours; none of them stays.
    for (int minute = 0; minute < 120; ++minute) {
        const auto now = noon + minute * 1min;
        EXPECT_EQ(watch.unsettled({looked_up(1 + minute / 5, now)}, now), 0u) << minute;
    }
}

TEST(DoubtWatch, CountsOneThatStaysForLongerThanHalfAnHourThoughItIsLookedUpAgainAndAgain) {
    DoubtWatch watch;
    for (int minute = 0; minute <= 30; ++minute) {
        const auto now = noon + minute * 1min;
        EXPECT_EQ(watch.unsettled({looked_up(7, now)}, now), 0u) << "each look changes the order";
    }
    EXPECT_EQ(watch.unsettled({looked_up(7, noon + 31min)}, noon + 31min), 1u);
    EXPECT_EQ(watch.unsettled({}, noon + 32min), 0u);
    EXPECT_EQ(watch.unsettled({looked_up(7, noon + 33min)}, noon + 33min), 0u) << "a new doubt of the same order";
}

TEST(DoubtWatch, CountsAtOnceOneThatWaitsForAPerson) {
    DoubtWatch watch;
    EXPECT_EQ(watch.unsettled({{.id = 7, .looked_up = false, .changed = noon}, looked_up(8)}, noon), 1u);
}

TEST(DoubtWatch, TakesTheStoresTimeForOneThatItSeesForTheFirstTime) {
    DoubtWatch watch;
    EXPECT_EQ(watch.unsettled({looked_up(7)}, noon + 31min), 1u) << "the daemon was started again meanwhile";
}

}  // namespace
}  // namespace porteur
