// SPDX-License-Identifier: Apache-2.0
// Who holds a store, and when another may take it over.
#include <gmock/gmock.h>

#include <chrono>

#include "store/store_lock.hpp"
#include "store_place.hpp"
#include "support/look_again.hpp"
#include "support/result_matchers.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using ::testing::HasSubstr;

class StoreLockTest : public StorePlace {
protected:
    void SetUp() override {
        StorePlace::SetUp();
        store.reset();  // nobody holds it
    }
    bool is_postgresql() const { return GetParam() == std::string("postgresql"); }
    std::unique_ptr<StoreLock> lock_of(const std::string& node, std::chrono::milliseconds lease = 1min) const {
        StoreSettings settings{.address = address, .holder = node};
        settings.seat = Seat{.node = node, .address = "http://" + node, .lease = lease};
        return StoreLock::make(settings).value();
    }
    static bool takes(StoreLock& lock, std::chrono::milliseconds within) {
        for (const auto end = Steady::now() + within; Steady::now() < end; look_again_in(20ms)) {
            const auto taken = lock.take();
            EXPECT_TRUE(taken) << taken.error().message;
            if (taken && *taken) return true;
        }
        return false;
    }
};

TEST_P(StoreLockTest, OneHoldsItAndTheOtherIsToldWho) {
    auto first = lock_of("first"), second = lock_of("second");
    EXPECT_EQ(first->take(), true);
    EXPECT_TRUE(first->is_ours());
    EXPECT_EQ(second->take(), false);
    if (!is_postgresql()) return;  // a lock on a file tells no name
    EXPECT_EQ(second->holder().node, "first");
    EXPECT_EQ(second->holder().address, "http://first");
}

TEST_P(StoreLockTest, AHolderKnowsWithoutAskingThatItsHoldWasTakenAway) {
    const auto lock = StoreLock::make({.address = address, .holder = "alone"}).value();
    ASSERT_EQ(lock->take(), true);
    EXPECT_TRUE(lock->is_ours());
    const auto session = lock->give_session();
    EXPECT_TRUE(lock->is_ours());
    if (is_postgresql()) {
        int pid = 0, ended = 0;
        *session << "select pg_backend_pid()", soci::into(pid);
        soci::session other(soci::postgresql, address.substr(address.find(':') + 1));
        other << "select case when pg_terminate_backend(" << pid << ", 10000) then 1 else 0 end", soci::into(ended);
        ASSERT_EQ(ended, 1);
    } else {
        std::filesystem::remove(folder / "porteur.db.lock");
    }
    for (const auto end = Steady::now() + 10s; lock->is_ours() && Steady::now() < end;) look_again_in(5ms);
    EXPECT_FALSE(lock->is_ours());
    // Another takes it: the file is there again, and is not the one that was locked.
    const auto next = StoreLock::make({.address = address, .holder = "next"}).value();
    EXPECT_TRUE(takes(*next, 10s));
    EXPECT_TRUE(next->is_ours());
    EXPECT_FALSE(lock->is_ours());
}

TEST_P(StoreLockTest, WhatItsHolderLetsGoIsTakenAtOnceHoweverLongItsLease) {
    auto first = lock_of("first"), second = lock_of("second");
    ASSERT_EQ(first->take(), true);
    ASSERT_EQ(second->take(), false);
    first.reset();
    const auto began = Steady::now();
    EXPECT_TRUE(takes(*second, 10s));
    EXPECT_LT(Steady::now() - began, 10s);
}

TEST_P(StoreLockTest, WithoutASeatNobodyWaitsAndNobodyIsTakenOver) {
    auto opened = Store::open({.address = address, .holder = "alone"}, seal, [](std::function<void()> run) { run(); });
    ASSERT_TRUE(opened) << opened.error().message;
    auto other = lock_of("other");
    EXPECT_EQ(other->take(), false);
    EXPECT_FALSE(takes(*other, 300ms)) << "it has no lease that could run out";
    EXPECT_THAT(Store::open({.address = address, .holder = "alone"}, seal, [](std::function<void()> run) { run(); }),
                FailsWith(ErrorKind::unavailable, HasSubstr("another porteurd holds the store")));
}

TEST_P(StoreLockTest, AHolderThatRenewsItsLeaseIsNotTakenOver) {
    auto first = lock_of("first", 1s), second = lock_of("second", 1s);
    ASSERT_EQ(first->take(), true);
    EXPECT_FALSE(takes(*second, 2500ms));
    EXPECT_TRUE(first->is_ours());
}

