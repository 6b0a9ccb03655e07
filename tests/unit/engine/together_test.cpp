// SPDX-License-Identifier: Apache-2.0
// Effects that a plugin asks for together: performed together, told one by one, replayed in the order
// in which they were told.
#include "effects_plugin.hpp"
#include "engine/query.hpp"
#include "engine_fixture.hpp"

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedPerformer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TogetherTest : public testing::EngineFixture {
protected:
    TogetherTest() : EngineFixture(testing::effects_plugin()) {
        performer.carrier = [this](const auto&, const auto& effect) {
            answered.push_back(effect.step);
            return says(effect, effect.step);
        };
        performer.takes = [this](const Effect& effect) { return waits(effect.step); };
    }

    static Performed says(const Effect& effect, const std::string& word) {
        return ScriptedPerformer::answers(effect.seq, 200, "{\"is\":\"<" + word + ">\"}");
    }
    Async<void> waits(std::string step) {
        const auto found = length.find(step);
        co_await clock->sleep_until(clock->now() + (found == length.end() ? 1s : found->second));
    }
    /// The steps of the journal's outcomes, in its order.
    std::vector<std::string> journal(Id order) {
        std::vector<std::string> steps;
        std::map<std::uint32_t, std::string> names;
        for (const auto& operation : store->operations_of(order).value()) {
            const auto whole = store->operation(operation.id).value().value();
            for (const auto& piece : whole.journal) {
                const auto records = read_records(piece.payload).value();
                for (const auto& record : records) {
                    if (const auto* intent = std::get_if<IntentRecord>(&record)) names[intent->effect.seq] = intent->effect.step;
                    if (const auto* outcome = std::get_if<OutcomeRecord>(&record)) steps.push_back(names[outcome->completion.seq]);
                }
            }
        }
        return steps;
    }
    std::size_t times(const std::string& step) const {
        return static_cast<std::size_t>(std::ranges::count(performer.performed, step, &Effect::step));
    }

    std::map<std::string, std::chrono::seconds> length;
    std::vector<std::string> answered;
};

TEST_F(TogetherTest, PerformsAllAtOnceAndTellsInTheOrderOfTheAnswers) {
    length = {{"one", 3s}, {"two", 2s}, {"three", 1s}};
    const auto begun = clock->now();
    const auto order = purchase("three");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "<one><two><three>");
    EXPECT_EQ(clock->now() - begun, 3s) << "as long as the slowest, not as all of them";
    EXPECT_THAT(answered, ElementsAre("three", "two", "one"));
    EXPECT_THAT(journal(order.id), ElementsAre("three", "two", "one"));
    EXPECT_EQ(performer.in_air_most, 3u);
}

TEST_F(TogetherTest, HasNoMoreUnderWayThanTheAccountAllows) {
    std::const_pointer_cast<AccountView>(accounts.all["acme"])->effects_at_once = 4;
    const auto order = purchase("twenty");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "20");
    EXPECT_EQ(performer.in_air_most, 4u);
    EXPECT_EQ(performer.performed.size(), 20u);
}

TEST_F(TogetherTest, SendsNoneOfThemWhileTheStoreDoesNotSayWhoseItIs) {
    int asked = 0;
    real->is_uncertain = true;
    real->refuses = [&](const Commit& commit) {
        asked += commit.empty() ? 1 : 0;
        return commit.empty();
    };
    const auto order = purchase("three");
    EXPECT_TRUE(run_until([&] { return asked > 0 && engine->counters().running == 0; }, 20)) << "it is not tried again for as long as the operation may take";
    EXPECT_TRUE(performer.performed.empty());
    real->is_uncertain = false;
    real->refuses = nullptr;
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "<one><two><three>");
    EXPECT_EQ(performer.performed.size(), 3u);
}

TEST_F(TogetherTest, HasEveryIntentOnTheDiskBeforeTheFirstOneLeaves) {
    std::vector<std::size_t> intents;
    performer.takes = [&](const Effect& effect) {
        std::size_t count = 0;
        if (effect.guarantee == Guarantee::once) {
            const auto open = store->orders({}, 0, 1).value().front().open_operation;
            for (const auto& piece : store->operation(open).value().value().journal)
                for (const auto& record : read_records(piece.payload).value())
                    if (const auto* intent = std::get_if<IntentRecord>(&record))
                        count += intent->effect.guarantee == Guarantee::once ? 1 : 0;
            intents.push_back(count);
        }
        return waits(effect.step);
    };
    const auto order = purchase("two-once");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_THAT(intents, ElementsAre(2u, 2u));
}

TEST_F(TogetherTest, TakesEachLostOutcomeAsInDoubtAndTheOthersAsTheyAre) {
    performer.carrier = [&](const auto&, const auto& effect) {
        if (effect.step == "buy-b") return ScriptedPerformer::loses(effect.seq);
        return says(effect, effect.step);
    };
    const auto begun = clock->now();
    const auto order = purchase("two-once");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "<buy-a><ask>?");
    EXPECT_GE(clock->now() - begun, 30s) << "the settle time has passed";
    EXPECT_EQ(times("buy-a"), 1u);
    EXPECT_EQ(times("buy-b"), 1u);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.outcome_lost: step \"buy-b\" left"));
    EXPECT_EQ(engine->counters().lost_outcomes, 1u);
}

