// SPDX-License-Identifier: Apache-2.0
// What every request passes before its handler: route, token, query, key.
#include <future>

#include <gmock/gmock.h>

#include "api/routes.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* draft = R"({"account":"acme-1","request":{"numbers":["+14165550101"]}})";

/// A path of the route with something in place of {id}.
std::string concrete(std::string_view pattern) {
    std::string path(pattern);
    if (const auto brace = path.find("{id}"); brace != path.npos)
        path.replace(brace, 4, "01JD9Y4V8K3ZQ");
    return path;
}

Sent request_of(const Route& route, std::string_view token) {
    Sent sent{
        .method = std::string(route.method),
        .target = concrete(route.path),
        .token = std::string(token)
    };
    if (route.body != BodyWanted::none) sent.body = "{}";
    if (route.key != KeyWanted::no) sent.key = "k";
    return sent;
}

// ------------------------------------------------------------------ who calls

TEST(Access, WantsATokenForEveryRouteButTheOpenOnes) {
    Served served;
    std::size_t guarded = 0;
    for (const auto& route : routes()) {
        if (route.permission.access == Access::open || route.permission.access == Access::loopback) continue;
        ++guarded;
        for (const char* token : {"", "prt_unknown"}) {
            const auto reply = served.ask(request_of(route, token));
            EXPECT_EQ(reply.status, 401) << route.method << " " << route.path;
            EXPECT_EQ(reply.field("www-authenticate"), "Bearer realm=\"porteur\"");
            EXPECT_EQ(reply.text("type"), "urn:porteur:problem:unauthenticated");
        }
    }
    EXPECT_GE(guarded, 28U);
}

TEST(Access, HasARuleForEveryRoute) {
    for (const auto& route : routes()) EXPECT_NE(route.permission.access, Access::nobody) << route.method << " " << route.path;
    EXPECT_EQ(Route{}.permission.access, Access::nobody) << "a line of the table that says nothing must let nobody in";
}

TEST(Access, LetsReadersChangeNothing) {
    Served served;
    std::size_t changing = 0;
    for (const auto& route : routes()) {
        if (route.permission.access != Access::by_right || may(Role::reader_token, route.permission.right, Relation::own)) continue;
        ++changing;
        const auto reply = served.ask(request_of(route, FakeHost::reader_token));
        EXPECT_EQ(reply.status, 403) << route.method << " " << route.path;
        EXPECT_THAT(reply.text("detail"), AllOf(HasSubstr("wallboard"), HasSubstr("operator")));
    }
    EXPECT_GE(changing, 28U + 18U) << "those of orders, and those of people";
    EXPECT_EQ(served.host.created + served.host.changed + served.host.uploads_begun, 0);
}

TEST(Access, NeedsNoTokenWhereNothingIsToldOrFromThisMachine) {
    Served served;
    for (const char* path : {"/healthz", "/readyz", "/openapi.json", "/metrics"})
        EXPECT_EQ(served.get(path, "").status, 200) << path;
}

TEST(Access, TakesNoTokenFromTheAddress) {
    Served served;
    EXPECT_EQ(served.get("/v1/carriers?access_token=prt_operator", "").status, 401);
}

TEST(Access, TakesTheSchemeInAnyCaseAndNoOtherScheme) {
    Served served;
    const auto with = [&](const char* value) {
        return served
            .ask({.target = "/v1/carriers", .token = "", .fields = {{"Authorization", value}}})
            .status;
    };
    EXPECT_EQ(with("bearer prt_operator"), 200);
    EXPECT_EQ(with("BEARER prt_operator"), 200);
    EXPECT_EQ(with("Basic prt_operator"), 401);
    EXPECT_EQ(with("Bearer"), 401);
    EXPECT_EQ(with("Bearer  prt_operator"), 401);
    EXPECT_EQ(with("prt_operator"), 401);
}

TEST(Access, EndsWithTheTokensRevocation) {
    Served served;
    EXPECT_EQ(served.get("/v1/carriers").status, 200);
    served.host.revoke(FakeHost::operator_token);
    EXPECT_EQ(served.get("/v1/carriers").status, 401);
}