TEST_P(StoreLockTest, AHolderWhoseLeaseHasRunOutIsTakenOverAndItsSessionEnded) {
    if (!is_postgresql()) GTEST_SKIP() << "SQLite has no lease";
    auto first = lock_of("first", 1s), second = lock_of("second");
    ASSERT_EQ(first->take(), true);
    auto session = first->give_session();
    first->stop_renewing();  // as one that is frozen
    soci::transaction under_way(*session);
    *session << "create table written_by_the_sleeper (a bigint)";
    EXPECT_EQ(second->take(), false) << "its lease has not run out";
    EXPECT_TRUE(takes(*second, 20s));
    EXPECT_THROW(under_way.commit(), std::exception) << "the sleeper writes nothing";
    int there = -1;
    *second->give_session() << "select count(*) from pg_tables where tablename = 'written_by_the_sleeper'", soci::into(there);
    EXPECT_EQ(there, 0);
}

TEST_P(StoreLockTest, AHolderThatRenewsNothingIsTakenOverAlthoughTheServersClockWasSetBack) {
    if (!is_postgresql()) GTEST_SKIP() << "SQLite has no lease";
    auto first = lock_of("first", 1s), second = lock_of("second", 1s);
    ASSERT_EQ(first->take(), true);
    const auto session = first->give_session();
    first->stop_renewing();  // as one that is frozen
    // By the server's clock of now it has an hour left.
    *session << "update store_holder set ends_at = ends_at + 3600000";
    EXPECT_EQ(second->take(), false);
    EXPECT_TRUE(takes(*second, 20s)) << "it would be waited for, for as long as the clock went back";
}

// The inventory's connection is not ended by whoever takes over, as that of the engine's writer is.
TEST_P(StoreLockTest, WhoTakesOverWaitsForWhatIsBeingWrittenBesideTheWriter) {
    auto opened = Store::open({.address = address, .holder = "porteurd"}, seal, [](std::function<void()> run) { run(); });
    ASSERT_TRUE(opened) << opened.error().message;
    auto& there = access_of(**opened);
    auto session = there.write_session();
    ASSERT_TRUE(session) << session.error().message;
    (*session)->begin();
    // The inventory asks once it has sent what it writes.
    (*session)->writer().send();
    ASSERT_EQ((*session)->lease(), std::optional(there.fence()));
    const auto takes_over = [&]() -> bool {
        const std::string place = address.substr(address.find(':') + 1);
        soci::session other;
        try {
            if (is_postgresql()) {
                other.open(soci::postgresql, place);
                other << "set lock_timeout = 300";
            } else {
                other.open(soci::sqlite3, "db=" + place + " timeout=0");
            }
            other << "update leases set epoch = epoch + 1";
            return true;
        } catch (const std::exception&) {
            return false;
        }
    };
    EXPECT_FALSE(takes_over()) << "what is committed after this is written in a store of somebody else";
    (*session)->commit();
    (*session)->committed();
    EXPECT_TRUE(takes_over());
    (*session)->begin();
    (*session)->writer().send();
    EXPECT_NE((*session)->lease(), std::optional(there.fence()));
    (*session)->roll_back();
}

TEST_P(StoreLockTest, ALookSaysWhetherItIsHeldAndTakesNothing) {
    EXPECT_EQ(is_held(address), false);
    auto first = lock_of("first");
    ASSERT_EQ(first->take(), true);
    EXPECT_EQ(is_held(address), true);
    EXPECT_TRUE(first->is_ours());
    first.reset();
    for (int looks = 0; looks < 500 && is_held(address) != false; ++looks) look_again_in(20ms);
    EXPECT_EQ(is_held(address), false);
}

TEST_P(StoreLockTest, OfTwoThatStandByOneTakesIt) {
    if (!is_postgresql()) GTEST_SKIP() << "SQLite has no lease";
    auto first = lock_of("first", 1s), second = lock_of("second"), third = lock_of("third");
    ASSERT_EQ(first->take(), true);
    const auto session = first->give_session();
    first->stop_renewing();
    ASSERT_TRUE(takes(*second, 20s));
    EXPECT_EQ(third->take(), false);
    EXPECT_EQ(third->holder().node, "second");
    EXPECT_TRUE(second->is_ours());
}

INSTANTIATE_TEST_SUITE_P(Both, StoreLockTest, ::testing::Values("sqlite", "postgresql"), [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace porteur::testing
