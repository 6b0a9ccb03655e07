// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* event_body = R"({"account":"acme-1","source":"webhook","keys":{"ticket":"T-1"},"body":"raw"})";

TEST(Tasks, ShowWhatToDoAndWhatMayBeAnswered) {
    Served served;
    OpenTask task;
    task.order = served.host.next_id();
    task.kind = OrderKind::purchase;
    task.account = "shop-1";
    task.reference = "r-1";
    task.step = "call";
    task.title = "Call them";
    task.text = "Their number is in the contract.";
    task.choices = {"done", "refused"};
    task.text_required = true;
    task.since = Instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};
    task.reminded_next = task.since + std::chrono::hours(24);
    served.host.open_tasks = {task, task};
    const auto reply = served.get("/v1/tasks");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto shown = reply.document().at("items").as_array();
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_EQ(
        canonical(shown[0]),
        R"({"account":"shop-1","choices":["done","refused"],"kind":"purchase","order":")" + id_text(task.order) +
            R"(","reference":"r-1","reminded_next":"2026-11-26T00:00:00.000Z","since":"2026-11-25T00:00:00.000Z",)"
            R"("step":"call","text":"Their number is in the contract.","text_required":true,"title":"Call them"})"
    );
    EXPECT_EQ(served.get("/v1/tasks?limit=1").document().at("items").as_array().size(), 1U);
    EXPECT_EQ(served.get("/v1/tasks", FakeHost::foreign_token).body, R"({"items":[]})");
    for (const char* limit : {"0", "201", "x", "-1"}) EXPECT_EQ(served.get(std::string("/v1/tasks?limit=") + limit).status, 400) << limit;
}

TEST(Tasks, RefuseAWrongAnswerByItsFieldAndALateOneByTheState) {
    Served served;
    const auto order = served.post("/v1/port-orders", R"({"account":"acme-1","request":{"numbers":["+14165550101"]}})").text("id");
    served.host.refuse_change = Error{.kind = ErrorKind::invalid_input, .message = "/choice: \"perhaps\" is none of \"done\""};
    const auto wrong = served.post("/v1/port-orders/" + order + "/answer", R"({"choice":"perhaps"})");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.text("field"), "/choice");
    served.host.refuse_change = Error{.kind = ErrorKind::invalid_input, .message = "it waits for no answer"};
    EXPECT_EQ(served.post("/v1/port-orders/" + order + "/answer", R"({"choice":"done"})").status, 409);
}

TEST(InboundEvents, AreTakenOnceUnderTheirKey) {
    Served served;
    const Sent sent{.method = "POST", .target = "/v1/events/inbound", .body = event_body, .key = "e-1"};
    const auto reply = served.ask(sent);
    ASSERT_EQ(reply.status, 202) << reply.body;
    const auto event = served.host.last_event();
    EXPECT_EQ(event.tenant, 1);
    EXPECT_EQ(event.account, "acme-1");
    EXPECT_EQ(event.source, "webhook");
    EXPECT_EQ(event.keys, (std::map<std::string, std::string>{{"ticket", "T-1"}}));
    EXPECT_EQ(event.body, "raw");
    EXPECT_EQ(reply.text("id"), id_text(event.id));
    const auto again = served.ask(sent);
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, reply.body);
    EXPECT_EQ(served.host.changed, 1);
}

TEST(InboundEvents, NeedATokenThatMayChangeAndAKey) {
    Served served;
    EXPECT_EQ(served.ask({.method = "POST", .target = "/v1/events/inbound", .token = std::string(FakeHost::reader_token), .body = event_body, .key = "k"}).status, 403);
    EXPECT_EQ(served.ask({.method = "POST", .target = "/v1/events/inbound", .body = event_body}).status, 400);
}

TEST(InboundEvents, SayWhichFieldIsWrong) {
    Served served;
    int number = 0;
    const auto refused = [&](const std::string& body) {
        const auto reply = served.ask({.method = "POST", .target = "/v1/events/inbound", .body = body, .key = "k" + std::to_string(++number)});
        EXPECT_EQ(reply.status, 400) << body;
        return reply.text("field");
    };
    EXPECT_EQ(refused(R"({"source":"webhook","keys":{"a":"b"}})"), "/account");
    EXPECT_EQ(refused(R"({"account":"nobody","source":"webhook","keys":{"a":"b"}})"), "/account");
    EXPECT_EQ(refused(R"({"account":"acme-1","source":"Web Hook","keys":{"a":"b"}})"), "/source");
    EXPECT_EQ(refused(R"({"account":"acme-1","source":"webhook","keys":{}})"), "/keys");
    EXPECT_EQ(refused(R"({"account":"acme-1","source":"webhook","keys":{"a":1}})"), "/keys");
    EXPECT_EQ(refused(R"({"account":"acme-1","source":"webhook","keys":{"a":"b"},"body":{}})"), "/body");
    EXPECT_EQ(served.host.changed, 0);
}

}  // namespace
}  // namespace porteur::testing
