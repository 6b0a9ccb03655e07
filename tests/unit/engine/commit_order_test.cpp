// SPDX-License-Identifier: Apache-2.0
// An order's commits follow one another without a wait between (engine.hpp, commit_behind): what happens
// when the store does not take one of them.
#include "engine_fixture.hpp"

namespace porteur::testing {
namespace {

class CommitOrderTest : public EngineFixture {
protected:
    // Asked again at once, so that an operation's end has the next one behind it.
    CommitOrderTest() { accounts.all["acme"]->check_interval = 0ms; }

    Order wanted(Instant due) const {
        Order order;
        order.tenant = 1;
        order.kind = OrderKind::purchase;
        order.reference = "r1";
        order.account = "acme";
        order.request = "{}";
        order.stage = Stage::submit;
        order.due = due;
        return order;
    }
    void create(Order order, OrderWish wish = {}) {
        boost::asio::co_spawn(*io, engine->create(std::move(order), {}, std::move(wish)),
                              [this](std::exception_ptr, Result<Order> result) { made = std::move(result); });
    }
    std::optional<Result<Order>> made;

    int posts() const {
        return static_cast<int>(std::ranges::count_if(performer.performed, [](const Effect& effect) {
            return effect.guarantee == Guarantee::once;
        }));
    }
};

TEST_F(CommitOrderTest, SendsNothingForAnOrderThatTheStoreRefused) {
    real->refuses = [](const Commit& commit) { return !commit.new_orders.empty(); };
    create(wanted(clock->now()));
    settle_down(50);
    ASSERT_TRUE(made.has_value());
    EXPECT_FALSE(*made);
    EXPECT_EQ(posts(), 0);
    EXPECT_EQ(engine->counters().running, 0U);
    EXPECT_EQ(engine->counters().waiting, 0U) << "the engine still looks after an order that nobody took in";
}

/// What came to the store and the carrier, while the process sleeps for five seconds as its first intent is written.
class SleeperTest : public CommitOrderTest {
protected:
    /// @param set_back  by so much the clock is set back while it sleeps
    std::vector<std::string> seen_of_a_sleeper(std::chrono::milliseconds set_back) {
        std::vector<std::string> seen;
        real->refuses = [&, sleeps = true](const Commit& commit) mutable {
            if (commit.empty()) seen.push_back("whose store is it?");
            const bool is_intent = std::ranges::any_of(commit.journal, [](const JournalPiece& piece) { return piece.payload.contains("create-order"); });
            if (is_intent && std::exchange(sleeps, false)) {
                clock->set(clock->now() + 5s);
                clock->set_by_hand(-set_back);
            }
            return false;
        };
        performer.carrier = [&](const EffectContext& context, const Effect& effect) {
            if (effect.guarantee == Guarantee::once) seen.push_back("order");
            return carrier.serve(context, effect);
        };
        const auto made = purchase("r1");
        EXPECT_TRUE(ends(made.id)) << words(made.id);
        real->refuses = nullptr;
        return seen;
    }
};

TEST_F(SleeperTest, AsksWhoseTheStoreIsBeforeItSends) { EXPECT_EQ(seen_of_a_sleeper(0ms), (std::vector<std::string>{"whose store is it?", "order"})); }

TEST_F(SleeperTest, IsNotMisledByAClockThatWasSetBackMeanwhile) { EXPECT_EQ(seen_of_a_sleeper(5s), (std::vector<std::string>{"whose store is it?", "order"})); }

// After a restart of the database nothing else may ask for hours, and what is not certain of its store sends nothing.
TEST_F(CommitOrderTest, AsksWhoseTheStoreIsBeforeAnyEffectWhereThatIsNotCertain) {
    std::vector<std::string> seen;
    real->refuses = [&](const Commit& commit) {
        if (commit.empty()) seen.push_back("whose store is it?");
        return false;
    };
    performer.carrier = [&](const EffectContext& context, const Effect& effect) {
        seen.push_back(effect.step);
        return carrier.serve(context, effect);
    };
    ASSERT_TRUE(ends(purchase("r1").id));
    EXPECT_THAT(seen, ::testing::Not(::testing::Contains("whose store is it?"))) << "a store that is ours for certain is not asked";

    seen.clear();
    real->is_uncertain = true;
    ASSERT_TRUE(ends(purchase("r2").id));
    ASSERT_GT(seen.size(), 2U);
    for (std::size_t at = 0; at < seen.size(); at += 2) EXPECT_EQ(seen[at], "whose store is it?") << ::testing::PrintToString(seen);
    for (std::size_t at = 1; at < seen.size(); at += 2) EXPECT_NE(seen[at], "whose store is it?") << ::testing::PrintToString(seen);
}

TEST_F(CommitOrderTest, SendsNothingAtAllWhileTheStoreDoesNotSayWhoseItIs) {
    performer.carrier = [this](const EffectContext& context, const Effect& effect) {
        real->is_uncertain = effect.guarantee == Guarantee::once;
        return carrier.serve(context, effect);
    };
    real->refuses = [](const Commit& commit) { return commit.empty(); };
    const auto order = purchase("r1");
    settle_down(100);
    ASSERT_EQ(posts(), 1) << words(order.id);
    const auto sent = performer.performed.size();
    EXPECT_EQ(performer.performed.back().step, "create-order") << "what comes next only asks how the order stands: a SAFE effect";
    real->is_uncertain = false;
    real->refuses = nullptr;
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_GT(performer.performed.size(), sent);
}

TEST_F(CommitOrderTest, LooksAnOrderUpWhoseEndTheStoreNeverTook) {
    int refusals = 0;
    // All five tries of the purchase's end.
    real->refuses = [&](const Commit& commit) { return !commit.changed_operations.empty() && refusals < 5 && ++refusals > 0; };
    carrier.polls_until_done = 1;
    const auto made = purchase("r1");
    ASSERT_TRUE(ends(made.id)) << words(made.id);
    EXPECT_EQ(refusals, 5);
    EXPECT_EQ(stored(made.id).state, OrderState::completed);
    EXPECT_EQ(carrier.orders["r1"], 1) << "bought twice";
}

TEST_F(CommitOrderTest, GoesOnAfterAnEndThatTheStoreTookAtTheSecondTry) {
    int refusals = 0;
    real->refuses = [&](const Commit& commit) { return !commit.changed_operations.empty() && refusals < 1 && ++refusals > 0; };
    const auto made = purchase("r1");
    ASSERT_TRUE(ends(made.id)) << words(made.id);
    EXPECT_EQ(refusals, 1);
    EXPECT_EQ(stored(made.id).state, OrderState::completed);
    EXPECT_EQ(posts(), 1);
    EXPECT_EQ(words(made.id).find("in_doubt"), std::string::npos) << words(made.id);
}

TEST_F(CommitOrderTest, LooksAgainAtAnOrderThatWasDueBeforeItsRowWasThere) {
    real->holds = [](const Commit& commit) { return !commit.new_orders.empty(); };
    create(wanted(clock->now() + 3s));  // too far ahead to be kept in memory
    settle_down(5);                     // it is due now, and in no store yet
    EXPECT_FALSE(made.has_value());
    real->release();
    ASSERT_TRUE(run_until([&] { return made.has_value(); }));
    ASSERT_TRUE(*made);
    EXPECT_TRUE(ends((*made)->id)) << "an order that was acknowledged is forgotten";
}

TEST_F(CommitOrderTest, BeginsAnOrderWithSecretsWhenTheyCanBeRead) {
    int begun = 0;
    real->holds = [&](const Commit& commit) {
        begun += commit.new_operations.empty() ? 0 : 1;
        return !commit.new_orders.empty();
    };
    OrderWish wish;
    wish.secrets.push_back({.order = 0, .tenant = 0, .name = "pin", .value = "1234"});
    create(wanted(clock->now()), std::move(wish));
    settle_down(5);
    EXPECT_EQ(begun, 0) << "its first operation began before its PIN was in the store";
    real->release();
    ASSERT_TRUE(run_until([&] { return made.has_value(); }));
    ASSERT_TRUE(*made);
    EXPECT_TRUE(ends((*made)->id));
}

TEST_F(CommitOrderTest, ParksAnOrderWhoseAccountWentWhileItsEndWasNotTaken) {
    int refusals = 0;
    const auto account = accounts.all["acme"];
    real->refuses = [&](const Commit& commit) {
        if (commit.changed_operations.empty() || refusals >= 5) return false;
        accounts.all.erase("acme");  // switched off in the middle
        return ++refusals > 0;
    };
    const auto order = purchase("r1");
    EXPECT_TRUE(run_until([&] { return !stored(order.id).due; })) << words(order.id);
    EXPECT_EQ(refusals, 5);
    EXPECT_NE(stored(order.id).problem.find("not configured"), std::string::npos) << stored(order.id).problem;
    EXPECT_EQ(carrier.orders["r1"], 1);
}

TEST_F(CommitOrderTest, WritesEachVersionOfAnOrderOnce) {
    std::vector<std::int64_t> versions;
    real->refuses = [&](const Commit& commit) {
        for (const auto* list : {&commit.new_orders, &commit.changed_orders, &commit.moved_orders})
            for (const auto& each : *list) versions.push_back(each.version);
        return false;
    };
    const auto made = purchase("r1");
    ASSERT_TRUE(ends(made.id));
    for (std::size_t at = 0; at < versions.size(); ++at) EXPECT_EQ(versions[at], static_cast<std::int64_t>(at) + 1);
}

}  // namespace
}  // namespace porteur::testing
