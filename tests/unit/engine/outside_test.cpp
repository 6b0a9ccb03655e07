// SPDX-License-Identifier: Apache-2.0
// Operations that wait for the world: events, persons, and the time that they may take.
#include "effects_plugin.hpp"
#include "engine/outside.hpp"
#include "engine_fixture.hpp"

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using testing::ScriptedPerformer;
using ::testing::HasSubstr;
using ::testing::Not;

class OutsideTest : public testing::EngineFixture {
protected:
    OutsideTest() : EngineFixture(testing::effects_plugin()) {
        performer.carrier = [](const auto&, const auto& effect) { return ScriptedPerformer::answers(effect.seq, 200, "{}"); };
    }

    template <class T>
    Result<T> get(Async<Result<T>> work) {
        std::optional<Result<T>> got;
        boost::asio::co_spawn(*io, std::move(work), [&](std::exception_ptr, Result<T> result) { got = std::move(result); });
        EXPECT_TRUE(run_until([&] { return got.has_value(); }));
        return got ? std::move(*got) : failure(ErrorKind::internal, "nothing came");
    }
    static InboundEvent told(std::map<std::string, std::string> keys, std::string body = "{}") {
        return {.tenant = 1, .account = "acme", .source = "webhook", .keys = std::move(keys), .body = std::move(body)};
    }
    Result<Id> deliver(InboundEvent event) { return get(engine->deliver(std::move(event))); }
    Result<Order> answer(Id order, std::string choice, std::string text) {
        return get(engine->answer(order, {.choice = std::move(choice), .text = std::move(text), .by = "ann"}));
    }
    /// The order waits, as a row.
    bool waits(Id id) {
        return run_until([&] { return runner->living() == 0 && stored(id).open_operation != 0; }, 0);
    }
    std::int64_t count(Id order, const std::string& kind) {
        const auto entries = store->timeline(order).value();
        return std::ranges::count(entries, kind, &TimelineEntry::kind);
    }
};

const std::map<std::string, std::string> its_event{{"ticket", "T-1"}, {"type", "done"}, {"by", "acme"}};

// ------------------------------------------------------------------ events

TEST_F(OutsideTest, AnEventEndsTheWaitThatItFits) {
    const auto order = purchase("event-1");
    ASSERT_TRUE(waits(order.id)) << words(order.id);
    ASSERT_TRUE(deliver(told(its_event, "{\"foc\":1}")));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "acme:{\"foc\":1}");
    EXPECT_EQ(count(order.id, "purchase.event_received"), 1);
}

TEST_F(OutsideTest, AnEventThatDiffersInAnythingEndsNoWait) {
    const auto order = purchase("event-1");
    ASSERT_TRUE(waits(order.id));
    auto other_source = told(its_event), other_account = told(its_event), other_tenant = told(its_event);
    other_source.source = "mail";
    other_account.account = "acme2";
    other_tenant.tenant = 2;
    for (const auto& each : {other_source, other_account, other_tenant, told({{"ticket", "T-1"}}), told({{"ticket", "T-2"}, {"type", "done"}}),
                             told({{"ticket", "T-1"}, {"type", "undone"}})})
        ASSERT_TRUE(deliver(each));
    settle_down();
    EXPECT_NE(stored(order.id).open_operation, 0);
    EXPECT_EQ(count(order.id, "purchase.event_received"), 0);
}

TEST_F(OutsideTest, AnEventEndsOneWaitOnlyTheOldest) {
    const auto first = purchase("event-1"), second = purchase("event-2");
    ASSERT_TRUE(waits(first.id));
    ASSERT_TRUE(waits(second.id));
    ASSERT_TRUE(deliver(told(its_event)));
    ASSERT_TRUE(ends(first.id)) << words(first.id);
    EXPECT_NE(stored(second.id).open_operation, 0);
    ASSERT_TRUE(deliver(told(its_event)));
    ASSERT_TRUE(ends(second.id)) << words(second.id);
}

