// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

const std::string nothing_there = R"({"type":"urn:porteur:problem:not-found","title":"Not found","status":404,"detail":"there is no order X"})";

const std::string found = R"({"id":"01JD9Y4V8K3ZQ","kind":"purchase","reference":"sms-7","state":"submitted","delivery":"idle",
"why":[{"text":"genesys has it and has not decided yet; it is submitted there"}],
"last":{"at":"2026-12-01T09:30:00.000Z","kind":"purchase.state_changed","source":"engine","text":"draft -> submitted"},
"next":[{"at":"2026-12-01T10:30:00.000Z","who":"daemon","text":"genesys is asked how it stands"},{"at":null,"who":"carrier","text":"nothing, until the carrier says something"}],
"ways":[{"what":"cancel","text":"call it off","command":"porteur purchase cancel 01JD9Y4V8K3ZQ"}]})";

TEST(Explain, FindsTheOrderWhateverItsKindAndSaysWhyAndWhatToDo) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/explanation", .status = 404, .body = nothing_there},
                           {.expects = "GET /v1/purchase-orders/01JD9Y4V8K3ZQ/explanation", .body = found}});
    const auto ran = world.run({"explain", "01JD9Y4V8K3ZQ"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(ran.out,
              "purchase 01JD9Y4V8K3ZQ (sms-7): submitted, idle\n"
              "\n"
              "Why:\n"
              "  genesys has it and has not decided yet; it is submitted there\n"
              "\n"
              "What happened last:\n"
              "  2026-12-01 10:30:00  draft -> submitted  (engine)\n"
              "\n"
              "What comes:\n"
              "WHEN              WHO      WHAT\n"
              "2026-12-01 11:30  daemon   genesys is asked how it stands\n"
              "-                 carrier  nothing, until the carrier says something\n"
              "\n"
              "What you can do:\n"
              "WHAT         COMMAND\n"
              "call it off  porteur purchase cancel 01JD9Y4V8K3ZQ\n");
}

TEST(Explain, SaysThatThereIsNoSuchOrderOnceAllKindsWereAsked) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/X/explanation", .status = 404, .body = nothing_there},
                           {.expects = "GET /v1/purchase-orders/X/explanation", .status = 404, .body = nothing_there},
                           {.expects = "GET /v1/release-orders/X/explanation", .status = 404, .body = nothing_there}});
    const auto ran = world.run({"explain", "X"}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::not_found));
    EXPECT_THAT(ran.err, HasSubstr("there is no order \"X\" in this account"));
}

TEST(Explain, GivesTheAnswerAsItIsWithJson) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/explanation", .body = found}});
    EXPECT_THAT(world.run({"explain", "01JD9Y4V8K3ZQ", "--json"}, server).out, HasSubstr("\"ways\""));
}

}  // namespace
}  // namespace porteur::cli