TEST(Access, IsNotRefusedButPutOffWhileTheStoreCannotBeRead) {
    Served served;
    EXPECT_EQ(
        served.ask({.target = "/v1/carriers", .token = std::string(FakeHost::unreadable)}).status,
        503
    );
}

// ------------------------------------------------------------------ where to

TEST(Routes, AnswerUnknownPathsAndWrongMethods) {
    Served served;
    for (const char* path :
         {"/", "/v1", "/v1/", "/v1/orders", "/v1/port-orders/", "/v1/port-orders/X/Y",
          "/v1/port-orders//submit", "/v1/port-orders/01JD9Y4V8K3ZQ/submit/", "/healthz/",
          "/HEALTHZ", "/v1/../healthz", "/v1/%70ort-orders"})
        EXPECT_EQ(served.get(path).status, 404) << path;
    const auto reply = served.ask({.method = "DELETE", .target = "/v1/port-orders"});
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.field("allow"), "POST, GET");
    EXPECT_EQ(
        served.ask({.method = "POST", .target = "/healthz", .key = "k"}).field("allow"), "GET"
    );
    EXPECT_EQ(
        served.ask({.method = "PUT", .target = "/v1/port-orders/01JD9Y4V8K3ZQ"}).field("allow"),
        "GET, PATCH"
    );
    for (const char* method : {"OPTIONS", "TRACE", "CONNECT", "BREW", "get"})
        EXPECT_EQ(served.ask({.method = method, .target = "/v1/carriers"}).status, 405) << method;
}

TEST(Routes, WantTheBodyAndTheTypeThatTheyTake) {
    Served served;
    EXPECT_EQ(served.ask({.method = "POST", .target = "/v1/port-orders", .key = "k"}).status, 400);
    EXPECT_EQ(served.ask({.target = "/v1/carriers", .body = "{}"}).status, 400);
    for (const char* type :
         {"text/plain", "", "application/jsonx", "application/merge-patch+json"}) {
        const auto reply = served.ask(
            {.method = "POST",
             .target = "/v1/port-orders",
             .body = draft,
             .key = "k",
             .content_type = type}
        );
        EXPECT_EQ(reply.status, 415) << type;
    }
    EXPECT_EQ(
        served
            .ask(
                {.method = "POST",
                 .target = "/v1/port-orders",
                 .body = draft,
                 .key = "k",
                 .content_type = "Application/JSON; charset=utf-8"}
            )
            .status,
        201
    );
}

TEST(Answers, CarryTheHeadersThatKeepBrowsersFromHarm) {
    Served served;
    for (const char* path : {"/v1/carriers", "/v1/nothing", "/healthz"}) {
        const auto reply = served.get(path);
        EXPECT_EQ(reply.field("x-content-type-options"), "nosniff");
        EXPECT_EQ(reply.field("cache-control"), "no-store");
        EXPECT_EQ(
            reply.field("content-security-policy"), "default-src 'none'; frame-ancestors 'none'"
        );
        EXPECT_EQ(reply.field("referrer-policy"), "no-referrer");
        EXPECT_EQ(reply.field("strict-transport-security"), "");
        EXPECT_EQ(reply.field("server"), "");
        EXPECT_THAT(reply.field("date"), HasSubstr(" GMT"));
    }
}

TEST(Answers, ToADefectSayNothingOfItAndTheLogSaysAll) {
    Served served;
    served.host.on_carriers = [] { throw std::runtime_error("secret thing at 0x1234"); };
    const auto reply = served.get("/v1/carriers");
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, Not(HasSubstr("secret")));
    ASSERT_TRUE(soon([&] { return !served.log().empty(); }));
    EXPECT_EQ(served.log().front().defect, "secret thing at 0x1234");
    served.host.on_carriers = [] {};
    EXPECT_EQ(served.get("/v1/carriers").status, 200);
}

