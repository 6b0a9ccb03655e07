// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant noon{1'760'000'000'000ms};

/// An operation with a request that left twice, and a task of days beside it.
OrderTrace a_trace() {
    TraceStep request{
        .exchange = {.at = noon, .ended = noon + 2s, .sent = {}, .answered = Completion{.seq = 1, .kind = ErrorKind::none, .head = R"({"headers":{"x-request-id":"cr-77"},"status":201})", .body = {}}},
        .lost = {},
        .left = {{.at = noon + 500ms, .took = 500ms, .status = 503, .failed = "unavailable"}, {.at = noon + 1500ms, .took = 500ms, .status = 201}},
        .left_is_whole = true
    };
    request.exchange.sent.step = "submit";
    request.exchange.sent.head = R"({"method":"POST","path":"/ports?pin=hush&x=1"})";
    TraceStep task{.exchange = {.at = noon + 2s, .ended = noon + 72h, .sent = {}, .answered = Completion{.seq = 2, .kind = ErrorKind::none, .head = "{}", .body = {}}}, .lost = {}};
    task.exchange.sent.kind = EffectKind::manual;
    task.exchange.sent.step = "ask";
    task.exchange.sent.head = R"({"title":"Call the desk"})";
    Operation operation;
    operation.id = Id{1} << 40;
    operation.account = "acme-1";
    operation.name = "submit_port";
    operation.state = Operation::State::done;
    operation.began = noon;
    operation.ended = noon + 72h;
    return {.now = noon + 72h, .operations = {{.operation = operation, .steps = {request, task}}}, .is_whole = true};
}

std::string path_of(const Order& order, std::string_view more = "") { return "/v1/port-orders/" + id_text(order.id) + "/trace" + std::string(more); }

TEST(TraceRoute, DrawsWhatIsKnownOnOneAxis) {
    Served served;
    served.host.outgoing.made_trace = a_trace();
    const auto reply = served.get(path_of(served.order()));
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto document = reply.document();
    const auto& operation = document.at("operations").at(0);
    EXPECT_EQ(operation.at("name"), "submit_port");
    EXPECT_EQ(operation.at("end"), 1000);
    const auto& step = operation.at("steps").at(0);
    EXPECT_EQ(step.at("method"), "POST");
    EXPECT_EQ(step.at("address"), "/ports?pin=•••&x=1");
    EXPECT_EQ(step.at("status"), 201);
    EXPECT_EQ(step.at("carrier_request"), "cr-77");
    std::string pieces;
    for (const auto& each : step.at("pieces").as_array())
        pieces += std::string(each.at("what").as_string()) + " " + std::to_string(each.at("start").as_int64()) + "-" + std::to_string(each.at("end").as_int64()) + "; ";
    EXPECT_EQ(pieces, "turn 0-235; exchange 235-470; again 470-705; exchange 705-940; ") << "the days of the task are cut short";
    EXPECT_EQ(operation.at("steps").at(1).at("title"), "Call the desk");
    EXPECT_TRUE(document.at("axis").at(1).at("cut").as_bool());
    EXPECT_THAT(reply.body, Not(HasSubstr("hush")));
}

TEST(TraceRoute, TellsOthersThanTheSystemHowLongItTookAndNotWhatWasAsked) {
    Served served;
    served.host.outgoing.made_trace = a_trace();
    auto order = served.order();
    order.tenant = 2;
    served.host.put(order);
    const auto reply = served.get(path_of(order), FakeHost::foreign_token);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto document = reply.document();
    const auto& step = document.at("operations").at(0).at("steps").at(0);
    for (const auto* hidden : {"address", "carrier_request", "message", "method", "status"}) EXPECT_TRUE(step.at(hidden).is_null()) << hidden;
    for (const auto& each : step.at("pieces").as_array()) EXPECT_TRUE(each.at("status").is_null());
    EXPECT_EQ(step.at("pieces").as_array().size(), 4U);
    for (const auto* hidden : {"/ports", "201", "503", "cr-77"}) EXPECT_THAT(reply.body, Not(HasSubstr(hidden)));
    EXPECT_EQ(served.get(path_of(served.order()), FakeHost::foreign_token).status, 404) << "another account's order";
}

TEST(TraceRoute, TakesAsManyOperationsAsAreWished) {
    Served served;
    const auto order = served.order();
    served.get(path_of(order, "?limit=7"));
    EXPECT_EQ(served.host.outgoing.asked_limit, 7U);
    served.get(path_of(order));
    EXPECT_EQ(served.host.outgoing.asked_limit, 20U);
    for (const auto* wrong : {"0", "101", "x", "-1", "3x"}) EXPECT_EQ(served.get(path_of(order, "?limit=" + std::string(wrong))).text("field"), "limit") << wrong;
}

TEST(TraceRoute, IsEmptyWhereNothingRanYet) {
    Served served;
    served.host.outgoing.made_trace = {.now = noon, .operations = {}, .is_whole = true};
    const auto reply = served.get(path_of(served.order()));
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(reply.document().at("operations").as_array().empty());
}

}  // namespace
}  // namespace porteur::testing