TEST_F(OutsideTest, AnEventThatCameBeforeIsKeptForWhoeverWaitsLater) {
    ASSERT_TRUE(deliver(told(its_event, "early")));
    const auto order = purchase("event-1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "acme:early");
    // It is used up.
    const auto second = purchase("event-2");
    ASSERT_TRUE(waits(second.id));
}

TEST_F(OutsideTest, AnEventThatComesAtAnyMomentEndsTheWaitOnce) {
    for (int moment = 0; moment < 40; ++moment) {
        const auto order = purchase("event-" + std::to_string(moment));
        // The wait is about to begin, or has begun: after so many turns of the engine's thread.
        for (int turn = 0; turn < moment; ++turn) {
            io->restart();
            if (io->poll_one() == 0) io->run_one_for(1ms);
        }
        ASSERT_TRUE(deliver(told(its_event, std::to_string(moment))));
        ASSERT_TRUE(ends(order.id)) << words(order.id);
        EXPECT_EQ(stored(order.id).carrier_id, "acme:" + std::to_string(moment));
        EXPECT_EQ(count(order.id, "purchase.event_received"), 1);
    }
}

TEST_F(OutsideTest, AnEventOfLastMonthIsNotKeptAnyMore) {
    ASSERT_TRUE(deliver(told(its_event)));
    clock->set(clock->now() + 30 * 24h);
    const auto order = purchase("event-1");
    EXPECT_TRUE(waits(order.id)) << words(order.id);
}

TEST_F(OutsideTest, AWaitThatNobodyEndsTimesOut) {
    const auto begun = clock->now();
    const auto order = purchase("event-1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "nobody came");
    EXPECT_EQ(clock->now() - begun, 24h);
    // Too late now; and nobody is found.
    ASSERT_TRUE(deliver(told(its_event)));
    EXPECT_EQ(count(order.id, "purchase.event_received"), 0);
}

TEST_F(OutsideTest, AWaitOutlivesARestartAndCountsFromItsBeginning) {
    const auto begun = clock->now();
    const auto order = purchase("buy-event");
    ASSERT_TRUE(waits(order.id));
    clock->set(begun + 10h);
    restart();
    ASSERT_TRUE(deliver(told(its_event, "late")));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "acme:late");
    EXPECT_EQ(performer.performed.size(), 1u) << "bought once";
}

TEST_F(OutsideTest, AnEventAndAWaitThatACrashKeptApartMeetAtTheNextStart) {
    const auto order = purchase("event-1");
    ASSERT_TRUE(waits(order.id));
    // The event is durable, and the process is gone before anybody is looked for.
    auto event = told(its_event, "found");
    event.id = engine->new_id();
    event.at = clock->now();
    Commit made;
    made.new_events.push_back(event);
    bool durable = false;
    real->commit(std::make_shared<const Commit>(std::move(made)), [&](Result<void> done) { durable = done.has_value(); });
    ASSERT_TRUE(run_until([&] { return durable; }, 0));
    restart();
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "acme:found");
}

TEST_F(OutsideTest, AnEventEndsItsWaitOnceHoweverOftenTheProcessIsStartedAnew) {
    const auto order = purchase("event-1");
    ASSERT_TRUE(waits(order.id));
    std::optional<Result<Id>> got;
    boost::asio::co_spawn(*io, engine->deliver(told(its_event)), [&](std::exception_ptr, Result<Id> result) { got = std::move(result); });
    for (int at = 0; at < 3; ++at) {
        restart();
        settle_down();
    }
    if (!got) {
        ASSERT_TRUE(deliver(told(its_event)));
    }
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(count(order.id, "purchase.event_received"), 1);
}

TEST_F(OutsideTest, AnEventWithoutAKeyIsRefused) {
    EXPECT_THAT(deliver(told({})), FailsWith(ErrorKind::invalid_input, HasSubstr("/keys")));
}

TEST_F(OutsideTest, AWaitForNothingInParticularIsTheInputThatIsWrong) {
    const auto order = purchase("bad-event");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person || is_end(stored(order.id).state); })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("names no key to match"));
}

// ------------------------------------------------------------------ persons

TEST_F(OutsideTest, ATaskWaitsForAPersonAndReminds) {
    const auto order = purchase("person");
    ASSERT_TRUE(waits(order.id));
    EXPECT_EQ(stored(order.id).delivery, Delivery::waiting_for_person);
    EXPECT_EQ(stored(order.id).problem, "Call Acme about the order");
    EXPECT_EQ(count(order.id, "purchase.task_opened"), 1);
    ASSERT_TRUE(run_until([&] { return count(order.id, "purchase.task_reminder") == 2; })) << words(order.id);
    EXPECT_EQ(count(order.id, "purchase.task_opened"), 1);
    ASSERT_TRUE(answer(order.id, "done", "T-77"));
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "T-77");
    EXPECT_THAT(words(order.id), HasSubstr("purchase.answered: answered \"done\""));
}

TEST_F(OutsideTest, ATaskTakesOnlyWhatItAskedFor) {
    const auto order = purchase("person");
    ASSERT_TRUE(waits(order.id));
    EXPECT_THAT(answer(order.id, "perhaps", "T-1"), FailsWith(ErrorKind::invalid_input, HasSubstr("/choice")));
    EXPECT_THAT(answer(order.id, "done", " "), FailsWith(ErrorKind::invalid_input, HasSubstr("/text")));
    ASSERT_TRUE(answer(order.id, "done", "T-1"));
    ASSERT_TRUE(ends(order.id));
    EXPECT_THAT(answer(order.id, "done", "T-2"), FailsWith(ErrorKind::invalid_input, HasSubstr("waits for no answer")));
}

