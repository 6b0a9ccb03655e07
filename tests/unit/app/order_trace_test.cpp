// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "app/order_trace.hpp"
#include "engine/journal_record.hpp"

namespace porteur {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Instant at(int second) { return Instant{std::chrono::seconds(second)}; }

Effect effect(std::uint32_t seq, EffectKind kind, std::string step) {
    Effect made;
    made.seq = seq;
    made.kind = kind;
    made.step = std::move(step);
    made.body = "what was in it";
    return made;
}

Completion done(std::uint32_t seq) { return {.seq = seq, .kind = ErrorKind::none, .head = R"({"status":200})", .body = "what came back"}; }

StoredOperation stored(const std::vector<JournalRecord>& records) {
    StoredOperation made;
    std::string piece;
    for (const auto& each : records) append_record(piece, each);
    made.journal = {{.operation = 7, .tenant = 1, .position = 1, .payload = piece}};
    return made;
}

CarrierRequestSeen seen(int second, std::string step, Id run = 7) {
    CarrierRequestSeen made;
    made.at = at(second);
    made.took = std::chrono::milliseconds(500);
    made.run = run;
    made.step = std::move(step);
    made.status = 200;
    return made;
}

TEST(StepsOf, AreWhatTakesTimeWithoutWhatWasInIt) {
    const auto steps = steps_of(stored({
        IntentRecord{effect(1, EffectKind::now, "now"), at(1)},
        OutcomeRecord{done(1), at(1)},
        IntentRecord{effect(2, EffectKind::http, "submit"), at(2)},
        LostRecord{2, at(4)},
        OutcomeRecord{Completion{.seq = 2, .kind = ErrorKind::in_doubt, .head = "{}", .body = {}}, at(9)},
        IntentRecord{effect(3, EffectKind::manual, "ask"), at(10)},
    }));
    ASSERT_TRUE(steps) << steps.error().message;
    ASSERT_THAT(*steps, SizeIs(2));
    EXPECT_EQ((*steps)[0].lost, at(4));
    EXPECT_EQ((*steps)[0].exchange.ended, at(9));
    EXPECT_EQ((*steps)[1].exchange.sent.kind, EffectKind::manual);
    EXPECT_FALSE((*steps)[1].exchange.ended);
    for (const auto& each : *steps) EXPECT_THAT(each.exchange.sent.body, IsEmpty());
    EXPECT_FALSE(steps_of(StoredOperation{.operation = {}, .journal = {{.operation = 7, .tenant = 1, .position = 1, .payload = "no record"}}}));
}

CarrierStanding a_standing() {
    CarrierStanding made;
    made.at = at(30);
    made.seen_since = at(1);
    made.requests = {seen(18, "submit"), seen(15, "find"), seen(12, "submit"), seen(11, "submit", 8), seen(9, "submit")};
    return made;
}

class TimesLeft : public ::testing::Test {
protected:
    std::vector<TraceStep> steps = *steps_of(stored({
        IntentRecord{effect(1, EffectKind::http, "submit"), at(10)},
        OutcomeRecord{done(1), at(20)},
    }));
    CarrierStanding standing = a_standing();
};

TEST_F(TimesLeft, AreThoseOfTheStepInItsOwnTime) {
    add_times_left(steps, 7, standing, 20);
    ASSERT_THAT(steps[0].left, SizeIs(2));
    EXPECT_EQ(steps[0].left[0].at, at(12));
    EXPECT_EQ(steps[0].left[1].at, at(18));
    EXPECT_TRUE(steps[0].left_is_whole);
}

TEST_F(TimesLeft, AreNotWholeWhereTheMemoryIsFullOrYoungerThanTheStep) {
    standing.requests.resize(3);  // the oldest one left after the step was asked for
    add_times_left(steps, 7, standing, 3);
    EXPECT_FALSE(steps[0].left_is_whole) << "another request may have been forgotten";
    steps[0].left.clear();
    standing.seen_since = at(11);
    add_times_left(steps, 7, standing, 20);
    EXPECT_FALSE(steps[0].left_is_whole) << "the daemon was started in between";
}

TEST_F(TimesLeft, AreUnknownBeforeThePictureWasRenewed) {
    standing.at = at(19);
    add_times_left(steps, 7, standing, 20);
    EXPECT_THAT(steps[0].left, IsEmpty());
}

TEST_F(TimesLeft, AreUnknownWhereTwoStepsOfOneNameRanAtOnce) {
    steps = *steps_of(stored({
        IntentRecord{effect(1, EffectKind::http, "submit"), at(10)},
        IntentRecord{effect(2, EffectKind::http, "submit"), at(10)},
        OutcomeRecord{done(1), at(19)},
        OutcomeRecord{done(2), at(20)},
    }));
    add_times_left(steps, 7, standing, 20);
    for (const auto& each : steps) EXPECT_THAT(each.left, IsEmpty());
}

TEST(LogLineOf, NamesOrderAndOperationSoThatTheLinesOfAnOrderAreFound) {
    auto request = seen(12, "submit", first_id_at(at(2)));
    request.order = first_id_at(at(1));
    request.operation = "submit_port";
    EXPECT_EQ(log_line_of("acme", request), "carrier: acme submit_port submit: 200 in 500 ms, order " + id_text(request.order) + ", operation " + id_text(request.run));
    request.status = 0;
    request.failed = "in_doubt";
    request.order = 0;
    EXPECT_EQ(log_line_of("acme", request), "carrier: acme submit_port submit: no answer in 500 ms, in_doubt") << "somebody asked without an order";
}

TEST(HideOwnSecrets, OfAnOrderInItsTraceToo) {
    Order order;
    order.request = "{}";
    auto asked = effect(1, EffectKind::http, "submit");
    asked.head = R"({"path":"/ports/135790"})";
    auto steps = *steps_of(stored({IntentRecord{asked, at(1)}}));
    hide_own_secrets(steps, order, "135790");
    EXPECT_EQ(steps[0].exchange.sent.head, R"({"path":"/ports/[secret]"})");
}

}  // namespace
}  // namespace porteur
