// SPDX-License-Identifier: Apache-2.0
#include "app/account_standing.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

using namespace std::chrono_literals;
using Breaker = CarrierStanding::Breaker;
using Steady = std::chrono::steady_clock::time_point;

constexpr Instant now{1'795'000'000'000ms};
constexpr Steady steady{1000s};

Account account_at(RequestRate rate) {
    Account account;
    account.rate = rate;
    account.limit = std::make_shared<RateLimit>(rate, rate.count);
    account.since = now - 1h;
    account.seen = std::make_shared<RecentRequests>(now - 2h);
    return account;
}

TEST(AccountStanding, TellsWhatIsUsedOfTheRateAndWhoWaits) {
    auto account = account_at({10, 60s});
    for (int at = 0; at < 4; ++at) account.limit->reserve(steady);
    auto standing = standing_of(account, now, steady);
    ASSERT_TRUE(standing.rate);
    EXPECT_EQ(standing.rate->count, 10);
    EXPECT_EQ(standing.rate->per, 60s);
    EXPECT_EQ(standing.rate->used, 4);
    EXPECT_EQ(standing.rate->waiting, 0);
    EXPECT_EQ(standing.left_alone_until, std::nullopt);
    for (int at = 0; at < 8; ++at) account.limit->reserve(steady);
    account.limit->penalise(steady, 30s);
    standing = standing_of(account, now, steady);
    EXPECT_EQ(standing.rate->used, 10);
    EXPECT_EQ(standing.rate->waiting, 2);
    EXPECT_EQ(standing.left_alone_until, now + 30s);
}

TEST(AccountStanding, TellsTheLastErrorWithoutTelephoneNumbers) {
    Account account;
    EXPECT_EQ(last_error_of(account), "");
    account.trouble->error = "the carrier has no 14165550101";
    EXPECT_EQ(last_error_of(account), "the carrier has no …0101");
}

TEST(AccountStanding, TellsNoRateWhereNoneIsNamed) {
    auto account = account_at({10, 60s});
    account.rate.reset();
    EXPECT_EQ(standing_of(account, now, steady).rate, std::nullopt);
}

TEST(AccountStanding, TellsSinceWhenTheBreakerIsOpenAndWhenItIsTriedNext) {
    auto account = account_at({10, 60s});
    auto standing = standing_of(account, now, steady);
    EXPECT_EQ(standing.breaker, Breaker::closed);
    EXPECT_EQ(standing.breaker_since, std::nullopt);
    EXPECT_EQ(standing.since, now - 1h);
    for (int at = 0; at < 5; ++at) account.breaker->failed(steady - 2s);
    standing = standing_of(account, now, steady);
    EXPECT_EQ(standing.breaker, Breaker::open);
    EXPECT_EQ(standing.failures, 5);
    EXPECT_EQ(standing.breaker_since, now - 2s);
    EXPECT_EQ(standing.next_try, now + 3s);
    standing = standing_of(account, now + 4s, steady + 4s);
    EXPECT_EQ(standing.breaker, Breaker::half_open);
    EXPECT_EQ(standing.breaker_since, now + 3s);
    EXPECT_EQ(standing.next_try, std::nullopt);
}

TEST(RecentRequests, AreTheLastOnesTheNewestFirstAndFaultsAreKeptApart) {
    RecentRequests seen(now);
    seen.add(
        {.at = now,
         .operation = "submit_port",
         .failed = "unavailable",
         .message = "no line to 14165550101; 1234567"}
    );
    for (int at = 1; at <= 30; ++at)
        seen.add({.at = now + std::chrono::seconds(at), .status = 200});
    CarrierStanding standing;
    seen.show(standing);
    EXPECT_EQ(standing.seen_since, now);
    ASSERT_EQ(standing.requests.size(), RecentRequests::kept_max);
    EXPECT_EQ(standing.requests.front().at, now + 30s);
    ASSERT_EQ(standing.faults.size(), 1U) << "answered ones do not push it out";
    EXPECT_EQ(standing.faults.front().message, "no line to …0101; …4567");
}

TEST(RecentRequests, LeaveShortNumbersInAMessage) {
    EXPECT_EQ(
        without_numbers("the carrier answered 503; again in 60 s (2026)"),
        "the carrier answered 503; again in 60 s (2026)"
    );
    EXPECT_EQ(without_numbers("+14165550101"), "+…0101");
    EXPECT_EQ(without_numbers(""), "");
}

}  // namespace
}  // namespace porteur
