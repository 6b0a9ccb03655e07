// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gmock/gmock.h>

#include "order_answers.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string id = "01JD9Y4V8K3ZQ";
const std::string path = "/v1/port-orders/" + id;
const std::string soon = "\"2026-12-01T09:31:00.000Z\"";

const auto first = entry_json("01JD9Y4V8K3ZR", "00", "draft -> submitted");
const auto second =
    entry_json("01JD9Y4V8K3ZS", "09", "submitted -> confirmed, FOC date 2026-12-15");
const auto third = entry_json("01JD9Y4V8K3ZT", "30", "confirmed -> completed");
const std::string first_line = "2026-12-01 10:30:00  tt            draft -> submitted\n";
const std::string second_line =
    "2026-12-01 10:30:09  tt            submitted -> confirmed, FOC date 2026-12-15\n";
const std::string third_line = "2026-12-01 10:30:30  tt            confirmed -> completed\n";

Step order(const OrderParts& parts) {
    return {.expects = "GET " + path, .body = order_answer(parts)};
}
Step timeline(const std::string& entries) {
    return {.expects = "GET " + path + "/timeline", .body = timeline_answer(entries)};
}
Step events(const std::string& text, Step::End end) {
    return {.expects = "GET /v1/events", .body = text, .type = "text/event-stream", .end = end};
}
std::string event(const std::string& entry, const std::string& entry_id) {
    return "id: " + entry_id + "\nevent: port.state_changed\ndata: " + entry + "\n\n";
}

TEST(Watch, PrintsTheTimelineOfAnEndedOrderAndGivesItsEnd) {
    World world;
    ScriptedServer server(
        {order({.state = "completed"}), timeline(first + "," + second + "," + third)}
    );
    EXPECT_EQ(
        world.run({"port", "watch", id}, server),
        (Ran{0, first_line + second_line + third_line, ""})
    );
}

TEST(Watch, GivesEveryEndItsExitStatus) {
    World world;
    for (const auto* state : {"partial", "cancelled", "rejected", "expired"}) {
        ScriptedServer server({order({.state = state}), timeline(first)});
        EXPECT_EQ(
            world.run({"port", "watch", id}, server),
            (Ran{status_of(ExitCode::refused), first_line, ""})
        ) << state;
    }
}

TEST(Watch, FollowsEventsAndPrintsEachLineOnce) {
    World world;
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        events(
            "retry: 2000\n\n: still here\n\n" + event(second, "01JD9Y4V8K3ZS") +
                event(third, "01JD9Y4V8K3ZT"),
            Step::End::stays_open
        ),
        order({.state = "confirmed", .due = soon}),
        timeline(first + "," + second),
        order({.state = "completed"}),
        timeline(first + "," + second + "," + third),
    });
    EXPECT_EQ(
        world.run({"port", "watch", id}, server),
        (Ran{0, first_line + second_line + third_line, ""})
    );
    // Asked to begin after what was printed, so that nothing is missed in between.
    EXPECT_EQ(server.seen().at(2).field("last-event-id"), "01JD9Y4V8K3ZR");
    EXPECT_EQ(server.seen().at(2).field("accept"), "text/event-stream");
}

TEST(Watch, HearsAgainOfALineThatIsNewerThanTheOrderThatWasReadBeforeIt) {
    World world;
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        // In between it was confirmed: the line is printed, and the order that was read says nothing of it.
        timeline(first + "," + second),
        events(event(second, "01JD9Y4V8K3ZS"), Step::End::stays_open),
        order({.state = "completed"}),
        timeline(first + "," + second),
    });
    EXPECT_EQ(world.run({"port", "watch", id}, server), (Ran{0, first_line + second_line, ""}));
    EXPECT_EQ(server.seen().at(2).field("last-event-id"), "01JD9Y4V8K3ZR") << "else it would be silent until it looks again";
}

TEST(Watch, IsNotMovedByEventsOfOtherOrders) {
    World world;
    const auto other = R"({"order":"01JD9Y4V8K3AA","text":"x"})";
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        events(
            event(other, "01JD9Y4V8K3ZS") + event(third, "01JD9Y4V8K3ZT"), Step::End::stays_open
        ),
        order({.state = "completed"}),
        timeline(first + "," + third),
    });
    EXPECT_EQ(world.run({"port", "watch", id}, server), (Ran{0, first_line + third_line, ""}));
}

TEST(Watch, ConnectsAgainAfterTheStreamBrokeAndGoesOnAfterTheLastEvent) {
    World world;
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        events(event(second, "01JD9Y4V8K3ZS"), Step::End::breaks_off),
        order({.state = "confirmed", .due = soon}),
        timeline(first + "," + second),
        // The stream ends here; after a pause the order is read again and a new stream begun.
        order({.state = "confirmed", .due = soon}),
        timeline(first + "," + second),
        events(event(third, "01JD9Y4V8K3ZT"), Step::End::stays_open),
        order({.state = "completed"}),
        timeline(first + "," + second + "," + third),
    });
    const auto ran = world.run({"port", "watch", id}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.out, first_line + second_line + third_line);
    EXPECT_EQ(
        ran.err, "porteur: " + server.url() +
                     ": the connection closed before the answer was complete; trying again\n"
    );
    EXPECT_EQ(server.seen().at(7).field("last-event-id"), "01JD9Y4V8K3ZS");
    EXPECT_THAT(world.pauses, ElementsAre(100ms, 100ms, 100ms, 100ms, 100ms));
}

