// SPDX-License-Identifier: Apache-2.0
// What becomes of operations under way when another build of their plugin is there.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "engine/dry_run.hpp"
#include "engine_fixture.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BuildsTest : public EngineFixture {
protected:
    ~BuildsTest() override { close(); }

    const std::string first = std::string(64, 'a'), second = std::string(64, 'b'), third = std::string(64, 'c');

    /// An order whose purchase has left, and whose answer was lost: it waits for the settle time.
    Order in_doubt() {
        performer.carrier = [this](const auto& context, const auto& effect) {
            if (effect.step != "create-order") return carrier.serve(context, effect);
            carrier.serve(context, effect);
            return ScriptedPerformer::loses(effect.seq);
        };
        const auto order = purchase("r1");
        EXPECT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
        return order;
    }
    /// A restart with another build in the plugin folder; the one before it is kept.
    void upgrade(const std::string& to, std::function<void(Turn&)> changes = [](Turn&) {}) {
        close();
        kept = std::make_unique<DirectRunner>(plugin, build);
        auto view = std::make_shared<AccountView>(*accounts.all.at("acme"));
        view->runner = kept.get();
        accounts.earlier = {{build, view}};
        build = to;
        open();
        runner->changes = std::move(changes);
    }
    bool is_parked(Id order) {
        const auto id = stored(order).open_operation;
        return id != 0 && store->operation(id).value().value().operation.state == Operation::State::parked;
    }
    std::string build_of(Id order) { return store->operations_of(order).value().front().build; }

    /// What the build at hand makes of the order's journal, without the engine.
    std::optional<Departure> tried(Id order, OperationRunner& on) {
        const auto operation = store->operation(stored(order).open_operation).value().value();
        io->restart();
        const auto then = accounts.earlier.find(operation.operation.build);
        const auto* described = then == accounts.earlier.end() ? nullptr : then->second->descriptor;
        auto made = boost::asio::co_spawn(*io, dry_run(on, descriptor, described, 9'999, operation), boost::asio::use_future);
        while (made.wait_for(0s) != std::future_status::ready && io->run_one_for(1s) > 0) {}
        auto departure = made.get();
        EXPECT_TRUE(departure) << departure.error().message;
        return departure.value_or(std::nullopt);
    }

    std::unique_ptr<DirectRunner> kept;
};

void another_field(Turn& turn) {
    for (auto& each : turn.effects)
        if (each.step == "create-order") each.body.insert(1, "\"channel\":\"api\",");
}

TEST_F(BuildsTest, AnotherOneGoesOnWhereItAsksForTheSame) {
    const auto order = in_doubt();
    upgrade(second);
    EXPECT_FALSE(tried(order.id, *runner));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(build_of(order.id), second);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.build_changed: goes on with version"));
    EXPECT_TRUE(run_until([&] { return runner->living() == 0; }));
}

TEST_F(BuildsTest, TheOneThatItStandsWithGoesOnWhereAnotherAsksForSomethingElse) {
    const auto order = in_doubt();
    upgrade(second, another_field);
    const auto departure = tried(order.id, *runner);
    ASSERT_TRUE(departure);
    EXPECT_EQ(departure->step, "create-order");
    EXPECT_THAT(departure->text, HasSubstr("departs from the journal: recorded"));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(build_of(order.id), first);
    EXPECT_THAT(words(order.id), Not(HasSubstr("build_changed")));
    EXPECT_TRUE(run_until([&] { return runner->living() + kept->living() == 0; }));  // a moment after the store has the end
}

TEST_F(BuildsTest, APersonLooksWhereNeitherCanGoOn) {
    const auto order = in_doubt();
    upgrade(second, another_field);
    accounts.earlier.clear();
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("departs from the journal"));
    EXPECT_THAT(words(order.id), HasSubstr("and build aaaaaaaaaaaa, with which it stands, is not there: scripted: no copy of it is kept"));
    EXPECT_EQ(stored(order.id).delivery, Delivery::in_doubt);
    EXPECT_EQ(carrier.orders["r1"], 1);
}

TEST_F(BuildsTest, OneThatDiesOverAJournalIsNotGivenTheOperation) {
    const auto order = in_doubt();
    upgrade(second);
    runner->before_step = [] { return std::optional(Error{.kind = ErrorKind::internal, .message = "killed by signal 11", .code = std::string(plugin_died_code)}); };
    const auto departure = tried(order.id, *runner);
    ASSERT_TRUE(departure);
    EXPECT_THAT(departure->text, HasSubstr("signal 11"));
    ASSERT_TRUE(run_until([&] { return stored(order.id).state == OrderState::submitted; })) << words(order.id);
    runner->before_step = [] { return std::nullopt; };  // the next operation is its own
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(build_of(order.id), first);
}

