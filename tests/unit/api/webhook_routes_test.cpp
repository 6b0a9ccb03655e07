// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* url = "https://hooks.example/in?key=k1";

Reply made_in(Served& served, std::string more = "") {
    return served.post("/v1/webhooks", R"({"url":")" + std::string(url) + "\"" + more + "}");
}

TEST(WebhookRoutes, ShowTheSecretOnceOnly) {
    Served served;
    const auto made =
        made_in(served, R"(,"kinds":["port.*","deadline.missed"],"description":"billing")");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("secret"), "whsec_bmV3");
    EXPECT_EQ(made.field("location"), "/v1/webhooks/" + made.text("id"));
    const auto shown = served.get("/v1/webhooks/" + made.text("id"));
    EXPECT_EQ(shown.text("url"), url);
    EXPECT_THAT(shown.body, Not(HasSubstr("whsec_")));
    EXPECT_THAT(served.get("/v1/webhooks").body, Not(HasSubstr("whsec_")));
    const auto rotated =
        served.post("/v1/webhooks/" + made.text("id") + "/secret", R"({"overlap_hours":48})");
    EXPECT_EQ(rotated.text("secret"), "whsec_bmV3ZXI=");
    EXPECT_EQ(
        served.host.outgoing.get(*id_from_text(made.text("id"))).old_until,
        Instant{std::chrono::hours{48}}
    );
}

TEST(WebhookRoutes, HideTheQueryOfTheAddressFromReaders) {
    Served served;
    const auto id = made_in(served).text("id");
    EXPECT_EQ(
        served.get("/v1/webhooks/" + id, FakeHost::reader_token).text("url"),
        "https://hooks.example/in?..."
    );
}

TEST(WebhookRoutes, AreTheTenantsOwn) {
    Served served;
    const auto path = "/v1/webhooks/" + made_in(served).text("id");
    EXPECT_EQ(served.get("/v1/webhooks", FakeHost::foreign_token).body, R"({"items":[]})");
    const std::string foreign(FakeHost::foreign_token);
    EXPECT_EQ(served.ask({.method = "GET", .target = path, .token = foreign}).status, 404);
    EXPECT_EQ(
        served.ask({.method = "PATCH", .target = path, .token = foreign, .body = "{}"}).status, 404
    );
    EXPECT_EQ(served.ask({.method = "DELETE", .target = path, .token = foreign}).status, 404);
    EXPECT_EQ(
        served.ask({.method = "POST", .target = path + "/test", .token = foreign}).status, 404
    );
    for (const char* verb : {"/secret", "/replay"})
        EXPECT_EQ(
            served
                .ask(
                    {.method = "POST",
                     .target = path + verb,
                     .token = foreign,
                     .body = R"({"after":"0"})",
                     .key = "k"}
                )
                .status,
            verb[1] == 's' ? 400 : 404
        ) << verb;
}

TEST(WebhookRoutes, NeedTheOperatorsScopeToChange) {
    Served served;
    const auto path = "/v1/webhooks/" + made_in(served).text("id");
    const std::string reader(FakeHost::reader_token);
    EXPECT_EQ(
        served
            .ask(
                {.method = "POST",
                 .target = "/v1/webhooks",
                 .token = reader,
                 .body = "{}",
                 .key = "k"}
            )
            .status,
        403
    );
    EXPECT_EQ(served.ask({.method = "DELETE", .target = path, .token = reader}).status, 403);
    EXPECT_EQ(
        served.ask({.method = "POST", .target = path + "/test", .token = reader}).status, 403
    );
}