TEST(Watch, OutlivesADaemonThatStartsAgain) {
    World world;
    auto drops = [](std::string line) {
        return Step{.expects = std::move(line), .body = {}, .end = Step::End::nothing};
    };
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        drops("GET /v1/events"),
        drops("GET " + path),
        drops("GET /v1/events"),
        order({.state = "completed"}),
        timeline(first + "," + third),
    });
    const auto ran = world.run({"port", "watch", id}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.out, first_line + third_line);
    // Said once, not at each attempt.
    EXPECT_EQ(
        ran.err,
        "porteur: " + server.url() + ": the connection closed before the answer; trying again\n"
    );
    // Half a second, then twice as long.
    EXPECT_EQ(world.pauses.size(), 5U + 10U);
}

TEST(Watch, EndsWhenTheTokenIsNoLongerTaken) {
    World world;
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        {.expects = "GET /v1/events",
         .status = 401,
         .body = R"({"title":"A valid token is needed"})"},
    });
    EXPECT_EQ(
        world.run({"port", "watch", id}, server),
        (
            Ran{status_of(ExitCode::not_authorised), first_line,
                "porteur: A valid token is needed; make a new token with 'porteur token create' on "
                "the daemon's "
                "machine\n"}
        )
    );
}

TEST(Watch, EndsWhenTheOrderWaitsForAPersonAndSaysWhatToDo) {
    World world;
    ScriptedServer server({
        order({.delivery = "in_doubt",
               .problem = "the connection closed before the answer",
               .settle = R"(["found_at_carrier","not_carried_out"])"}),
        timeline(first),
    });
    EXPECT_EQ(
        world.run({"port", "watch", id}, server),
        (Ran{
            status_of(ExitCode::waits_for_person), first_line,
            "porteur: order 01JD9Y4V8K3ZQ waits for a person: the connection closed before the "
            "answer; next: ask the "
            "carrier, then: porteur port settle 01JD9Y4V8K3ZQ found_at_carrier --carrier-id ID (or "
            "not_carried_out)\n"
        })
    );
}

TEST(Watch, StaysWithAnOrderThatWaitsWhenAskedTo) {
    World world;
    ScriptedServer server({
        order({.state = "exception", .delivery = "waiting_for_person", .problem = "PIN_INVALID"}),
        timeline(first),
        events(event(third, "01JD9Y4V8K3ZT"), Step::End::stays_open),
        order({.state = "completed"}),
        timeline(first + "," + third),
    });
    EXPECT_EQ(
        world.run({"port", "watch", id, "--stay"}, server), (Ran{0, first_line + third_line, ""})
    );
}

TEST(Watch, EndsWhenItsTimeIsOver) {
    World world;
    world.clock_step = 4s;  // each look at the clock takes that long
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        events(": still here\n\n", Step::End::stays_open),
    });
    const auto ran = world.run({"port", "watch", id, "--timeout", "20s"}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::timed_out));
    EXPECT_EQ(ran.out, first_line);
    EXPECT_EQ(
        ran.err,
        "porteur: order 01JD9Y4V8K3ZQ is submitted and still under way after --timeout; watch it "
        "again at any time\n"
    );
}

TEST(Watch, ReadsTheOrderNowAndThenThoughNoEventComes) {
    World world;
    world.clock_step = 20s;
    ScriptedServer server({
        order({.state = "submitted", .due = soon}),
        timeline(first),
        events(": still here\n\n", Step::End::stays_open),
        order({.state = "completed"}),
        timeline(first + "," + third),
    });
    EXPECT_EQ(world.run({"port", "watch", id}, server), (Ran{0, first_line + third_line, ""}));
}

TEST(Watch, PrintsOnlyTheOrderAsItEndedWithJson) {
    World world;
    ScriptedServer server({order({.state = "completed"}), timeline(first)});
    const auto ran = world.run({"port", "watch", id, "--json"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr("\"state\":\"completed\""));
    EXPECT_EQ(std::ranges::count(ran.out, '\n'), 1);
}

TEST(Watch, SaysAtOnceThatThereIsNoSuchOrder) {
    World world;
    ScriptedServer server({
        {.expects = "GET " + path, .status = 404, .body = R"({"title":"Not found"})"},
    });
    EXPECT_EQ(
        world.run({"port", "watch", id}, server),
        (Ran{status_of(ExitCode::not_found), "", "porteur: Not found\n"})
    );
}

TEST(Watch, FollowsAnOrderThatWasJustSubmitted) {
    World world;
    ScriptedServer server({
        {.expects = "POST " + path + "/submit",
         .status = 202,
         .body = order_answer({.delivery = "sending"})},
        order({.delivery = "sending"}),
        timeline(first),
        events(event(third, "01JD9Y4V8K3ZT"), Step::End::stays_open),
        order({.state = "completed"}),
        timeline(first + "," + third),
    });
    EXPECT_EQ(
        world.run({"port", "submit", id, "--watch", "--timeout", "1h"}, server),
        (Ran{0, id + "\n" + first_line + third_line, ""})
    );
}

}  // namespace
}  // namespace porteur::cli