TEST_F(BuildsTest, OneThatDiedOverAJournalIsNotAskedAgainInThisProcess) {
    const auto order = in_doubt();
    upgrade(second);
    int deaths = 0;
    runner->before_step = [&] {
        ++deaths;
        return std::optional(Error{.kind = ErrorKind::internal, .message = "killed by signal 11", .code = std::string(plugin_died_code)});
    };
    // It comes back several times before it ends: the look-up fails at first.
    int failures = 3;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (failures-- > 0) return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable, 60s);
        return carrier.serve(context, effect);
    };
    ASSERT_TRUE(run_until([&] { return stored(order.id).open_operation == 0 || failures < 0; })) << words(order.id);
    EXPECT_EQ(deaths, 1);
    runner->before_step = [] { return std::nullopt; };
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
}

TEST_F(BuildsTest, OneThatForgetsWhatMayHaveLeftIsNotGivenTheOperation) {
    const auto order = in_doubt();
    // It ends before it comes to the purchase, as if there were nothing to buy.
    upgrade(second, [](Turn& turn) {
        if (std::erase_if(turn.effects, [](const auto& each) { return each.step == "create-order"; }) == 0) return;
        turn.state = Turn::State::failed;
        turn.error = {.kind = ErrorKind::rejected, .message = "sold out"};
    });
    const auto departure = tried(order.id, *runner);
    ASSERT_TRUE(departure);
    EXPECT_EQ(departure->step, "create-order");
    EXPECT_THAT(departure->text, HasSubstr("does not ask for it any more"));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(build_of(order.id), first);
}

TEST_F(BuildsTest, TheOneThatTookOverStandsForItWhenAThirdComes) {
    // The order is made, and asked for again and again: a long operation.
    carrier.polls_until_done = 1;
    const auto order = in_doubt();
    upgrade(second);
    // It goes on with the second build as far as the look-up, which fails for now.
    performer.carrier = [](const auto&, const auto& effect) { return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable); };
    ASSERT_TRUE(run_until([&] { return build_of(order.id) == second; })) << words(order.id);
    upgrade(third, another_field);
    performer.carrier = [this](const auto& context, const auto& effect) { return carrier.serve(context, effect); };
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(build_of(order.id), second);
}

// The carrier would take a request under another key for another one, however alike its bytes are.
TEST_F(BuildsTest, OneThatSendsUnderAnotherKeyIsNotGivenAnOpenRequest) {
    const auto keyed = [](Turn& turn) {
        for (auto& each : turn.effects)
            if (each.step == "create-order") each.guarantee = Guarantee::keyed;
    };
    for (const bool same : {true, false}) {
        const auto reference = same ? "r1" : "r2";
        build = first;
        close();
        accounts.earlier.clear();
        open();
        runner->changes = keyed;
        bool under_way = false;
        performer.carrier = [this](const auto& context, const auto& effect) { return carrier.serve(context, effect); };
        performer.takes = [&](const Effect& effect) -> Async<void> {
            under_way = effect.step == "create-order";
            if (under_way) co_await clock->sleep_until(clock->now() + std::chrono::hours(1'000));
        };
        const auto order = purchase(reference);
        ASSERT_TRUE(run_until([&] { return under_way; }, 0));
        performer.takes = nullptr;
        upgrade(second, keyed);
        auto described = descriptor;
        if (!same) described.operations.front().key_header = "X-Request-Key";
        accounts.earlier.at(first)->descriptor = &described;
        kept->changes = keyed;
        EXPECT_EQ(tried(order.id, *runner).has_value(), !same);
        ASSERT_TRUE(ends(order.id)) << words(order.id);
        EXPECT_EQ(stored(order.id).state, OrderState::completed);
        EXPECT_EQ(build_of(order.id), same ? second : first);
        close();
        accounts.earlier.clear();
        open();
    }
}

// A record of a newer version, or damage: what stands before it has left, whatever comes after.
TEST_F(BuildsTest, AJournalOfWhichAPartCannotBeReadCountsAsSent) {
    const auto order = in_doubt();
    close();
    damage_last_piece();
    open();
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_EQ(stored(order.id).delivery, Delivery::in_doubt) << "it must not be begun again as if nothing had left";
    EXPECT_EQ(carrier.orders["r1"], 1);
}

TEST_F(BuildsTest, ATrialWritesNothingAndPerformsNothing) {
    const auto order = in_doubt();
    upgrade(second, another_field);
    const auto before = store->operation(stored(order.id).open_operation).value().value();
    const auto performed = performer.performed.size();
    for (int again = 0; again < 3; ++again) EXPECT_TRUE(tried(order.id, *runner));
    const auto after = store->operation(stored(order.id).open_operation).value().value();
    EXPECT_EQ(after.journal.size(), before.journal.size());
    EXPECT_EQ(after.operation.build, first);
    EXPECT_EQ(performer.performed.size(), performed);
    EXPECT_TRUE(run_until([&] { return runner->living() == 0; }));
}

TEST_F(BuildsTest, TheStoreNamesTheOperationsThatAreOpenWithTheirBuilds) {
    const auto order = in_doubt();
    auto open = store->open_operations().value();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open.front().order, order.id);
    EXPECT_EQ(open.front().account, "acme");
    EXPECT_EQ(open.front().build, first);
    ASSERT_TRUE(ends(order.id));
    EXPECT_TRUE(store->open_operations().value().empty());
}

}  // namespace
}  // namespace porteur::testing
