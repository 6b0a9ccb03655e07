// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "domain/waterfall.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant noon{1'760'000'000'000ms};

/// "turn 0-120", in milliseconds after noon.
std::vector<std::string> lines_of(const std::vector<BarPiece>& pieces) {
    std::vector<std::string> lines;
    for (const auto& each : pieces) {
        auto line = std::string(word_of(each.what)) + " " + std::to_string((each.from - noon).count()) + "-";
        if (each.until) line += std::to_string((*each.until - noon).count());
        if (each.status != 0) line += " " + std::to_string(each.status);
        if (!each.failed.empty()) line += " " + each.failed;
        lines.push_back(std::move(line));
    }
    return lines;
}

TimeLeft left(std::chrono::milliseconds after, std::chrono::milliseconds took, int status = 200, std::string failed = "") {
    return {.at = noon + after, .took = took, .status = status, .failed = std::move(failed)};
}

TEST(PiecesOf, TellTheTurnFromTheExchange) {
    const StepTimes step{.asked = noon, .ended = noon + 500ms, .lost = {}, .left = {left(120ms, 380ms)}, .left_is_whole = true};
    EXPECT_THAT(lines_of(pieces_of(step)), ElementsAre("turn 0-120", "exchange 120-500 200"));
}

TEST(PiecesOf, TellEachTryAndThePauseBeforeTheNext) {
    const StepTimes step{.asked = noon, .ended = noon + 2s, .lost = {}, .left = {left(0ms, 300ms, 503, "unavailable"), left(1300ms, 700ms, 201)}, .left_is_whole = true};
    EXPECT_THAT(lines_of(pieces_of(step)), ElementsAre("exchange 0-300 503 unavailable", "again 300-1300", "exchange 1300-2000 201"));
}

TEST(PiecesOf, DoNotCallTheWriteToTheDiskATurn) {
    const StepTimes step{.guarantee = Guarantee::once, .asked = noon, .ended = noon + 400ms, .lost = {}, .left = {left(4ms, 390ms)}, .left_is_whole = true};
    EXPECT_THAT(lines_of(pieces_of(step)), ElementsAre("ready 0-4", "exchange 4-394 200"));
}

TEST(PiecesOf, AreOneWhereNothingIsKnownOfWhenItLeft) {
    EXPECT_THAT(lines_of(pieces_of({.asked = noon, .ended = noon + 500ms, .lost = {}})), ElementsAre("whole 0-500"));
}

TEST(PiecesOf, DoNotCallATurnWhatMayHoldATryThatIsForgotten) {
    const StepTimes step{.asked = noon, .ended = noon + 500ms, .lost = {}, .left = {left(120ms, 380ms)}, .left_is_whole = false};
    EXPECT_THAT(lines_of(pieces_of(step)), ElementsAre("whole 0-120", "exchange 120-500 200"));
}

