// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "text.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string nothing_there = R"({"type":"urn:porteur:problem:not-found","title":"Not found","status":404,"detail":"there is no order X"})";

/// A request that left twice, one whose answer was lost, and three days at the carrier.
const std::string traced = R"({"id":"01JD9Y4V8K3ZQ","kind":"port","reference":"A-1","at":"2026-12-04T09:30:12.000Z","whole":false,
"axis":[{"from":"2026-12-01T09:30:00.000Z","until":"2026-12-01T09:30:10.000Z","start":0,"end":940,"cut":false},
        {"from":"2026-12-01T09:30:10.000Z","until":"2026-12-04T09:30:12.000Z","start":940,"end":1000,"cut":true}],
"operations":[
 {"id":"01JD9Y4V8K3ZR","account":"thinktel","name":"submit_port","state":"done","from":"2026-12-01T09:30:00.000Z","until":"2026-12-01T09:30:10.000Z","start":0,"end":940,"steps":[
  {"what":"http","step":"tickets","title":null,"guarantee":"SAFE","from":"2026-12-01T09:30:00.000Z","until":"2026-12-01T09:30:02.000Z","start":0,"end":188,
   "lost":null,"failed":"","method":"GET","address":"/v2/Tickets","status":200,"message":null,"carrier_request":null,"pieces":[
    {"what":"turn","from":"2026-12-01T09:30:00.000Z","until":"2026-12-01T09:30:00.500Z","start":0,"end":47,"status":null,"failed":""},
    {"what":"exchange","from":"2026-12-01T09:30:00.500Z","until":"2026-12-01T09:30:00.900Z","start":47,"end":85,"status":503,"failed":"unavailable"},
    {"what":"again","from":"2026-12-01T09:30:00.900Z","until":"2026-12-01T09:30:01.900Z","start":85,"end":179,"status":null,"failed":""},
    {"what":"exchange","from":"2026-12-01T09:30:01.900Z","until":"2026-12-01T09:30:02.000Z","start":179,"end":188,"status":200,"failed":""}]},
  {"what":"http","step":"submit","title":null,"guarantee":"ONCE","from":"2026-12-01T09:30:02.000Z","until":"2026-12-01T09:30:10.000Z","start":188,"end":940,
   "lost":"2026-12-01T09:30:05.000Z","failed":"in_doubt","method":"POST","address":"/v2/NumberPorts","status":null,"message":"the answer was lost","carrier_request":"cr-77","pieces":[
    {"what":"exchange","from":"2026-12-01T09:30:02.000Z","until":"2026-12-01T09:30:05.000Z","start":188,"end":470,"status":null,"failed":"in_doubt"},
    {"what":"settle","from":"2026-12-01T09:30:05.000Z","until":"2026-12-01T09:30:10.000Z","start":470,"end":940,"status":null,"failed":""}]}]}],
"waits":[{"what":"carrier","from":"2026-12-01T09:30:10.000Z","until":null,"start":940,"end":1000}]})";

TEST(Trace, DrawsEachStepAsABarWithWhatItWas) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/trace", .body = traced}});
    const auto ran = world.run({"trace", "01JD9Y4V8K3ZQ"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(ran.out, R"(port 01JD9Y4V8K3ZQ (A-1)
In the log, at level debug, each request has order 01JD9Y4V8K3ZQ.
Older operations are left out; --limit shows more.
                      ─────────────────────────────────────────────────────────────⋯⋯⋯⋯

2026-12-01  submit_port  thinktel  done  01JD9Y4V8K3ZR
10:30:00              ──────────────────────────────────────────────────────────────    10.0 s
10:30:00 tickets      ░░░██······██                                                     2.0 s
         GET /v2/Tickets: 200
         waits for its turn 500 ms, at the carrier 400 ms (503 unavailable),
         waits to be tried again 1.0 s, at the carrier 100 ms
10:30:02 submit ONCE              ██████████████████????????????????????????????????    8.0 s
         POST /v2/NumberPorts, in_doubt
         the answer was lost
         at the carrier 3.0 s (in_doubt), in doubt 5.0 s
         the carrier calls it "cr-77"

2026-12-01  waits for the carrier
10:30:10                                                                           ---- 3 d 0 h …

░ waits for its turn   █ at the carrier   · waits to be tried again   ? in doubt
- waits for the carrier
)");
}

TEST(Trace, StaysWithinItsWidthAndNeedsNoColours) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/trace?limit=3", .body = traced}});
    const auto ran = world.run({"trace", "01JD9Y4V8K3ZQ", "--limit", "3"}, server);
    EXPECT_THAT(ran.out, Not(HasSubstr("\x1b[")));
    for (std::size_t at = 0; at < ran.out.size();) {
        const auto end = std::min(ran.out.find('\n', at), ran.out.size());
        EXPECT_LE(display_width(ran.out.substr(at, end - at)), 100U) << ran.out.substr(at, end - at);
        at = end + 1;
    }
}

TEST(Trace, SpeaksFrench) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/trace", .body = traced}});
    const auto out = world.run({"--lang", "fr", "trace", "01JD9Y4V8K3ZQ"}, server).out;
    for (const char* english : {"waits for", "in doubt", "In the log", "Older operations", "the carrier calls it", "at the carrier"}) EXPECT_THAT(out, Not(HasSubstr(english)));
    EXPECT_THAT(out, AllOf(HasSubstr("3 j 0 h"), HasSubstr("1,0 s")));
}

TEST(Trace, FindsTheOrderWhateverItsKind) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/X/trace", .status = 404, .body = nothing_there},
                           {.expects = "GET /v1/purchase-orders/X/trace", .status = 404, .body = nothing_there},
                           {.expects = "GET /v1/release-orders/X/trace",
                            .body = R"({"id":"X","kind":"release","reference":"R","at":"2026-12-04T09:30:12.000Z","whole":true,"axis":[],"operations":[],"waits":[]})"}});
    EXPECT_THAT(world.run({"trace", "X"}, server).out, HasSubstr("Nothing has run for it yet."));
}

TEST(Trace, GivesTheAnswerAsItIsWithJson) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/trace", .body = traced}});
    EXPECT_THAT(world.run({"trace", "01JD9Y4V8K3ZQ", "--json"}, server).out, AllOf(HasSubstr("\"pieces\""), HasSubstr("\"cut\":true")));
}

}  // namespace
}  // namespace porteur::cli