TEST_F(TogetherTest, SendsNothingAgainAfterACrashInTheMiddle) {
    length = {{"buy-a", 1s}, {"ask", 2s}, {"buy-b", 3s}};
    const auto order = purchase("two-once");
    // The first purchase is answered, the second is under way.
    ASSERT_TRUE(run_until([&] { return answered == std::vector<std::string>{"buy-a", "ask"}; }));
    restart();
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(times("buy-a"), 1u);
    EXPECT_EQ(times("buy-b"), 1u);
    EXPECT_GE(times("ask"), 2u) << "a question may be asked again";
    EXPECT_EQ(stored(order.id).carrier_id, "?<ask>?") << "no outcome was on the disk yet: both are in doubt";
}

TEST_F(TogetherTest, ReplaysInTheRecordedOrder) {
    length = {{"buy-a", 9s}, {"ask", 1s}, {"buy-b", 2s}};
    performer.carrier = [&](const auto&, const auto& effect) {
        answered.push_back(effect.step);
        // Its outcome is written down at once, with what was told before it.
        if (effect.step == "buy-a") return ScriptedPerformer::loses(effect.seq);
        return says(effect, effect.step);
    };
    const auto order = purchase("two-once");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    restart();
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "?<ask><buy-b>");
    EXPECT_THAT(journal(order.id), ElementsAre("ask", "buy-b", "buy-a"));
    EXPECT_EQ(times("buy-a"), 1u);
    EXPECT_EQ(times("buy-b"), 1u);
    EXPECT_EQ(times("ask"), 1u);
}

TEST_F(TogetherTest, KeepsEveryAnswerWhenThePluginDiesMeanwhile) {
    length = {{"ask", 1s}, {"buy-a", 2s}, {"buy-b", 3s}};
    int calls = 0;
    runner->before_step = [&]() -> std::optional<Error> {
        if (++calls != 2) return std::nullopt;
        return Error{.kind = ErrorKind::internal, .message = "killed by signal 9", .code = std::string(plugin_died_code)};
    };
    const auto order = purchase("two-once");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "<buy-a><ask><buy-b>");
    EXPECT_EQ(performer.performed.size(), 3u);
}

TEST_F(TogetherTest, AsksAgainByItselfWhatMayBeAskedAgain) {
    int asked = 0;
    performer.carrier = [&](const auto&, const auto& effect) {
        if (effect.step == "two" && ++asked < 3) return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        return says(effect, effect.step);
    };
    const auto order = purchase("three");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).carrier_id, "<one><two><three>");
    EXPECT_EQ(performer.performed.size(), 5u);
}

TEST_F(TogetherTest, AsksTogetherForAnOperationWithoutAnOrderToo) {
    descriptor.operations.front().name = "purchase";
    PurchaseOrder request;
    request.reference = "three";
    const auto begun = clock->now();
    std::optional<Result<std::string>> answer;
    boost::asio::co_spawn(
        *io,
        ask(accounts.find("acme"), performer, *clock, *chance, 77, "acme", "purchase", to_text(request), clock->now() + 1min),
        [&](std::exception_ptr, Result<std::string> given) { answer = std::move(given); }
    );
    ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
    ASSERT_TRUE(*answer) << answer->error().message;
    EXPECT_THAT(**answer, HasSubstr("<one><two><three>"));
    EXPECT_EQ(clock->now() - begun, 1s);
    EXPECT_EQ(performer.in_air_most, 3u);
}

TEST_F(TogetherTest, PausesForAnOperationWithoutAnOrderWhileThereIsTime) {
    descriptor.operations.front().name = "purchase";
    PurchaseOrder request;
    request.reference = "pause";
    const auto asked = [&](std::chrono::seconds until) {
        std::optional<Result<std::string>> answer;
        boost::asio::co_spawn(
            *io,
            ask(accounts.find("acme"), performer, *clock, *chance, 77, "acme", "purchase", to_text(request), clock->now() + until),
            [&](std::exception_ptr, Result<std::string> given) { answer = std::move(given); }
        );
        EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
        return *answer;
    };
    const auto begun = clock->now();
    const auto in_time = asked(60s);
    ASSERT_TRUE(in_time) << in_time.error().message;
    EXPECT_THAT(*in_time, HasSubstr("<before><after>"));
    EXPECT_EQ(clock->now() - begun, 32s);

    const auto late = asked(20s);
    EXPECT_THAT(late, testing::FailsWith(ErrorKind::unavailable, HasSubstr("30 s")));
    EXPECT_EQ(times("after"), 1u);
}

}  // namespace
}  // namespace porteur
