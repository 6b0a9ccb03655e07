// SPDX-License-Identifier: Apache-2.0
// Who a request comes from, where a cookie says it: signing in, pages of elsewhere, entering an
// account.
#include <gmock/gmock.h>

#include "api/identity.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Fields = std::vector<std::pair<std::string, std::string>>;

Sent with_cookie(
    std::string method, std::string target, std::string_view cookie, Fields more = {},
    std::string body = {}
) {
    Sent sent{
        .method = std::move(method),
        .target = std::move(target),
        .token = "",
        .body = std::move(body),
        .key = "k"
    };
    sent.fields = std::move(more);
    sent.fields.emplace_back(
        "Cookie", "theme=dark; porteur_session=" + std::string(cookie) + "; other=1"
    );
    if (sent.method == "GET" || sent.method == "DELETE") sent.key.clear();
    return sent;
}

const std::pair<std::string, std::string> csrf{"Porteur-Csrf", std::string(FakePeople::csrf)};
constexpr const char* new_member = R"({"kind":"user","name":"x"})";

Sent signing_in(std::string password, Fields fields = {}) {
    Sent sent{
        .method = "POST",
        .target = "/v1/session",
        .token = "",
        .body = R"({"login":"alice","password":")" + std::move(password) + R"("})"
    };
    sent.fields = std::move(fields);
    return sent;
}

TEST(SigningIn, GivesACookieThatNoScriptReadsAndNoOtherSiteSends) {
    Served served;
    const auto reply = served.ask(signing_in(std::string(FakePeople::password)));
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(
        reply.field("set-cookie"),
        "porteur_session=company; Path=/; Secure; HttpOnly; SameSite=Strict"
    );
    const auto session = reply.document().as_object();
    EXPECT_EQ(session.at("csrf").as_string(), FakePeople::csrf);
    EXPECT_EQ(session.at("role").as_string(), "company_administrator");
    EXPECT_EQ(session.at("tenant").at("name").as_string(), "Bakery");
    EXPECT_TRUE(session.at("acting_in").is_null());
}

TEST(SigningIn, SaysTheSameOfAnUnknownLoginAndAWrongPassword) {
    Served served;
    const auto wrong = served.ask(signing_in("not the one"));
    auto unknown_request = signing_in("not the one");
    unknown_request.body = R"({"login":"nobody","password":"not the one"})";
    const auto unknown = served.ask(unknown_request);
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(wrong.body, unknown.body);
    EXPECT_EQ(wrong.field("set-cookie"), "");
}

TEST(SigningIn, IsPutOffAfterTooManyAttempts) {
    Served served;
    Error error{
        .kind = ErrorKind::invalid_input, .message = "too many", .code = std::string(too_many_code)
    };
    error.retry_after = std::chrono::seconds{42};
    served.host.who.refuse_sign_in = error;
    const auto reply = served.ask(signing_in("any"));
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.field("retry-after"), "42");
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:too-many-attempts");
}

TEST(SigningIn, IsRefusedToPagesOfElsewhere) {
    Served served;
    const auto password = std::string(FakePeople::password);
    const auto here = "http://127.0.0.1:" + std::to_string(served.port);
    EXPECT_EQ(served.ask(signing_in(password, {{"Origin", "https://evil.example"}})).status, 403);
    EXPECT_EQ(served.ask(signing_in(password, {{"Origin", "null"}})).status, 403);
    EXPECT_EQ(served.ask(signing_in(password, {{"Sec-Fetch-Site", "cross-site"}})).status, 403);
    EXPECT_EQ(served.ask(signing_in(password, {{"Sec-Fetch-Site", "same-site"}})).status, 403);
    EXPECT_EQ(served.ask(signing_in(password, {{"Sec-Fetch-Site", "same-origin"}})).status, 200);
}

TEST(SigningIn, WantsALoginAndAPassword) {
    Served served;
    for (const char* body :
         {R"({"login":"alice"})", R"({"password":"x"})", R"({"login":1,"password":"x"})",
          R"({"login":"a","password":"b","tenant":1})"}) {
        auto sent = signing_in("");
        sent.body = body;
        EXPECT_EQ(served.ask(sent).status, 400) << body;
    }
}

TEST(Cookie, IsKnownAmongOthersAndEndsWithTheSession) {
    Served served;
    EXPECT_EQ(served.ask(with_cookie("GET", "/v1/session", "company")).status, 200);
    const auto ended = served.ask(with_cookie("GET", "/v1/session", "ended"));
    EXPECT_EQ(ended.status, 401);
    EXPECT_THAT(ended.text("detail"), HasSubstr("sign in again"));
    Sent other{
        .target = "/v1/session",
        .token = "",
        .fields = {{"Cookie", "xporteur_session=company; porteur_sessionx=company"}}
    };
    EXPECT_EQ(served.ask(other).status, 401);
}

TEST(Cookie, ChangesNothingWithoutTheWordThatOnlyOurPagesKnow) {
    Served served;
    EXPECT_EQ(
        served.ask(with_cookie("POST", "/v1/members", "company", {}, new_member)).status, 403
    );
    EXPECT_EQ(
        served
            .ask(with_cookie(
                "POST", "/v1/members", "company", {{"Porteur-Csrf", "guessed"}}, new_member
            ))
            .status,
        403
    );
    EXPECT_EQ(served.ask(with_cookie("DELETE", "/v1/session", "company")).status, 403);
    EXPECT_EQ(
        served.ask(with_cookie("POST", "/v1/members", "company", {csrf}, new_member)).status, 201
    );
    EXPECT_EQ(served.ask(with_cookie("GET", "/v1/members", "company")).status, 200);
}

