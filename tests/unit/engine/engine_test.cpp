// SPDX-License-Identifier: Apache-2.0
// The engine with the real store (SQLite) and the acme plugin, in a world where the carrier is a
// function and time jumps. A restart is a new engine on the same store.
#include "engine_fixture.hpp"

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using testing::ScriptedPerformer;
using ::testing::HasSubstr;

class EngineTest : public testing::EngineFixture {
protected:
    /// It waits for a person: nothing is due.
    bool is_parked(Id order) {
        const auto now = stored(order);
        return !now.due && (now.delivery == Delivery::waiting_for_person || now.delivery == Delivery::in_doubt);
    }
};

TEST_F(EngineTest, CarriesAPurchaseToItsEnd) {
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(stored(order.id).carrier_id, "A-r1");
    EXPECT_EQ(engine->counters().lost_outcomes, 0u);
    EXPECT_EQ(carrier.orders["r1"], 1);
    // The end is in the store a moment before the engine has heard of it.
    EXPECT_TRUE(run_until([&] { return runner->living() == 0; }));
}

TEST_F(EngineTest, LooksALostOrderUpAndNeverBuysTwice) {
    int posts = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        auto answer = carrier.serve(context, effect);
        if (effect.step == "create-order" && ++posts == 1) return ScriptedPerformer::loses(effect.seq);
        return answer;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(posts, 1);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.outcome_lost"));
    EXPECT_EQ(engine->counters().lost_outcomes, 1u);
}

TEST_F(EngineTest, WaitsTheSettleTimeBeforeItAsks) {
    std::optional<Instant> lost, asked;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order" && !lost) {
            lost = clock->now();
            return ScriptedPerformer::loses(effect.seq);
        }
        if (effect.step == "find-order") asked = clock->now();
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    ASSERT_TRUE(asked);
    EXPECT_GE(*asked - *lost, 30s);
    EXPECT_EQ(carrier.orders["r1"], 1) << "the carrier never got the first one, so it is sent again after a definite no";
}

TEST_F(EngineTest, AsksAgainForAsLongAsTheCarrierCannotTellAndSendsNothing) {
    int asked = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses((carrier.serve(context, effect), effect.seq));
        if (effect.step == "find-order" && ++asked < 12) return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(asked, 12);
}

TEST_F(EngineTest, ParksWhatTheCarrierCannotTell) {
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses(effect.seq);
        if (effect.step == "find-order") return ScriptedPerformer::answers(effect.seq, 500, "");
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt && !stored(order.id).due; })) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::draft);
}

TEST_F(EngineTest, GoesOnAfterARestartInTheMiddleOfTheWait) {
    int posts = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        auto answer = carrier.serve(context, effect);
        if (effect.step == "create-order" && ++posts == 1) return ScriptedPerformer::loses(effect.seq);
        return answer;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    restart();
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(posts, 1);
}

TEST_F(EngineTest, GoesOnFromItsJournalWhenAnAccountWasSwitchedOffInTheMiddle) {
    int posts = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        auto answer = carrier.serve(context, effect);
        if (effect.step == "create-order" && ++posts == 1) return ScriptedPerformer::loses(effect.seq);
        return answer;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    const auto account = std::exchange(accounts.all, {});
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person; })) << words(order.id);
    accounts.all = account;
    std::optional<Result<Order>> settled;
    OrderWish wish;
    wish.change = [&](const Order& now) { return settle_by_person(now, PersonVerdict::tried_again, "", clock->now(), "anna"); };
    boost::asio::co_spawn(
        *io, engine->change(order.id, std::move(wish)),
        [&](std::exception_ptr, Result<Order> done) { settled = std::move(done); }
    );
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    ASSERT_TRUE(settled && *settled) << (settled ? settled->error().message : "no answer");
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(posts, 1);
}

TEST_F(EngineTest, GivesNoIdTwiceWhenTheClockWasSetBackBeforeARestart) {
    const auto first = purchase("r1");
    ASSERT_TRUE(ends(first.id));
    clock->set(clock->now() - 1h);
    restart();
    const auto second = purchase("r2");
    ASSERT_TRUE(ends(second.id));
    EXPECT_GT(second.id, first.id);
    const auto entries = store->entries_after(0, std::nullopt, 100).value();
    ASSERT_FALSE(entries.empty());
    EXPECT_EQ(entries.back().order, second.id) << "whoever has read up to the newest entry misses a later one";
}

TEST_F(EngineTest, TriesAgainLaterWhatCertainlyDidNotLeave) {
    int refused = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (refused < 6) {
            ++refused;
            return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        }
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.retry"));
}