TEST_F(OutsideTest, AnAnswersReplyIsKeptWithIt) {
    const auto order = purchase("person");
    ASSERT_TRUE(waits(order.id));
    const auto remember = [](const Order& changed) {
        return IdempotencyRecord{.tenant = 1, .key = "k-1", .fingerprint = "f", .status = 200, .body = id_text(changed.id), .at = {}};
    };
    ASSERT_TRUE(get(engine->answer(order.id, {.choice = "done", .text = "T-1", .by = "ann", .remember = remember})));
    const auto kept = store->idempotency(1, "k-1").value();
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->body, id_text(order.id));
}

// ------------------------------------------------------------------ signatures

TEST_F(OutsideTest, ASignatureIsMadeOnceAndReplayed) {
    int made = 0;
    performer.carrier = [&](const auto&, const auto& effect) {
        EXPECT_EQ(effect.kind, EffectKind::sign);
        EXPECT_EQ(effect.head, R"({"algorithm":"hmac-sha256","encoding":"base64","secret":"api_secret"})");
        EXPECT_EQ(effect.body, "order 17");
        ++made;
        return Performed{.completion = {effect.seq, ErrorKind::none, R"({"signature":"c2lnbmVk"})", {}}};
    };
    const auto order = purchase("sign");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "c2lnbmVk");
    EXPECT_EQ(made, 1);
}

// ------------------------------------------------------------------ operation_timeout

class OutOfTimeTest : public OutsideTest {
protected:
    OutOfTimeTest() {
        std::const_pointer_cast<AccountView>(accounts.all["acme"])->operation_timeout = 60s;
        performer.takes = [this](const Effect&) { return clock->sleep_until(clock->now() + 10s); };
    }
    std::size_t times(const std::string& step) const {
        return static_cast<std::size_t>(std::ranges::count(performer.performed, step, &Effect::step));
    }
};

TEST_F(OutOfTimeTest, WorkThatMayBeDoneAgainEndsAsUnavailableAndIsTriedLater) {
    const auto order = purchase("many");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::retry_at; })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("operation_timeout"));
    EXPECT_EQ(performer.performed.size(), 6u);
    performer.takes = nullptr;
    ASSERT_TRUE(ends(order.id)) << words(order.id);
}

TEST_F(OutOfTimeTest, WhatHasNotLeftDoesNotLeaveAnyMore) {
    const auto order = purchase("many-buy");
    performer.takes = [this](const Effect& effect) {
        return clock->sleep_until(clock->now() + (effect.step == "ask-9" ? 61s : 0s));
    };
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::retry_at; })) << words(order.id);
    EXPECT_EQ(times("buy"), 0u);
    performer.takes = nullptr;
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(times("buy"), 1u);
}

TEST_F(OutOfTimeTest, AfterSomethingThatMustNotHappenTwiceItIsInDoubt) {
    const auto order = purchase("buy-many");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt && !stored(order.id).due; })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("operation_timeout"));
    EXPECT_EQ(times("buy"), 1u);
}

TEST_F(OutOfTimeTest, TheTimeOfAWaitDoesNotCount) {
    const auto order = purchase("buy-event");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "nobody came") << "after a day";
}

TEST_F(OutOfTimeTest, AClockThatIsSetForwardTakesNoTimeFromIt) {
    performer.takes = [this](const Effect& effect) {
        if (effect.step == "buy") clock->set_by_hand(1h);
        return clock->sleep_until(clock->now() + 1s);
    };
    const auto order = purchase("buy-many");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_THAT(words(order.id), Not(HasSubstr("operation_timeout")));
    EXPECT_EQ(times("buy"), 1u);
}

TEST_F(OutOfTimeTest, ARequestIsTimedToEndWithTheOperationUnlessItMustNotHappenTwice) {
    std::map<std::string, std::optional<Clock::Steady>> deadlines;
    performer.carrier = [&](const auto& context, const auto& effect) {
        deadlines[effect.step] = context.deadline;
        return ScriptedPerformer::answers(effect.seq, 200, "{}");
    };
    const auto begun = clock->steady();
    performer.takes = nullptr;
    const auto order = purchase("many-buy");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(deadlines["ask-0"], begun + 60s);
    EXPECT_EQ(deadlines["buy"], std::nullopt);
}

}  // namespace
}  // namespace porteur