TEST(AccessLog, HasThePathAndNeverTheQuery) {
    Served served;
    served.get("/v1/events?after=sesame");
    served.get("/v1/nothing?token=sesame");
    Client broken = served.connect();
    broken.send("sesame\r\n\r\n");
    EXPECT_EQ(broken.receive().status, 400);
    ASSERT_TRUE(soon([&] { return served.log().size() == 3; }));
    for (const auto& line : served.log()) {
        EXPECT_THAT(line.path, Not(HasSubstr("sesame")));
        EXPECT_EQ(line.peer, "127.0.0.1");
    }
    // A line is written once its answer is sent, so those of three connections come in any order.
    std::vector<std::string> lines;
    for (const auto& each : served.log())
        lines.push_back(each.method + " " + each.path + " " + std::to_string(each.status));
    EXPECT_THAT(
        lines,
        ::testing::UnorderedElementsAre("GET /v1/events 400", "GET /v1/nothing 404", "- - 400")
    );
}

// ------------------------------------------------------------------ once and only once

TEST(IdempotencyKey, IsWantedByEveryPostThatChanges) {
    Served served;
    std::size_t wanting = 0;
    for (const auto& route : routes()) {
        // A test of a web hook changes nothing, and is to be sent each time.
        const bool is_test = route.path.ends_with("/test");
        const bool is_password = route.path.ends_with("/password");  // twice the same one is once
        // Calls that come again change nothing, and neither does ending what has ended.
        // A build is named that is activated, or retired; it is so once. Trying one changes nothing.
        const bool is_of_a_build = route.path.starts_with("/v1/plugins/");
        const bool is_once_anyway = is_password || is_of_a_build || route.path.ends_with("/link") || route.path == "/v1/calls" || route.path.ends_with("-jobs/{id}/cancel");
        if (route.permission.access == Access::by_right && !word_of(route.permission.right).starts_with("view_") && route.method == "POST" && !is_test && !is_once_anyway) {
            EXPECT_EQ(route.key, KeyWanted::required) << route.path;
        }
        if (route.key != KeyWanted::required) continue;
        ++wanting;
        auto sent = request_of(route, FakeHost::operator_token);
        sent.key.clear();
        const auto reply = served.ask(sent);
        EXPECT_EQ(reply.status, 400) << route.path;
        EXPECT_EQ(reply.text("type"), "urn:porteur:problem:key-missing");
        EXPECT_EQ(reply.text("field"), "Idempotency-Key");
    }
    EXPECT_EQ(wanting, 34U);
}

TEST(IdempotencyKey, GivesTheFirstAnswerAgainByteForByte) {
    Served served;
    const auto first = served.post("/v1/port-orders", draft, "one");
    const auto again = served.post("/v1/port-orders", draft, "one");
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(first.field("idempotency-replayed"), "");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.field("idempotency-replayed"), "true");
    EXPECT_EQ(again.field("etag"), first.field("etag"));
    EXPECT_EQ(again.field("location"), first.field("location"));
    EXPECT_EQ(served.host.created, 1);
}

TEST(IdempotencyKey, GivesTheFirstAnswerEvenWhenTheOrderHasGoneOn) {
    Served served;
    const auto order = served.order();
    const auto path = "/v1/port-orders/" + id_text(order.id);
    const auto first = served.post(path + "/submit", "", "s");
    ASSERT_EQ(first.status, 202) << first.body;
    auto moved = served.host.get(order.id);
    moved.state = OrderState::confirmed;
    moved.version = 9;
    served.host.put(moved);
    const auto again = served.post(path + "/submit", "", "s");
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.field("etag"), "\"2\"");
    EXPECT_EQ(served.host.changed, 1);
}

TEST(IdempotencyKey, IsRefusedForAnotherRequest) {
    Served served;
    const auto order = served.order();
    ASSERT_EQ(served.post("/v1/port-orders", draft, "one").status, 201);
    for (const auto& [target, body] :
         {std::pair{
              std::string("/v1/port-orders"), std::string(R"({"account":"acme-1","request":{}})")
          },
          {std::string("/v1/purchase-orders"), std::string(draft)},
          {"/v1/port-orders/" + id_text(order.id) + "/submit", std::string()}}) {
        const auto reply = served.post(target, body, "one");
        EXPECT_EQ(reply.status, 422) << target;
        EXPECT_EQ(reply.text("type"), "urn:porteur:problem:key-reused");
    }
    EXPECT_EQ(served.host.created, 1);
    EXPECT_EQ(served.host.changed, 0);
}

