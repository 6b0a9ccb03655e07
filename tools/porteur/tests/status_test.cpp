// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string well = R"({"ok":true,"checks":[]})";

/// What GET /v1/status says, with other members in place of the usual ones.
Step status_with(std::map<std::string, std::string> members) {
    members.try_emplace("health", R"({"live":true,"ready":true,"checks":[{"name":"store","ok":true,"detail":""},{"name":"plugins","ok":true,"detail":"3 loaded"}]})");
    members.try_emplace("carriers", R"({"items":[],"refused":[]})");
    members.try_emplace("orders", R"({"port":{},"purchase":{},"release":{}})");
    members.try_emplace("measures", "null");
    for (const char* list : {"due", "under_way", "waiting", "webhooks"}) members.try_emplace(list, "[]");
    std::string body;
    for (const auto& [name, value] : members) body += (body.empty() ? "{\"" : ",\"") + name + "\":" + value;
    return {.expects = "GET /v1/status", .body = body + "}"};
}

TEST(Status, TellsHealthAndWhereOrdersStand) {
    World world;
    ScriptedServer server({status_with({
        {"orders", R"({"port":{"draft":1,"submitted":2},"purchase":{},"release":{}})"},
        {"waiting", R"([{"id":"X","kind":"port","state":"draft","delivery":"in_doubt"}])"},
    })});
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
                                                   "Purchase orders  none\n"
                                                   "\n"
                                                   "Waiting for a person, or in doubt\n"
                                                   "ORDER  KIND  STATE  DELIVERY\n"
                                                   "X      port  draft  in_doubt\n",
                                               ""}
                                       )
    );
}

TEST(Status, TellsOfWebHooksThatFailOrWereSwitchedOff) {
    World world;
    ScriptedServer server({status_with({{"webhooks",
        R"([{"id":"H1","off":"failing","problem":"it answered 500"},{"id":"H2","off":null,"retry_at":"2026-11-25T09:00:00.000Z","problem":"no such host"}])"}})});
    const auto out = world.run({"status"}, server).out;
    EXPECT_THAT(out, ::testing::HasSubstr("Web hook         H1 is off (failing): it answered 500\n"));
    EXPECT_THAT(out, ::testing::HasSubstr("Web hook         H2 fails: no such host\n"));
}

/// A parked order, an account whose breaker is open, a plugin whose process ended, a full disk.
std::map<std::string, std::string> a_bad_night() {
    return {
        {"measures", R"({"porteur_operations_running":2,"porteur_orders_waiting":7,"porteur_store_commits_total":120,"porteur_store_commits_failed_total":5,"porteur_store_backlog":3})"},
        {"carriers", R"({"items":[{"account":"thinktel","plugin":"thinktel","version":"1.2.0","build":"b","isolation":"process",)"
        R"("health":{"state":"down","last_error":"it answered 503","process_ended":{"at":"2026-12-01T09:30:00.000Z","count":4,"operations":1,"reason":"crashed with SIGSEGV"}},)"
        R"("rate":{"left_alone_until":null,"limit":{"count":10,"per_seconds":60,"used":4,"waiting":0}},)"
        R"("breaker":{"state":"open","since":"2026-12-01T09:31:00.000Z","next_try":"2026-12-01T09:32:00.000Z"}}],)"
        R"("refused":[{"file":"porteur-acme.so","reason":"it speaks version 9"}]})"},
        {"waiting", R"([{"id":"01JC2V","kind":"port","reference":"A-1","account":"thinktel","state":"exception","delivery":"waiting_for_person","problem":"the carrier refuses the credentials"}])"},
        {"under_way", R"([{"id":"01JC2X","kind":"purchase","reference":"B-1","account":"genesys","state":"draft","delivery":"retry_at","problem":""}])"},
        {"due", R"([{"what":"foc","day":"2026-12-02","order":"01JC2V","account":"thinktel","overdue":true,"text":"the day of the change"}])"}
    };
}

