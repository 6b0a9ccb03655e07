// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string sync(const std::string& state, int open, const std::string& problem = {}) {
    return R"({"id":"01JD9Y4V8K3ZR","account":"thinktel","state":")" + state +
           R"(","by":"anna","began":"2026-11-30T23:30:00.000Z","ended":null,"whole":true,"problem":")" + problem +
           R"(","counts":{"listed":7,"expected":6,"same":5,"left_alone":0,"decided":0,"unknown":1,"vanished":1,"reappeared":0,"differing":0,"elsewhere":0,"open":)" +
           std::to_string(open) + "}}";
}
const std::string rows =
    R"({"next_cursor":null,"rows":[{"number":"+15145550100","what":"vanished","before":{"state":"in_service"},"after":null,"cause":"ported_out",)"
    R"("decision":null,"by":"","at":null,"holder":{"id":10,"name":"Acme"}},{"number":"+15145550101","what":"unknown","before":null,)"
    R"("after":{"word":"Active"},"cause":null,"decision":null,"by":"","at":null,"holder":{"id":1,"name":"System"}}]})";

TEST(Comparison, IsFollowedToItsEndAndShowsWhatIsToBeDecided) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/number-syncs", .status = 202, .body = sync("running", 0)},
         {.expects = "GET /v1/number-syncs/01JD9Y4V8K3ZR", .body = sync("running", 0)},
         {.expects = "GET /v1/number-syncs/01JD9Y4V8K3ZR", .body = sync("done", 2)},
         {.expects = "GET /v1/number-syncs/01JD9Y4V8K3ZR/rows?open=true&limit=200", .body = rows}}
    );
    const auto ran = world.run({"numbers", "sync", "thinktel"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(world.pauses, SizeIs(2));
    EXPECT_EQ(server.seen().front().body, R"({"account":"thinktel"})");
    EXPECT_THAT(ran.out, HasSubstr("+15145550100  vanished    Acme     in_service                  ported_out\n"));
    EXPECT_THAT(ran.out, HasSubstr("+15145550101  unknown                          Active"));
    EXPECT_THAT(ran.err, IsEmpty());
}

TEST(Comparison, SaysWhyItFailedAndWhatAHeldOneWaitsFor) {
    World world;
    for (const auto& [state, status] : {std::pair("failed", status_of(ExitCode::refused)), std::pair("held", status_of(ExitCode::waits_for_person))}) {
        ScriptedServer server({{.expects = "POST /v1/number-syncs", .status = 202, .body = sync(state, 0, "look at it")}});
        const auto ran = world.run({"numbers", "sync", "thinktel"}, server);
        EXPECT_EQ(ran.status, status);
        EXPECT_EQ(ran.err, "porteur: look at it\n");
    }
}

TEST(Comparison, ComesBackAtOnceWhereThatIsWished) {
    World world;
    ScriptedServer server({{.expects = "POST /v1/number-syncs", .status = 202, .body = sync("running", 0)}});
    const auto ran = world.run({"numbers", "sync", "thinktel", "--no-wait", "--json"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr(R"("state":"running")"));
    EXPECT_THAT(world.pauses, IsEmpty());
}

TEST(Comparisons, AreListedWithWhatWasFound) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/number-syncs?account=thinktel&limit=5", .body = R"({"next_cursor":"01JD9Y4V8K3ZR","syncs":[)" + sync("done", 2) + "]}"},
         {.expects = "GET /v1/number-syncs", .body = R"({"next_cursor":null,"syncs":[]})"}}
    );
    const auto ran = world.run({"numbers", "syncs", "--account", "thinktel", "--limit", "5"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr("01JD9Y4V8K3ZR  thinktel  done"));
    EXPECT_THAT(ran.err, HasSubstr("--cursor 01JD9Y4V8K3ZR"));
    EXPECT_EQ(world.run({"numbers", "syncs"}, server), (Ran{0, "No list of a carrier was compared yet.\n", ""}));
}

}  // namespace
}  // namespace porteur::cli
