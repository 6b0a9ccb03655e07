// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string made =
    R"({"id":"01JD9Y4V8K3ZR","url":"https://hooks.example/in","description":"","kinds":["port.*"],"enabled":true,"off":null,)"
    R"("cursor":"01JD9Y4V8K3ZQ","tries":0,"retry_at":null,"failing_since":null,"delivered_at":null,"status":null,"problem":"",)"
    R"("old_secret_until":null,"created":"2026-11-25T09:00:00.000Z","updated":"2026-11-25T09:00:00.000Z"})";
std::string with_secret() {
    auto text = made;
    return text.insert(text.size() - 1, R"(,"secret":"whsec_c2VjcmV0")");
}

TEST(Webhook, AddsOneAndShowsItsSecretOnce) {
    World world;
    ScriptedServer server({{.expects = "POST /v1/webhooks", .body = with_secret()}});
    const auto ran = world.run(
        {"webhook", "add", "https://hooks.example/in", "--kind", "port.*", "--kind",
         "deadline.missed", "--after", "0"},
        server
    );
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("whsec_c2VjcmV0"));
    EXPECT_THAT(ran.err, HasSubstr("this once"));
    EXPECT_EQ(
        server.seen().at(0).body,
        R"({"after":"0","kinds":["port.*","deadline.missed"],"url":"https://hooks.example/in"})"
    );
}

TEST(Webhook, ListsHowTheyAre) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/webhooks",
          .body =
              R"({"items":[)" + made +
              R"(,{"id":"H2","url":"https://b.example/","off":"failing","problem":"it answered 500"}]})"
        }}
    );
    const auto ran = world.run({"webhook", "list"}, server);
    EXPECT_THAT(ran.out, HasSubstr("01JD9Y4V8K3ZR  on"));
    EXPECT_THAT(ran.out, HasSubstr("off: failing"));
    EXPECT_THAT(ran.out, HasSubstr("it answered 500"));
}

TEST(Webhook, ShowsOne) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/webhooks/01JD9Y4V8K3ZR", .body = made}});
    EXPECT_THAT(
        world.run({"webhook", "show", "01JD9Y4V8K3ZR"}, server).out,
        HasSubstr("Has them up to  01JD9Y4V8K3ZQ\n")
    );
}

TEST(Webhook, ChangesAndSwitches) {
    World world;
    ScriptedServer server(
        {{.expects = "PATCH /v1/webhooks/H1", .body = made},
         {.expects = "PATCH /v1/webhooks/H1", .body = made}}
    );
    EXPECT_EQ(world.run({"webhook", "change", "H1", "--off"}, server).status, 0);
    EXPECT_EQ(server.seen().at(0).body, R"({"enabled":false})");
    EXPECT_EQ(
        world.run({"webhook", "change", "H1", "--on", "--address", "https://b.example/"}, server)
            .status,
        0
    );
    EXPECT_EQ(server.seen().at(1).body, R"({"enabled":true,"url":"https://b.example/"})");
}

TEST(Webhook, TestsOne) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/webhooks/H1/test",
          .body = R"({"id":"evt_1","delivered":true,"status":204,"problem":"","took_ms":12})"},
         {.expects = "POST /v1/webhooks/H1/test",
          .body =
              R"({"id":"evt_2","delivered":false,"status":null,"problem":"no such host","took_ms":3})"
         }}
    );
    EXPECT_EQ(
        world.run({"webhook", "test", "H1"}, server),
        (Ran{0, "delivered: it answered 204 (12 ms)\n", ""})
    );
    EXPECT_EQ(
        world.run({"webhook", "test", "H1"}, server),
        (Ran{3, "not delivered: no such host (3 ms)\n", ""})
    );
}

TEST(Webhook, RotatesReplaysAndRemoves) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/webhooks/H1/secret", .body = with_secret()},
         {.expects = "POST /v1/webhooks/H1/replay", .status = 202, .body = made},
         {.expects = "DELETE /v1/webhooks/H1", .body = R"({"id":"H1","removed":true})"}}
    );
    EXPECT_THAT(
        world.run({"webhook", "rotate", "H1", "--overlap-hours", "48"}, server).out,
        HasSubstr("whsec_c2VjcmV0")
    );
    EXPECT_EQ(server.seen().at(0).body, R"({"overlap_hours":48})");
    EXPECT_EQ(world.run({"webhook", "replay", "H1", "--after", "01JD9Y4V8K3ZQ"}, server).status, 0);
    EXPECT_EQ(server.seen().at(1).body, R"({"after":"01JD9Y4V8K3ZQ"})");
    EXPECT_EQ(
        world.run({"webhook", "remove", "H1"}, server), (Ran{0, "web hook H1 is removed\n", ""})
    );
}

}  // namespace
}  // namespace porteur::cli