const std::string the_bad_night =
    "Live             yes\n"
    "Ready            yes\n"
    "- store          ok\n"
    "- plugins        ok: 3 loaded\n"
    "Operations       2 under way, 7 orders have a time of their next look\n"
    "Database         3 commits wait, 120 were written since the start, 5 were refused\n"
    "Port orders      none\n"
    "                 1 waiting_for_person\n"
    "Purchase orders  none\n"
    "                 1 retry_at\n"
    "\n"
    "Waiting for a person, or in doubt\n"
    "ORDER   KIND  REFERENCE  ACCOUNT   STATE      DELIVERY            PROBLEM\n"
    "01JC2V  port  A-1        thinktel  exception  waiting_for_person  the carrier refuses the credentials\n"
    "\n"
    "Accounts\n"
    "ACCOUNT   HEALTH  RATE          BREAKER                                                           LAST ERROR\n"
    "thinktel  down    4 of 10 in 60 s  open since 2026-12-01 10:31:00, tried again at 2026-12-01 10:32:00  it answered 503\n"
    "\n"
    "Plugins\n"
    "PLUGIN           VERSION  ITS PROCESS\n"
    "thinktel         1.2.0    ended 4 times, last at 2026-12-01 10:30:00: crashed with SIGSEGV\n"
    "porteur-acme.so           refused: it speaks version 9\n"
    "\n"
    "Being sent\n"
    "ORDER   KIND      REFERENCE  ACCOUNT  STATE  DELIVERY\n"
    "01JC2X  purchase  B-1        genesys  draft  retry_at\n"
    "\n"
    "Due\n"
    "WHEN        WHAT  ORDER   ACCOUNT   MORE\n"
    "2026-12-02  foc   01JC2V  thinktel  the day of the change\n";

TEST(Status, ShowsAParkedOrderAnOpenBreakerAndAPluginThatEnded) {
    World world;
    ScriptedServer server({status_with(a_bad_night())});
    auto out = world.run({"status"}, server).out;
    // Which blanks stand between columns is the table's affair.
    const auto narrowed = [](std::string text) {
        for (auto at = text.find("  "); at != text.npos; at = text.find("  ")) text.erase(at, 1);
        return text;
    };
    EXPECT_EQ(narrowed(out), narrowed("Daemon           " + server.url() + "\n" + the_bad_night));
}

TEST(Status, SaysWhyATokenThatIsRefusedShowsNothing) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/status", .status = 401, .body = R"({"type":"urn:porteur:problem:unauthenticated","title":"Who are you","status":401,"detail":"the token is unknown"})"},
        {.expects = "GET /healthz", .body = well},
        {.expects = "GET /readyz", .body = well},
    });
    const auto ran = world.run({"status"}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::not_authorised));
    EXPECT_THAT(ran.err, ::testing::HasSubstr("the token is unknown"));
}

TEST(Status, SaysInFrenchWhatAPersonReads) {
    World world;
    ScriptedServer server({status_with(a_bad_night())});
    const auto out = world.run({"--lang", "fr", "status"}, server).out;
    for (const char* english : {"Waiting for a person", "Accounts", "ITS PROCESS", "under way", "commits wait", "ended 4 times", "Being sent", "refused:"})
        EXPECT_THAT(out, ::testing::Not(::testing::HasSubstr(english)));
}

TEST(Status, SaysWhichPartItMayNotSee) {
    World world;
    auto night = a_bad_night();
    night["carriers"] = "null";
    ScriptedServer server({status_with(night)});
    const auto ran = world.run({"status"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, ::testing::ContainsRegex("Accounts +your role does not show this"));
    EXPECT_THAT(ran.out, ::testing::HasSubstr("01JC2V"));
}

TEST(Status, FailsWhenTheDaemonIsNotReady) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/status", .status = 503, .body = R"({"type":"urn:porteur:problem:unavailable","title":"Not now","status":503})"},
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

TEST(Status, OfADaemonThatStandsBySaysWho) {
    World world;
    const std::string standing_by = R"({"type":"urn:porteur:problem:unavailable","title":"Not now","status":503,"detail":"this porteurd stands by; another one holds the store"})";
    ScriptedServer server({
        {.expects = "GET /v1/status", .status = 503, .body = standing_by},
        {.expects = "GET /healthz", .body = well},
        {.expects = "GET /readyz", .status = 503, .body = standing_by},
    });
    const auto ran = world.run({"status"}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::not_reachable));
    EXPECT_THAT(ran.out, ::testing::HasSubstr("Ready   no\n        this porteurd stands by; another one holds the store\n"));
}

TEST(Status, IsOneDocumentWithJson) {
    World world;
    ScriptedServer server({status_with({{"health", R"({"live":true,"ready":true,"checks":[]})"}, {"orders", R"({"port":{"draft":1},"purchase":{},"release":{}})"}})});
    EXPECT_EQ(
        world.run({"status", "--json"}, server).out,
        R"({"healthz":{"ok":true,"checks":[]},"readyz":{"ok":true,"checks":[]},"orders":{"port":{"by_state":{"draft":1},)"
        R"("by_delivery":{},"more":false},"purchase":{"by_state":{},"by_delivery":{},"more":false},"release":{"by_state":{},"by_delivery":{},"more":false}},"webhooks":[],"accounts":[],"refused":[],"under_way":[],"waiting":[],"due":[],"measures":{},"missing":{}})"
        "\n"
    );
}

}  // namespace
}  // namespace porteur::cli
