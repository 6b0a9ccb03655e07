// SPDX-License-Identifier: Apache-2.0
// A store that was put back from a backup: what may have left since is not sent once more.
#include <gmock/gmock.h>

#include "engine_fixture.hpp"
#include "store/restore_book.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

class Restored : public EngineFixture {
protected:
    /// An order that is to be sent in an hour.
    Order waiting(const std::string& reference, Id parent = 0) {
        PurchaseOrder request;
        request.reference = reference;
        request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
        Order order;
        order.tenant = 1;
        order.kind = OrderKind::purchase;
        order.reference = reference;
        order.account = "acme";
        order.request = to_text(request);
        order.stage = Stage::submit;
        order.delivery = Delivery::sending;
        order.due = clock->now() + 1h;
        order.parent = parent;
        std::optional<Result<Order>> made;
        boost::asio::co_spawn(*io, engine->create(std::move(order), {}, {}), [&](std::exception_ptr, Result<Order> result) { made = std::move(result); });
        EXPECT_TRUE(run_until([&] { return made.has_value(); }, 0));
        return **made;
    }
    /// The store is one that was put back, and a new engine begins on it.
    void put_back() {
        const auto now = clock->now();
        AuditEntry entry;
        entry.at = now;
        ASSERT_TRUE(RestoreBook(access_of(*store)).mark({.taken = now - 1h, .restored = now, .newest_id = store->newest_id().value()}, entry));
        restart();
    }
    bool is_parked(Id id) { return stored(id).delivery == Delivery::in_doubt && !stored(id).due; }
    Result<Order> settled(Id id, PersonVerdict verdict) {
        std::optional<Result<Order>> changed;
        OrderWish wish;
        wish.change = [&](const Order& order) { return settle_by_person(order, verdict, "", clock->now(), "person"); };
        boost::asio::co_spawn(*io, engine->change(id, std::move(wish)), [&](std::exception_ptr, Result<Order> result) { changed = std::move(result); });
        EXPECT_TRUE(run_until([&] { return changed.has_value(); }, 0));
        return *changed;
    }
    void send_keyed(std::chrono::hours window) {
        descriptor.operations.front().key_header = "Idempotency-Key";
        descriptor.operations.front().window = window;
        runner->changes = [](Turn& turn) {
            for (auto& each : turn.effects)
                if (each.step == "create-order") each.guarantee = Guarantee::keyed;
        };
    }
};

TEST_F(Restored, WhatTheCarrierHasIsFoundAndNotSentAgain) {
    const auto order = waiting("r1");
    carrier.orders["r1"] = 1;  // by the engine of before, after the backup
    put_back();
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_THAT(words(order.id), HasSubstr("put back from a backup"));
}

TEST_F(Restored, WhatIsNotFoundIsSentWhenAPersonHasSaidThatItIsNotThere) {
    const auto order = waiting("r1");
    put_back();
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_EQ(carrier.orders.count("r1"), 0u);
    EXPECT_THAT(stored(order.id).problem, HasSubstr("not_carried_out to have it sent"));
    restart();
    settle_down(20);
    EXPECT_EQ(carrier.orders.count("r1"), 0u) << "a restart lets nothing go";
    EXPECT_FALSE(settled(order.id, PersonVerdict::tried_again)) << "that says nothing of what the carrier has";
    ASSERT_TRUE(settled(order.id, PersonVerdict::not_carried_out));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
}

TEST_F(Restored, ARestartWhileTheCarrierHasItsTimeToSettleSendsNothing) {
    const auto order = waiting("r1");
    put_back();
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; })) << words(order.id);
    restart();
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_EQ(carrier.orders.count("r1"), 0u);
}

TEST_F(Restored, NewOrdersAreAsAnyOtherAndPartsOfOldOnesAreNot) {
    const auto old = waiting("old");
    put_back();
    const auto fresh = purchase("fresh");
    ASSERT_TRUE(ends(fresh.id)) << words(fresh.id);
    EXPECT_EQ(carrier.orders["fresh"], 1);
    const auto part = waiting("old-1", old.id);
    ASSERT_TRUE(run_until([&] { return is_parked(part.id); })) << words(part.id);
    EXPECT_EQ(carrier.orders.count("old-1"), 0u);
}

TEST_F(Restored, ARequestWithAKeyThatTheBackupKnowsIsSentForAsLongAsTheCarrierKeepsKeys) {
    const auto order = waiting("r1");
    send_keyed(24h);
    performer.takes = [this](const Effect&) -> Async<void> { co_await clock->sleep_until(clock->now() + 1h); };
    ASSERT_TRUE(run_until([&] { return !performer.performed.empty(); })) << "its intent stands in the journal, and nothing is known of its outcome";
    put_back();
    performer.takes = {};
    send_keyed(24h);  // the backup is an hour old when it is sent again
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
}

TEST_F(Restored, ARequestWhoseKeyTheBackupDoesNotKnowIsNotSent) {
    const auto order = waiting("r1");
    put_back();
    send_keyed(24h);  // the operation begins anew, and its keys may be others than those of the time that is missing
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_EQ(carrier.orders.count("r1"), 0u);
}

TEST_F(Restored, ARequestWithAKeyThatTheCarrierMayHaveForgottenIsNotSent) {
    const auto order = waiting("r1");
    put_back();
    send_keyed(1h);
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt || is_parked(order.id); })) << words(order.id);
    settle_down(50);
    EXPECT_EQ(carrier.orders.count("r1"), 0u) << words(order.id);
}

}  // namespace
}  // namespace porteur::testing
