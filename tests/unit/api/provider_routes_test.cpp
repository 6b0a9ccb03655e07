// SPDX-License-Identifier: Apache-2.0
// A browser that signs in at a provider: what it is given to carry, where it is sent, and who may
// ask for what.
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Sent by_browser(std::string target, std::string cookie = {}) {
    Sent sent{.target = std::move(target), .token = ""};
    if (!cookie.empty())
        sent.fields = {{"Cookie", "porteur_oidc_step=no; theme=dark; " + std::move(cookie)}};
    return sent;
}

std::vector<std::string> cookies_of(const Reply& reply) {
    std::vector<std::string> out;
    for (const auto& [name, value] : reply.fields)
        if (name == "set-cookie") out.push_back(value);
    return out;
}

TEST(SigningInAtAProvider, SendsTheBrowserThereWithACookieThatComesBackFromAnotherSite) {
    Served served;
    auto sent = by_browser("/v1/session/oidc/corp?to=/console/numbers%3Fq%3D1");
    const auto reply = served.ask(sent);
    EXPECT_EQ(reply.status, 302);
    EXPECT_EQ(reply.field("location"), "https://login.example.net/auth?state=right");
    EXPECT_EQ(reply.field("cache-control"), "no-store");
    EXPECT_THAT(
        cookies_of(reply),
        ElementsAre("porteur_oidc=kept; Path=/v1/session/oidc; Secure; HttpOnly; SameSite=Lax")
    );
    EXPECT_EQ(served.host.who.providers.begun.to, "/console/numbers?q=1");
    EXPECT_THAT(served.host.who.providers.begun.host, StartsWith("localhost"));
    EXPECT_EQ(served.host.who.providers.begun.address, "127.0.0.1");
}

TEST(SigningInAtAProvider, GivesTheSessionsCookieAndTakesTheOtherAway) {
    Served served;
    const auto reply = served.ask(
        by_browser("/v1/session/oidc/corp/return?code=a&state=right", "porteur_oidc=kept")
    );
    EXPECT_EQ(reply.field("location"), "/console/numbers");
    EXPECT_THAT(
        cookies_of(reply),
        ElementsAre(
            "porteur_oidc=; Path=/v1/session/oidc; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
            "porteur_session=company; Path=/; Secure; HttpOnly; SameSite=Strict"
        )
    );
}

TEST(SigningInAtAProvider, TakesWhateverElseAProviderWritesBehindTheAddress) {
    Served served;
    const auto reply = served.ask(by_browser(
        "/v1/session/oidc/corp/"
        "return?state=right&session_state=x&code=a&authuser=0&iss=https%3A%2F%2Flogin.example.net&"
        "session_state=y",
        "porteur_oidc=kept"
    ));
    EXPECT_EQ(reply.field("location"), "/console/numbers") << reply.body;
    EXPECT_EQ(served.host.who.providers.finished.issuer, "https://login.example.net");
    // But not the same word of ours twice: nobody knows which one counts.
    EXPECT_EQ(
        served
            .ask(by_browser(
                "/v1/session/oidc/corp/return?state=right&state=other&code=a", "porteur_oidc=kept"
            ))
            .status,
        400
    );
}

TEST(SigningInAtAProvider, SignsNobodyInWithoutTheCookie) {
    Served served;
    const auto reply = served.ask(by_browser("/v1/session/oidc/corp/return?code=a&state=right"));
    EXPECT_EQ(reply.field("location"), "/console/?sign_in=again&provider=corp");
    EXPECT_EQ(cookies_of(reply).size(), 1U);
}

TEST(SigningInAtAProvider, AsksForTheCodeByACookieThatNoOtherSiteSends) {
    Served served;
    const auto half = served.ask(
        by_browser("/v1/session/oidc/corp/return?code=owes&state=right", "porteur_oidc=kept")
    );
    EXPECT_THAT(
        cookies_of(half).back(),
        AllOf(HasSubstr("porteur_oidc_step=step;"), HasSubstr("SameSite=Strict"))
    );
    const auto give = [&](std::string code, std::string cookie,
                          std::vector<std::pair<std::string, std::string>> more = {}) {
        Sent sent{
            .method = "POST",
            .target = "/v1/session/oidc",
            .token = "",
            .body = R"({"code":")" + code + "\"}"
        };
        sent.fields = std::move(more);
        if (!cookie.empty()) sent.fields.emplace_back("Cookie", "porteur_oidc_step=" + cookie);
        return served.ask(sent);
    };
    EXPECT_EQ(give("123456", "").status, 401);
    EXPECT_EQ(give("000000", "step").status, 401);
    EXPECT_EQ(give("123456", "step", {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
    const auto whole = give("123456", "step");
    EXPECT_EQ(whole.status, 200) << whole.body;
    EXPECT_EQ(cookies_of(whole).size(), 2U);
}

TEST(SigningInAtAProvider, NamesTheProvidersToEverybody) {
    Served served;
    EXPECT_EQ(
        served.ask(by_browser("/v1/session/providers")).body,
        R"({"providers":[{"name":"corp","title":"Corp"}]})"
    );
    EXPECT_EQ(served.ask(by_browser("/v1/session/oidc/nobody")).status, 404);
    EXPECT_EQ(served.ask(by_browser("/v1/session/oidc/corp/elsewhere")).status, 404);
}

TEST(LinkingAPerson, NamesTheIssuerAndNotTheProvidersNameHere) {
    Served served;
    const auto path = "/v1/users/" + id_text(served.host.who.user_id()) + "/link";
    const auto link = [&](std::string body) {
        return served.ask({.method = "POST", .target = path, .body = std::move(body)});
    };
    const auto done = link(R"({"provider":"corp","subject":"24 8"})");
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_THAT(
        done.body, HasSubstr(R"("linked":{"issuer":"https://login.example.net","subject":"24 8"})")
    );
    EXPECT_EQ(link(R"({"provider":"other","subject":"248"})").text("field"), "/provider");
    EXPECT_EQ(link(R"({"provider":"corp","subject":""})").text("field"), "/subject");
    EXPECT_EQ(link(R"({"provider":"corp","subject":"é"})").text("field"), "/subject");
    EXPECT_EQ(link(R"({"provider":"corp"})").text("field"), "/subject");
    const auto undone = served.ask({.method = "DELETE", .target = path});
    EXPECT_THAT(undone.body, HasSubstr(R"("linked":null)"));
}

}  // namespace
}  // namespace porteur::testing