TEST(WebhookRoutes, NameTheFieldThatIsWrong) {
    Served served;
    const auto field = [&](const std::string& body) {
        const auto reply = served.post("/v1/webhooks", body);
        EXPECT_EQ(reply.status, 400) << body;
        return reply.text("field");
    };
    EXPECT_EQ(field("{}"), "/url");
    EXPECT_EQ(field(R"({"url":7})"), "/url");
    EXPECT_EQ(field(R"({"url":"https://a.example","kinds":"port.*"})"), "/kinds");
    EXPECT_EQ(field(R"({"url":"https://a.example","kinds":["Port"]})"), "/kinds");
    EXPECT_EQ(field(R"({"url":"https://a.example","enabled":"yes"})"), "/enabled");
    EXPECT_EQ(field(R"({"url":"https://a.example","after":"x y"})"), "/after");
    EXPECT_EQ(field(R"({"url":"https://a.example","secret":"mine"})"), "/secret");
    served.host.outgoing.refuse = Error{
        .kind = ErrorKind::invalid_input, .message = "/url: requests may not go to this address"
    };
    EXPECT_EQ(field(R"({"url":"https://127.0.0.1"})"), "/url");
}

TEST(WebhookRoutes, SwitchOffAndOnAndReplay) {
    Served served;
    const auto path = "/v1/webhooks/" + made_in(served).text("id");
    const auto off =
        served.ask({.method = "PATCH", .target = path, .body = R"({"enabled":false})"});
    EXPECT_EQ(off.status, 200) << off.body;
    EXPECT_EQ(off.text("off"), "by_person");
    EXPECT_TRUE(served.ask({.method = "PATCH", .target = path, .body = R"({"enabled":true})"})
                    .document()
                    .at("enabled")
                    .as_bool());
    const auto replayed = served.post(path + "/replay", R"({"after":"0"})");
    EXPECT_EQ(replayed.status, 202) << replayed.body;
    EXPECT_EQ(replayed.text("cursor"), id_text(0));
    EXPECT_EQ(served.post(path + "/replay", "{}").text("field"), "/after");
}

TEST(WebhookRoutes, SayWhatATestCameTo) {
    Served served;
    const auto path = "/v1/webhooks/" + made_in(served).text("id") + "/test";
    served.host.outgoing.tested = {
        .id = 77,
        .tried = {.status = 503, .problem = "it answered 503", .retry_after = {}},
        .took = std::chrono::milliseconds{12}
    };
    EXPECT_EQ(
        served.ask({.method = "POST", .target = path}).body,
        R"({"delivered":false,"id":"evt_)" + id_text(77) +
            R"(","problem":"it answered 503","status":503,"took_ms":12})"
    );
}

TEST(WebhookRoutes, TakeAWebhookAwayOnce) {
    Served served;
    const auto path = "/v1/webhooks/" + made_in(served).text("id");
    EXPECT_EQ(served.ask({.method = "DELETE", .target = path}).status, 200);
    EXPECT_EQ(served.ask({.method = "DELETE", .target = path}).status, 404);
}

TEST(DueRoute, ShowsWhatIsDueAndWhoHasToAct) {
    Served served;
    DueItem item;
    item.order = 77;
    item.account = "acme-1";
    item.reference = "r-1";
    item.what = due_words::foc;
    item.at = Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 2}};
    item.day = std::chrono::year{2026} / 12 / 1;
    item.who = "carrier";
    item.text = "the numbers move on 2026-12-01";
    served.host.outgoing.items = {item};
    EXPECT_EQ(
        served.get("/v1/due").body,
        R"({"items":[{"about":"","account":"acme-1","at":"2026-12-02T00:00:00.000Z","day":"2026-12-01","kind":"port","order":")" +
            id_text(77) +
            R"(","overdue":false,"reference":"r-1","text":"the numbers move on 2026-12-01","what":"foc","who":"carrier"}]})"
    );
    EXPECT_EQ(served.get("/v1/due", FakeHost::foreign_token).body, R"({"items":[]})");
}

TEST(DueRoute, ReadsItsParameters) {
    Served served;
    EXPECT_EQ(
        served.get("/v1/due?until=2026-12-01T00:00:00Z&what=document_age&overdue=true&limit=7")
            .status,
        200
    );
    const auto& query = served.host.outgoing.last_due;
    EXPECT_EQ(query.until, Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}});
    EXPECT_EQ(query.what, "document_age");
    EXPECT_TRUE(query.overdue_only);
    EXPECT_EQ(query.limit, 7);
    for (const char* wrong :
         {"until=tomorrow", "what=lunch", "overdue=1", "limit=0", "limit=501", "limit=x"})
        EXPECT_EQ(served.get("/v1/due?" + std::string(wrong)).status, 400) << wrong;
}

}  // namespace
}  // namespace porteur::testing
