// SPDX-License-Identifier: Apache-2.0
// One's own telephone: what a page is told, what it never is, and who may ask.
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Sent by_person(std::string method, std::string target, std::string body = {}) {
    Sent sent{.method = std::move(method), .target = std::move(target), .token = ""};
    sent.body = std::move(body);
    sent.fields = {
        {"Cookie", "porteur_session=company"}, {"Porteur-Csrf", std::string(FakePeople::csrf)}
    };
    return sent;
}

TEST(OwnPhone, ShowsAllButThePasswordWhichIsGivenWhenAPhoneSignsIn) {
    Served served;
    const auto changed = served.ask(by_person(
        "PATCH", "/v1/session/phone", R"({"sip_user":"101","password":"s3cret","call_back":null})"
    ));
    EXPECT_EQ(
        changed.body,
        R"({"call_back":"","can_call_back":true,"domain":"pbx.example.net","has_password":true,"phone":"office","sip_user":"101","soft_phone":true})"
    );
    EXPECT_THAT(served.ask(by_person("GET", "/v1/session/phone")).body, Not(HasSubstr("s3cret")));
    const auto given = served.ask(by_person("POST", "/v1/session/phone/credentials"));
    EXPECT_EQ(
        given.body,
        R"({"domain":"pbx.example.net","password":"s3cret","sip_user":"101","websocket":"wss://pbx.example.net/ws"})"
    );
    EXPECT_EQ(given.field("cache-control"), "no-store");
}

TEST(OwnPhone, GivesThePasswordToNoPageOfElsewhere) {
    Served served;
    auto sent = by_person("POST", "/v1/session/phone/credentials");
    sent.fields.pop_back();
    EXPECT_EQ(served.ask(sent).status, 403);
}

TEST(OwnPhone, IsNoTokens) {
    Served served;
    EXPECT_EQ(served.get("/v1/session/phone").document().at("phone"), nullptr);
    for (const auto* target : {"/v1/session/phone/credentials", "/v1/session/call-backs"}) {
        Sent sent{.method = "POST", .target = target};
        if (std::string_view(target).ends_with("backs")) {
            sent.body = R"({"number":"+15145550100"})";
            sent.key = "once";
        }
        const auto reply = served.ask(sent);
        EXPECT_EQ(reply.status, 400) << target;
        EXPECT_EQ(reply.text("type"), "urn:porteur:problem:bad-request");
    }
}

TEST(OwnPhone, RefusesWhatItDoesNotKnow) {
    Served served;
    EXPECT_EQ(
        served.ask(by_person("PATCH", "/v1/session/phone", R"({"websocket":"wss://x"})")).status,
        400
    );
    EXPECT_EQ(
        served.ask(by_person("PATCH", "/v1/session/phone", R"({"sip_user":101})")).text("field"),
        "/sip_user"
    );
}

TEST(CallingBack, IsAnsweredOnceItIsTaken) {
    Served served;
    served.host.who.telephones.shown.sip_user = "101";
    auto sent = by_person("POST", "/v1/session/call-backs", R"({"number":"+15145550100"})");
    EXPECT_EQ(served.ask(sent).text("type"), "urn:porteur:problem:key-missing");
    sent.key = "once";
    const auto reply = served.ask(sent);
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.body, R"({"from":"101","to":"+15145550100"})");
    EXPECT_EQ(served.host.who.telephones.rung, 1);
    sent.body = "{}";
    sent.key = "another";
    EXPECT_EQ(served.ask(sent).text("field"), "/number");
}

TEST(CallingBack, SaysThatTheTelephoneSystemRefusedAndNotACarrier) {
    Served served;
    served.host.who.telephones.refusal = Error{
        .kind = ErrorKind::invalid_input,
        .message = "it answered 404",
        .code = std::string(telephone_system_code)
    };
    auto sent = by_person("POST", "/v1/session/call-backs", R"({"number":"+15145550100"})");
    sent.key = "once";
    const auto reply = served.ask(sent);
    EXPECT_EQ(reply.status, 502);
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:telephone-system");
    EXPECT_THAT(reply.body, Not(HasSubstr("carrier")));
    const auto& kept = served.host.who.telephones.kept;
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->first, 502);
    EXPECT_EQ(kept->second, reply.body) << "a repeat is told the same";
}

}  // namespace
}  // namespace porteur::testing