TEST(IdempotencyKey, IsNotUsedUpByARefusedRequest) {
    Served served;
    EXPECT_EQ(served.post("/v1/port-orders", R"({"account":"x","request":{}})", "one").status, 400);
    EXPECT_EQ(served.post("/v1/port-orders", draft, "one").status, 201);
}

TEST(IdempotencyKey, BelongsToItsTenant) {
    Served served;
    ASSERT_EQ(served.post("/v1/port-orders", draft, "one").status, 201);
    const auto other = served.ask(
        {.method = "POST",
         .target = "/v1/port-orders",
         .token = std::string(FakeHost::foreign_token),
         .body = draft,
         .key = "one"}
    );
    EXPECT_EQ(other.status, 201);
    EXPECT_EQ(other.field("idempotency-replayed"), "");
    EXPECT_EQ(served.host.created, 2);
}

TEST(IdempotencyKey, IsHeldWhileTheFirstRequestIsUnderWay) {
    Served served;
    std::promise<void> entered, go_on;
    auto gate = go_on.get_future().share();
    std::atomic<bool> once{false};
    served.host.before_change = [&] {
        if (!once.exchange(true)) {
            entered.set_value();
            gate.wait();
        }
    };
    auto first = std::async(std::launch::async, [&] {
        return served.post("/v1/port-orders", draft, "one");
    });
    entered.get_future().wait();
    const auto second = served.post("/v1/port-orders", draft, "one");
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.text("type"), "urn:porteur:problem:under-way");
    // Another key of the same tenant, and the same key of another tenant, have nothing to wait for
    // but the host; they are not refused.
    go_on.set_value();
    const auto made = first.get();
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(served.post("/v1/port-orders", draft, "one").body, made.body);
    EXPECT_EQ(served.host.created, 1);
}

TEST(IdempotencyKey, MakesOneOrderOfManyRequestsAtOnce) {
    Served served;
    std::vector<std::future<Reply>> replies;
    for (int count = 0; count < 16; ++count)
        replies.push_back(std::async(std::launch::async, [&] {
            return served.post("/v1/port-orders", draft, "one");
        }));
    int made = 0, told = 0;
    std::string body;
    for (auto& each : replies) {
        const auto reply = each.get();
        if (reply.status == 201) {
            ++made;
            if (body.empty()) body = reply.body;
            EXPECT_EQ(reply.body, body);
        } else {
            EXPECT_EQ(reply.status, 409) << reply.body;
            ++told;
        }
    }
    EXPECT_GE(made, 1);
    EXPECT_EQ(made + told, 16);
    EXPECT_EQ(served.host.created, 1);
}

TEST(IdempotencyKey, IsShortAndVisible) {
    Served served;
    for (const auto& key : {std::string("a b"), std::string("\xC3\xA9"), std::string(256, 'k')}) {
        const auto reply = served.post("/v1/port-orders", draft, key);
        EXPECT_EQ(reply.status, 400) << key;
        EXPECT_EQ(reply.text("field"), "Idempotency-Key");
    }
    EXPECT_EQ(served.post("/v1/port-orders", draft, std::string(255, 'k')).status, 201);
}

TEST(IdempotencyKey, MayComeWithAPatchToo) {
    Served served;
    const auto order = served.order();
    Sent sent{
        .method = "PATCH",
        .target = "/v1/port-orders/" + id_text(order.id),
        .body = R"({"request":{"losing_carrier":"Oldtel"}})",
        .key = "p"
    };
    const auto first = served.ask(sent);
    const auto again = served.ask(sent);
    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.field("idempotency-replayed"), "true");
    EXPECT_EQ(served.host.changed, 1);
}

}  // namespace
}  // namespace porteur::testing
