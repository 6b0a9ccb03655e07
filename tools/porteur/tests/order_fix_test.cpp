// SPDX-License-Identifier: Apache-2.0
// Corrections, comments, packets, and orders in parts.
#include <gmock/gmock.h>

#include "order_answers.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string id = "01JD9Y4V8K3ZQ";
const std::string path = "/v1/port-orders/" + id;

Step shown() {
    return {.expects = "GET " + path, .body = order_answer({.state = "exception", .delivery = "waiting_for_person"}), .type = "application/json", .fields = {{"ETag", "\"3\""}}};
}

TEST(PortFix, CorrectsAndSendsInOneChangeOfWhatWasSeen) {
    World world;
    ScriptedServer server({
        shown(),
        {.expects = "PATCH " + path, .body = order_answer({.state = "supplement_pending", .delivery = "sending"})},
    });
    EXPECT_EQ(
        world.run({"port", "fix", id, "--postal-code", "M5V1A2", "--submit"}, server),
        (Ran{0, "01JD9Y4V8K3ZQ  supplement_pending, sending\n", ""})
    );
    EXPECT_EQ(server.seen().at(1).body, R"({"request":{"service_address":{"postal_code":"M5V1A2"}},"submit":true})");
    EXPECT_EQ(server.seen().at(1).field("if-match"), "\"3\"");
    EXPECT_EQ(server.seen().at(1).field("idempotency-key"), "key-1");
}

TEST(PortFix, LetsACorrectionWaitUntilItIsSent) {
    World world;
    ScriptedServer server({
        shown(),
        {.expects = "PATCH " + path, .body = order_answer({.state = "exception", .delivery = "waiting_for_person"})},
        shown(),
        {.expects = "POST " + path + "/submit?as_new=true", .status = 202, .body = order_answer({.state = "exception", .delivery = "sending"})},
    });
    EXPECT_THAT(
        world.run({"port", "fix", id, "--postal-code", "M5V1A2"}, server).out,
        HasSubstr("next: porteur port fix 01JD9Y4V8K3ZQ ... --submit")
    );
    EXPECT_EQ(server.seen().at(1).body, R"({"request":{"service_address":{"postal_code":"M5V1A2"}}})");
    EXPECT_EQ(world.run({"port", "fix", id, "--submit", "--as-new"}, server).status, 0);
}

TEST(PortFix, RefusesAsNewWithoutSending) {
    World world;
    ScriptedServer server({});
    EXPECT_EQ(world.run({"port", "fix", id, "--as-new"}, server).status, status_of(ExitCode::usage));
    EXPECT_EQ(server.seen().size(), 0U);
}

TEST(PortShow, NamesWhatWasRefusedInBothWordsAndWhatToCorrect) {
    World world;
    auto order = order_answer({.state = "exception", .delivery = "waiting_for_person"});
    order.replace(order.find(R"("progress":{})"), 13,
                  R"("corrected_fields":["/pin"],"progress":{"rejections":[{"code":"6P","fields":["/service_address/postal_code"],)"
                  R"("numbers":[],"reason":"POSTAL_CODE_MISMATCH","text":"zip?"}]})");
    ScriptedServer server({{.expects = "GET " + path, .body = order}, {.expects = "GET " + path + "/timeline", .body = timeline_answer("")}});
    const auto out = world.run({"port", "show", id}, server).out;
    EXPECT_THAT(out, HasSubstr("POSTAL_CODE_MISMATCH"));
    EXPECT_THAT(out, HasSubstr("6P"));
    EXPECT_THAT(out, HasSubstr("zip?"));
    EXPECT_THAT(out, HasSubstr("/service_address/postal_code"));
    EXPECT_THAT(out, HasSubstr("/pin"));
}

// ------------------------------------------------------------------ parts

std::string in_parts(const OrderParts& whole, const OrderParts& one, const OrderParts& other) {
    auto order = order_answer(whole);
    order.insert(order.size() - 1, R"(,"parts":[)" + order_answer(one) + "," + order_answer(other) + "]");
    return order;
}
const OrderParts first{.state = "confirmed", .due = "\"2026-12-01T09:31:00.000Z\"", .id = "01JD9Y4V8K3ZA"};