TEST_F(EngineTest, MakesARefusalAnException) {
    performer.carrier = [&](const auto&, const auto& effect) {
        return ScriptedPerformer::answers(effect.seq, 409, "{\"code\":\"NUMBER_TAKEN\"}");
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).state == OrderState::exception; }));
    EXPECT_EQ(stored(order.id).delivery, Delivery::waiting_for_person);
    EXPECT_THAT(words(order.id), HasSubstr("NUMBER_TAKEN"));
}

TEST_F(EngineTest, ParksAnOperationAfterThreeDeathsAtTheSamePlace) {
    int calls = 0;
    runner->before_step = [&]() -> std::optional<Error> {
        if (++calls % 2 == 0) return Error{.kind = ErrorKind::internal, .message = "killed by signal 11", .code = std::string(plugin_died_code)};
        return std::nullopt;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("died 3 times"));
    EXPECT_EQ(stored(order.id).delivery, Delivery::in_doubt) << "the carrier has it, so it must not simply be begun again";
    EXPECT_LE(carrier.orders["r1"], 1);
}

TEST_F(EngineTest, ParksAReplayThatDepartsFromTheJournal) {
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses(effect.seq);
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    close();
    {
        // Somebody's newer build asks for another body: the journal's intent is changed here instead.
        edit_first_intent();
    }
    open();
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("departs from the journal"));
    EXPECT_EQ(carrier.orders.size(), 0u);
}

TEST_F(EngineTest, TakesAProofForTheAnswerThatWasLostOnceTheSettleTimeIsOver) {
    std::optional<Instant> lost, asked;
    std::optional<Performed> answer;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step != "create-order") return carrier.serve(context, effect);
        answer = carrier.serve(context, effect);
        lost = clock->now();
        return ScriptedPerformer::loses(effect.seq);
    };
    performer.proof = [&](const Effect&) {
        asked = clock->now();
        return Proof{.completion = answer->completion, .told = "it stands in the archive"};
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    ASSERT_TRUE(asked);
    EXPECT_GE(*asked - *lost, 30s);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.outcome_proved: step \"create-order\": it stands in the archive"));
    EXPECT_EQ(std::ranges::count(performer.performed, "find-order", &Effect::step), 0) << "it was looked up for nothing";
}

TEST_F(EngineTest, WritesAMailAndItsOrderTogetherAndEndsNoParkedOperation) {
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses(effect.seq);
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    close();
    edit_first_intent();
    open();
    ASSERT_TRUE(run_until([&] { return is_parked(order.id); })) << words(order.id);
    const auto parked = stored(order.id).open_operation;
    ASSERT_NE(parked, 0);

    const auto tell = [&](std::string line, std::string uid) {
        OrderWish wish;
        wish.by_person = false;
        wish.change = [this, line](const Order& now) -> Result<OrderChange> {
            OrderChange change{.order = now, .entries = {entry(now, clock->now(), "mail", "mail.received", line)}};
            ++change.order.version;
            return change;
        };
        wish.beside = [this, uid] {
            InboxMail mail;
            mail.id = engine->new_id();
            mail.mailbox = "desk";
            mail.uid = uid;
            mail.raw = "x";
            mail.state = "matched";
            Commit made;
            made.new_received.push_back(mail);
            return made;
        };
        std::optional<Result<Order>> done;
        boost::asio::co_spawn(*io, engine->change(order.id, std::move(wish)), [&](std::exception_ptr, Result<Order> result) { done = std::move(result); });
        EXPECT_TRUE(run_until([&] { return done.has_value(); }));
        return done->has_value();
    };
    EXPECT_TRUE(tell("first", "uid-1"));
    EXPECT_FALSE(tell("second", "uid-1")) << "a mail was taken twice";
    EXPECT_THAT(words(order.id), HasSubstr("mail.received: first"));
    EXPECT_EQ(words(order.id).find("second"), std::string::npos) << "the line is there without its mail";
    EXPECT_EQ(stored(order.id).open_operation, parked);
    EXPECT_EQ(store->operation(parked).value()->operation.state, Operation::State::parked);
}

TEST_F(EngineTest, KeepsManyOrdersApart) {
    carrier.polls_until_done = 0;
    std::vector<Order> orders;
    for (int at = 0; at < 50; ++at) orders.push_back(purchase("r" + std::to_string(at)));
    for (const auto& order : orders) ASSERT_TRUE(ends(order.id)) << words(order.id);
    for (const auto& [reference, count] : carrier.orders) EXPECT_EQ(count, 1) << reference;
    EXPECT_EQ(carrier.orders.size(), 50u);
}

}  // namespace
}  // namespace porteur