TEST(PiecesOf, GiveALostAnswerItsSettleTime) {
    StepTimes step{.guarantee = Guarantee::once, .asked = noon, .ended = {}, .lost = noon + 30s, .left = {left(2ms, 29'998ms, 0, "in_doubt")}, .left_is_whole = true};
    EXPECT_THAT(lines_of(pieces_of(step)), ElementsAre("ready 0-2", "exchange 2-30000 in_doubt", "settle 30000-"));
    step.ended = noon + 60s;
    EXPECT_EQ(lines_of(pieces_of(step)).back(), "settle 30000-60000");
}

TEST(PiecesOf, GoOnWhereTheStepDoes) {
    EXPECT_THAT(lines_of(pieces_of({.kind = EffectKind::manual, .asked = noon, .ended = {}, .lost = {}})), ElementsAre("person 0-"));
    EXPECT_THAT(lines_of(pieces_of({.kind = EffectKind::event, .asked = noon, .ended = {}, .lost = {}})), ElementsAre("event 0-"));
    EXPECT_THAT(lines_of(pieces_of({.kind = EffectKind::sleep, .asked = noon, .ended = noon + 2h, .lost = {}})), ElementsAre("pause 0-7200000"));
    EXPECT_THAT(lines_of(pieces_of({.kind = EffectKind::mail, .asked = noon, .ended = noon + 1s, .lost = {}})), ElementsAre("mail 0-1000"));
    EXPECT_THAT(lines_of(pieces_of({.asked = noon, .ended = {}, .lost = {}})), ElementsAre("whole 0-"));
}

TEST(PiecesOf, LeaveOutWhatTheClockCannotHaveSeen) {
    const StepTimes step{.asked = noon, .ended = noon + 100ms, .lost = {}, .left = {left(-5s, 10ms), left(7s, 10ms)}, .left_is_whole = true};
    EXPECT_THAT(lines_of(pieces_of(step)), ElementsAre("whole 0-100")) << "the clock was set meanwhile";
    EXPECT_THAT(pieces_of({.asked = noon, .ended = noon - 1s, .lost = {}}), IsEmpty());
}

TEST(PiecesOf, AreNoneOfWhatTakesNoTime) {
    for (const auto kind : {EffectKind::now, EffectKind::random, EffectKind::progress})
        EXPECT_THAT(pieces_of({.kind = kind, .asked = noon, .ended = noon + 1s, .lost = {}}), IsEmpty());
}

// ------------------------------------------------------------------ between operations

Operation ran(std::string name, std::chrono::milliseconds began, std::chrono::milliseconds ended, Operation::State state = Operation::State::done) {
    Operation made;
    made.name = std::move(name);
    made.state = state;
    made.began = noon + began;
    made.ended = noon + ended;
    return made;
}

TimelineEntry said(std::chrono::milliseconds at, std::string kind) {
    TimelineEntry made;
    made.at = noon + at;
    made.kind = std::move(kind);
    return made;
}

std::vector<std::string> lines_of(const std::vector<OrderWait>& waits) {
    std::vector<std::string> lines;
    for (const auto& each : waits)
        lines.push_back(
            std::string(word_of(each.what)) + " " + std::to_string(std::chrono::floor<std::chrono::seconds>(each.from - noon).count()) + "-" +
            (each.until ? std::to_string(std::chrono::floor<std::chrono::seconds>(*each.until - noon).count()) : "")
        );
    return lines;
}

TEST(WaitsOf, TellWhatAnOrderWaitedForBetweenItsOperations) {
    Order order;
    order.created = noon;
    order.stage = Stage::follow;
    order.state = OrderState::submitted;
    const std::vector operations{
        ran("submit_port", 600s, 601s, Operation::State::failed), ran("submit_port", 661s, 662s), ran("check_port", 4000s, 4001s),
    };
    const std::vector entries{said(0s, "port.created"), said(599s, "port.submit_wanted"), said(601s, "port.retry"), said(662s, "port.state_changed")};
    EXPECT_THAT(lines_of(waits_of(order, operations, entries, true, noon + 5000s)), ElementsAre("person 0-600", "again 601-661", "carrier 662-4000", "carrier 4001-"));
    EXPECT_THAT(
        lines_of(waits_of(order, operations, entries, false, noon + 5000s)), ElementsAre("again 601-661", "carrier 662-4000", "carrier 4001-")
    ) << "what was before the first one that is shown is not known";
}

TEST(WaitsOf, SayNothingWhereNobodyKnowsWhatATimeWasFor) {
    Order order;
    order.state = OrderState::completed;
    const std::vector operations{ran("preflight", 0s, 1s), ran("submit_port", 90s, 91s)};
    EXPECT_THAT(waits_of(order, operations, {}, false, noon + 1h), IsEmpty());
}

TEST(WaitsOf, EndWhereAnOperationIsOpen) {
    Order order;
    order.stage = Stage::submit;
    order.delivery = Delivery::waiting_for_person;
    auto open = ran("submit_port", 0s, 0s, Operation::State::open);
    open.ended.reset();
    EXPECT_THAT(waits_of(order, std::vector{open}, {}, false, noon + 1h), IsEmpty());
    auto parked = ran("submit_port", 0s, 1s, Operation::State::parked);
    EXPECT_THAT(lines_of(waits_of(order, std::vector{parked}, {}, false, noon + 1h)), ElementsAre("person 1-"));
}

// ------------------------------------------------------------------ the axis

TEST(TimeAxis, KeepsOneScaleWhereEverythingIsWork) {
    const TimeAxis axis(std::vector<Stretch>{{noon, noon + 1s, true}, {noon + 1s, noon + 4s, true}});
    EXPECT_EQ(axis.pieces().size(), 1U);
    EXPECT_DOUBLE_EQ(axis.place(noon), 0);
    EXPECT_DOUBLE_EQ(axis.place(noon + 1s), 250);
    EXPECT_DOUBLE_EQ(axis.place(noon + 4s), TimeAxis::length);
    EXPECT_DOUBLE_EQ(axis.place(noon - 1h), 0);
    EXPECT_DOUBLE_EQ(axis.place(noon + 1h), TimeAxis::length);
}

TEST(TimeAxis, CutsALongQuietTimeSoThatShortWorkIsSeen) {
    const TimeAxis axis(std::vector<Stretch>{{noon, noon + 1s, true}, {noon + 1s, noon + 72h, false}, {noon + 72h, noon + 72h + 1s, true}});
    ASSERT_EQ(axis.pieces().size(), 3U);
    EXPECT_TRUE(axis.pieces()[1].is_cut);
    EXPECT_DOUBLE_EQ(axis.place(noon + 1s), 470);
    EXPECT_DOUBLE_EQ(axis.place(noon + 72h), 530);
    EXPECT_DOUBLE_EQ(axis.place(noon + 72h + 500ms), 765) << "work before and after has one scale";
}

TEST(TimeAxis, DoesNotCutAQuietTimeThatIsShortBesideTheWork) {
    const TimeAxis axis(std::vector<Stretch>{{noon, noon + 10s, true}, {noon + 10s, noon + 12s, false}, {noon + 12s, noon + 20s, true}});
    EXPECT_FALSE(std::ranges::any_of(axis.pieces(), &TimeAxis::Piece::is_cut));
    EXPECT_DOUBLE_EQ(axis.place(noon + 10s), 500);
}

TEST(TimeAxis, LeavesMostOfTheLineToTheWorkHoweverManyQuietTimesThereAre) {
    std::vector<Stretch> stretches;
    for (int hour = 0; hour < 90; ++hour) {
        const auto from = noon + std::chrono::hours(hour);
        stretches.push_back({from, from + 300ms, true});
        stretches.push_back({from + 300ms, from + 1h, false});
    }
    const TimeAxis axis(stretches);
    double work = 0, place = 0;
    for (const auto& each : axis.pieces()) {
        EXPECT_NEAR(each.start, place, 1e-6);
        if (!each.is_cut) work += each.end - each.start;
        place = each.end;
    }
    EXPECT_NEAR(work, 600, 1e-6);
    EXPECT_DOUBLE_EQ(place, TimeAxis::length);
}

TEST(TimeAxis, StandsUpToNothingAndToOneInstant) {
    EXPECT_DOUBLE_EQ(TimeAxis({}).place(noon), TimeAxis::length);
    const TimeAxis axis(std::vector<Stretch>{{noon, noon, true}});
    EXPECT_DOUBLE_EQ(axis.place(noon), 0);
    const TimeAxis quiet(std::vector<Stretch>{{noon, noon + 1h, false}});
    EXPECT_DOUBLE_EQ(quiet.place(noon + 30min), 500) << "where nothing was worked, nothing is cut";
}

}  // namespace
}  // namespace porteur