TEST(PortShow, ShowsPartsAndPointsToTheOneThatWaits) {
    World world;
    const OrderParts second{.state = "exception", .delivery = "waiting_for_person", .problem = "zip?", .id = "01JD9Y4V8K3ZB"};
    ScriptedServer server({
        {.expects = "GET " + path, .body = in_parts({.state = "exception", .delivery = "waiting_for_person", .problem = "R-2: zip?"}, first, second)},
        {.expects = "GET " + path + "/timeline", .body = timeline_answer("")},
    });
    const auto out = world.run({"port", "show", id}, server).out;
    EXPECT_THAT(out, HasSubstr("01JD9Y4V8K3ZA"));
    EXPECT_THAT(out, HasSubstr("look at the part that waits: porteur port show 01JD9Y4V8K3ZB"));
}

TEST(Watch, FollowsThePartsOfAnOrderToItsEnd) {
    World world;
    const auto part_lines = [](const std::string& part, const std::string& entry) {
        return Step{.expects = "GET /v1/port-orders/" + part + "/timeline", .body = timeline_answer(entry)};
    };
    const OrderParts second{.state = "submitted", .due = first.due, .id = "01JD9Y4V8K3ZB"};
    const auto line = entry_json("01JD9Y4V8K3ZT", "09", "submitted -> confirmed");
    ScriptedServer server({
        {.expects = "GET " + path, .body = in_parts({.state = "submitted"}, first, second)},
        {.expects = "GET " + path + "/timeline", .body = timeline_answer("")},
        part_lines("01JD9Y4V8K3ZA", line),
        part_lines("01JD9Y4V8K3ZB", ""),
        {.expects = "GET /v1/events",
         .body = "id: 01JD9Y4V8K3ZV\nevent: port.state_changed\ndata: {\"order\":\"01JD9Y4V8K3ZB\"}\n\n",
         .type = "text/event-stream"},
        {.expects = "GET " + path, .body = in_parts({.state = "completed"}, first, second)},
        {.expects = "GET " + path + "/timeline", .body = timeline_answer("")},
        part_lines("01JD9Y4V8K3ZA", line),
        part_lines("01JD9Y4V8K3ZB", ""),
    });
    const auto ran = world.run({"port", "watch", id}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(ran.out, "2026-12-01 10:30:09  tt            R-1: submitted -> confirmed\n") << "once, and with the part's reference";
}

// ------------------------------------------------------------------ comments and packets

TEST(PortComment, WritesALineForAllOrForOperators) {
    World world;
    ScriptedServer server({
        {.expects = "POST " + path + "/comments", .body = order_answer({})},
        {.expects = "POST " + path + "/comments", .body = order_answer({})},
    });
    EXPECT_EQ(world.run({"port", "comment", id, "away until Monday"}, server), (Ran{0, "", ""}));
    EXPECT_EQ(world.run({"port", "comment", id, "difficult", "--private"}, server).status, 0);
    EXPECT_EQ(server.seen().at(0).body, R"({"text":"away until Monday"})");
    EXPECT_EQ(server.seen().at(1).body, R"({"private":true,"text":"difficult"})");
}

TEST(PortPacket, ShowsWhatGoesAlongAndWhatIsMissing) {
    World world;
    const std::string head = R"({"cover_letter":"Dear carrier","documents":[{"id":"doc-1","name":"loa.pdf","type":"loa"}],"problems":[)";
    ScriptedServer server({
        {.expects = "GET " + path + "/packet", .body = head + R"(],"subject":"Port out"})"},
        {.expects = "GET " + path + "/packet",
         .body = head + R"({"blocking":true,"field":"/documents","message":"no statement","reason":"OTHER"}],"subject":"Port out"})"},
    });
    const auto whole = world.run({"port", "packet", id}, server);
    EXPECT_EQ(whole.status, 0);
    EXPECT_THAT(whole.out, HasSubstr("Dear carrier"));
    EXPECT_THAT(whole.out, HasSubstr("loa.pdf"));
    const auto lacking = world.run({"port", "packet", id}, server);
    EXPECT_EQ(lacking.status, status_of(ExitCode::refused));
    EXPECT_THAT(lacking.out, HasSubstr("no statement"));
}

}  // namespace
}  // namespace porteur::cli