TEST(Cookie, ChangesNothingForAPageOfElsewhereEvenWithTheWord) {
    Served served;
    for (const auto& elsewhere : Fields{
             {"Origin", "https://evil.example"},
             {"Origin", "null"},
             {"Sec-Fetch-Site", "cross-site"}
         })
        EXPECT_EQ(
            served.ask(with_cookie("POST", "/v1/members", "company", {csrf, elsewhere}, new_member))
                .status,
            403
        ) << elsewhere.second;
}

TEST(Cookie, StandsBackWhereATokenIsShown) {
    Served served;
    auto sent = with_cookie("GET", "/v1/session", "company");
    sent.token = FakeHost::operator_token;
    EXPECT_EQ(served.ask(sent).text("role"), "token");
    sent.token = "prt_unknown";
    EXPECT_EQ(served.ask(sent).status, 401) << "a wrong token is not mended by a cookie";
}

TEST(Token, NeedsNoWordAgainstOtherPages) {
    Served served;
    Sent sent{
        .method = "POST",
        .target = "/v1/members",
        .body = new_member,
        .key = "k",
        .fields = {{"Origin", "https://elsewhere.example"}}
    };
    EXPECT_EQ(served.ask(sent).status, 201);
}

TEST(Entering, ShowsWhoStandsWhereAsWhat) {
    Served served;
    const auto reply =
        served.ask(with_cookie("GET", "/v1/session", "system", {{"Porteur-Act-In", "6"}}));
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto session = reply.document().as_object();
    EXPECT_EQ(session.at("role").as_string(), "company_administrator");
    EXPECT_EQ(session.at("tenant").at("kind").as_string(), "system");
    EXPECT_EQ(session.at("acting_in").at("name").as_string(), "Bakery");
    EXPECT_EQ(
        served.ask(with_cookie("GET", "/v1/session?act_in=5", "system")).text("role"),
        "var_administrator"
    );
    EXPECT_EQ(
        served.ask(with_cookie("GET", "/v1/session", "system")).text("role"), "system_administrator"
    );
}

TEST(Entering, OrdersInTheEnteredAccountAsItsAdministrator) {
    Served served;
    constexpr const char* draft = R"({"account":"acme-1","request":{"numbers":["+14165550101"]}})";
    EXPECT_EQ(
        served.ask(with_cookie("POST", "/v1/port-orders", "system", {csrf}, draft)).status, 403
    ) << "a system administrator manages no orders";
    const auto reply = served.ask(
        with_cookie("POST", "/v1/port-orders", "system", {csrf, {"Porteur-Act-In", "6"}}, draft)
    );
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(served.host.get(*id_from_text(reply.text("id"))).tenant, FakePeople::company);
}

TEST(Entering, IsPossibleBelowAloneAndAnAccountElsewhereIsAsOneThatIsNot) {
    Served served;
    for (const char* cookie : {"company"}) {
        const auto foreign =
            served.ask(with_cookie("GET", "/v1/session", cookie, {{"Porteur-Act-In", "2"}}));
        const auto above =
            served.ask(with_cookie("GET", "/v1/session", cookie, {{"Porteur-Act-In", "5"}}));
        const auto absent =
            served.ask(with_cookie("GET", "/v1/session", cookie, {{"Porteur-Act-In", "999"}}));
        for (const auto* each : {&foreign, &above, &absent}) EXPECT_EQ(each->status, 404);
        auto said = absent.body;
        said.replace(said.find("999"), 3, "2");
        EXPECT_EQ(foreign.body, said);
    }
    EXPECT_EQ(
        served.ask(with_cookie("GET", "/v1/session", "company", {{"Porteur-Act-In", "6"}})).status,
        200
    ) << "one's own";
    for (const char* wrong : {"x", "-1", "0", "6x", "99999999999999999999"})
        EXPECT_EQ(
            served.ask(with_cookie("GET", "/v1/session", "company", {{"Porteur-Act-In", wrong}})
            ).status,
            400
        ) << wrong;
}

TEST(Entering, LeavesAReaderAReader) {
    Served served;
    Sent sent{
        .target = "/v1/session",
        .token = std::string(FakeHost::reader_token),
        .fields = {{"Porteur-Act-In", "6"}}
    };
    EXPECT_EQ(served.ask(sent).text("scope"), "read");
    sent.target = "/v1/port-orders";
    EXPECT_EQ(served.ask(sent).status, 200);
    sent.method = "POST";
    sent.body = "{}";
    sent.key = "k";
    EXPECT_EQ(served.ask(sent).status, 403);
}

TEST(Entering, TakesTheParameterOfAGetAlone) {
    Served served;
    EXPECT_EQ(
        served.ask(with_cookie("POST", "/v1/members?act_in=6", "system", {csrf}, new_member))
            .status,
        400
    );
    EXPECT_EQ(served.ask(with_cookie("GET", "/healthz?act_in=6", "system")).status, 400)
        << "nobody is anybody there";
}

TEST(CarrierLists, AreShownInTheSystemsOwnAccountAlone) {
    Served served;
    served.host.on_ask = [](auto, auto, auto) -> Result<std::string> {
        return R"([{"number":"+14165550101"}])";
    };
    const std::string path = "/v1/account-numbers?account=acme-1";
    EXPECT_EQ(served.get(path).status, 200);
    EXPECT_EQ(served.get(path, FakeHost::reader_token).status, 200);
    EXPECT_EQ(served.ask(with_cookie("GET", path, "system")).status, 200);
    EXPECT_EQ(served.ask(with_cookie("GET", path, "company")).status, 403);
    EXPECT_EQ(served.get(path, FakeHost::foreign_token).status, 403)
        << "a token of a company is its administrator";
    EXPECT_EQ(served.ask(with_cookie("GET", path + "&act_in=6", "system")).status, 403);
}

}  // namespace
}  // namespace porteur::testing
