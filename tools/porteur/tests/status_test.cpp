// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string well = R"({"ok":true,"checks":[{"name":"store","ok":true,"detail":""},
    {"name":"plugins","ok":true,"detail":"3 loaded"}]})";

TEST(Status, TellsHealthAndWhereOrdersStand) {
    World world;
    ScriptedServer server({
        {.expects = "GET /healthz", .body = well},
        {.expects = "GET /readyz", .body = well},
        {.expects = "GET /v1/port-orders?limit=200",
         .body =
             R"({"items":[{"state":"submitted","delivery":"idle"},{"state":"draft","delivery":"in_doubt"}],)"
             R"("next_cursor":"C1"})"},
        {.expects = "GET /v1/port-orders?limit=200&cursor=C1",
         .body = R"({"items":[{"state":"submitted","delivery":"idle"}],"next_cursor":null})"},
        {.expects = "GET /v1/purchase-orders?limit=200",
         .body = R"({"items":[],"next_cursor":null})"},
        {.expects = "GET /v1/webhooks", .body = R"({"items":[{"id":"H1","off":null,"retry_at":null},{"id":"H2","off":"by_person"}]})"},
    });
    EXPECT_EQ(
        world.run({"status"}, server), (
                                           Ran{0,
                                               "Daemon           " + server.url() +
                                                   "\n"
                                                   "Live             yes\n"
                                                   "Ready            yes\n"
                                                   "- store          ok\n"
                                                   "- plugins        ok: 3 loaded\n"
                                                   "Port orders      1 draft, 2 submitted\n"
                                                   "                 1 in_doubt\n"
                                                   "Purchase orders  none\n",
                                               ""}
                                       )
    );
}

TEST(Status, TellsOfWebHooksThatFailOrWereSwitchedOff) {
    World world;
    ScriptedServer server({
        {.expects = "GET /healthz", .body = well},
        {.expects = "GET /readyz", .body = well},
        {.expects = "GET /v1/port-orders?limit=200", .body = R"({"items":[]})"},
        {.expects = "GET /v1/purchase-orders?limit=200", .body = R"({"items":[]})"},
        {.expects = "GET /v1/webhooks",
         .body = R"({"items":[{"id":"H1","off":"failing","problem":"it answered 500"},)"
                 R"({"id":"H2","off":null,"retry_at":"2026-11-25T09:00:00.000Z","problem":"no such host"}]})"},
    });
    const auto out = world.run({"status"}, server).out;
    EXPECT_THAT(out, ::testing::HasSubstr("Web hook         H1 is off (failing): it answered 500\n"));
    EXPECT_THAT(out, ::testing::HasSubstr("Web hook         H2 fails: no such host\n"));
}

TEST(Status, FailsWhenTheDaemonIsNotReady) {
    World world;
    ScriptedServer server({
        {.expects = "GET /healthz", .body = well},
        {.expects = "GET /readyz",
         .status = 503,
         .body = R"({"ok":false,"checks":[{"name":"store","ok":false,"detail":"no space left"}]})"},
    });
    EXPECT_EQ(
        world.run({"status"}, server),
        (
            Ran{status_of(ExitCode::not_reachable),
                "Daemon   " + server.url() +
                    "\nLive     yes\nReady    no\n- store  not ok: no space left\n",
                ""}
        )
    );
}

TEST(Status, IsOneDocumentWithJson) {
    World world;
    ScriptedServer server({
        {.expects = "GET /healthz", .body = R"({"ok":true})"},
        {.expects = "GET /readyz", .body = R"({"ok":true})"},
        {.expects = "GET /v1/port-orders?limit=200",
         .body = R"({"items":[{"state":"draft","delivery":"idle"}]})"},
        {.expects = "GET /v1/purchase-orders?limit=200", .body = R"({"items":[]})"},
        {.expects = "GET /v1/webhooks", .body = R"({"items":[]})"},
    });
    EXPECT_EQ(
        world.run({"status", "--json"}, server).out,
        R"({"healthz":{"ok":true},"readyz":{"ok":true},"orders":{"port":{"by_state":{"draft":1},)"
        R"("by_delivery":{"idle":1},"more":false},"purchase":{"by_state":{},"by_delivery":{},"more":false}},"webhooks":[]})"
        "\n"
    );
}

}  // namespace
}  // namespace porteur::cli
