// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "carriers/client.hpp"
#include "carriers/encoding.hpp"
#include "exchange_matchers.hpp"
#include "loopback.hpp"
#include "support/result_matchers.hpp"

namespace porteur::test {
namespace {

using namespace carriers;

using namespace std::chrono_literals;
using porteur::testing::FailsWith;
using porteur::testing::Gives;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view canary = "canary-7f3a";

/// A carrier with a token endpoint at /oauth/token that counts, and an API that takes only the
/// token handed out last.
struct TokenCarrier {
    std::map<std::string, std::string, std::less<>> secrets = {
        {"id", "client:1"}, {"key", std::string(canary) + "-key"}, {"jwt", "ey.canary.jwt"}
    };
    std::chrono::steady_clock::time_point now{1000s};
    int fetches = 0, calls = 0;
    int token_status = 200;
    std::string token_headers, token_body;  // instead of the usual answer when set
    std::string api_refuses;                // a token that the API refuses from now on
    std::vector<Received> token_requests;
    bool hold_tokens = false;

    Loopback carrier{[this](Peer& peer, int) { return serve(peer); }};
    std::optional<CarrierClient> client;

    explicit TokenCarrier(
        AuthScheme scheme = AuthScheme::oauth2_client_credentials, ExchangeHook hook = {}
    ) {
        ClientSettings settings;
        settings.auth = {.scheme = scheme, .client_id = "id", .client_secret = "key"};
        settings.auth.token_url = carrier.url() + "/oauth/token";
        if (scheme == AuthScheme::oauth2_jwt_bearer) settings.auth.assertion = "jwt";
        settings.hook = std::move(hook);
        ClientClock clock;
        clock.steady = [this] { return now; };
        client = client_of(
            carrier, settings,
            [this](std::string_view name) -> Result<std::string> {
                const auto found = secrets.find(name);
                if (found != secrets.end()) return found->second;
                return failure(ErrorKind::internal, "secret " + quoted(name) + " is missing");
            },
            clock
        );
    }

    [[nodiscard]] std::string token(int number) const {
        return "token-" + std::string(canary) + "-" + std::to_string(number);
    }

    asio::awaitable<void> serve(Peer& peer) {
        while (auto request = co_await peer.read()) {
            if (request->line() == "POST /oauth/token HTTP/1.1") {
                ++fetches;
                token_requests.push_back(*request);
                if (hold_tokens) co_await peer.until_closed();
                const auto usual = "{\"access_token\":\"" + token(fetches) +
                                   "\",\"token_type\":\"bearer\",\"expires_in\":3600}";
                co_await peer.answer(
                    token_status, token_body.empty() ? usual : token_body, token_headers
                );
                continue;
            }
            ++calls;
            const auto shown = request->header("authorization");
            bool good = false;
            for (int number = 1; number <= fetches; ++number) {
                good = good || (shown == "Bearer " + token(number) && token(number) != api_refuses);
            }
            co_await peer.answer(good ? 200 : 401, good ? "{}" : "{\"errorCode\":\"OAU-128\"}");
        }
    }

    Exchanged ask(bool retry_on_401 = false) {
        auto request = get("/a");
        request.retry_on_401 = retry_on_401;
        request.timeout = 2s;
        return carrier.run(client->send(std::move(request)));
    }
};

SecretReader reading(std::map<std::string, std::string, std::less<>>& secrets) {
    return [&secrets](std::string_view name) -> Result<std::string> {
        return secrets.at(std::string(name));
    };
}

std::string authorization_with(
    AuthSettings auth, std::map<std::string, std::string, std::less<>> secrets
) {
    std::string shown;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        const auto request = co_await peer.read();
        shown =
            auth.header.empty() ? request->header("authorization") : request->header(auth.header);
        co_await peer.answer(200, "{}");
    });
    auto client = client_of(carrier, {.auth = auth}, reading(secrets));
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
    return shown;
}

TEST(Auth, SendsNothingWithoutAScheme) { EXPECT_EQ(authorization_with({}, {}), ""); }

TEST(Auth, SendsUserAndPasswordAsBasic) {
    EXPECT_EQ(
        authorization_with(
            {.scheme = AuthScheme::basic, .user = "u", .password = "p"},
            {{"u", "Aladdin"}, {"p", "open sesame\n"}}
        ),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  // RFC 7617, section 2
    );
}

TEST(Auth, SendsABearerToken) {
    EXPECT_EQ(
        authorization_with({.scheme = AuthScheme::bearer, .token = "t"}, {{"t", "abc"}}),
        "Bearer abc"
    );
}

TEST(Auth, SendsAHeaderOfTheAccountsOwn) {
    EXPECT_EQ(
        authorization_with(
            {.scheme = AuthScheme::header, .token = "t", .header = "X-Api-Key", .prefix = "Key "},
            {{"t", "abc"}}
        ),
        "Key abc"
    );
}

TEST(Auth, ReadsASecretAtEachUseSoThatARotatedOneServesAtOnce) {
    std::vector<std::string> shown;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        while (const auto request = co_await peer.read()) {
            shown.push_back(request->header("authorization"));
            co_await peer.answer(200, "{}");
        }
    });
    std::map<std::string, std::string, std::less<>> secrets = {{"t", "old"}};
    auto client = client_of(
        carrier, {.auth = {.scheme = AuthScheme::bearer, .token = "t"}}, reading(secrets)
    );
    carrier.run(client.send(get("/")));
    secrets["t"] = "new";
    carrier.run(client.send(get("/")));
    EXPECT_THAT(shown, ElementsAre("Bearer old", "Bearer new"));
}

TEST(Auth, SendsNothingWhenASecretIsMissingOrWouldBreakOutOfItsLine) {
    Loopback carrier(answers_always);
    for (const Result<std::string>& secret :
         {Result<std::string>(failure(ErrorKind::internal, "no such file")),
          Result<std::string>(std::string(canary) + "\r\nHost: evil")}) {
        auto client = client_of(
            carrier, {.auth = {.scheme = AuthScheme::bearer, .token = "t"}},
            [&](std::string_view) { return secret; }
        );
        EXPECT_THAT(
            carrier.run(client.send(get("/"))),
            NeverLeft(ErrorKind::internal, Not(HasSubstr(std::string(canary))))
        );
    }
    EXPECT_EQ(carrier.connections, 0);
}

// Some carriers, and proxies before them, give back the request that they did not like.
TEST(Auth, IsTakenOutOfAnAnswerThatGivesItBack) {
    const std::string password = "canary-7f3a/\"open sesame", token = "canary-token+9c4e/x";
    for (const int status : {200, 400, 401, 500})
        for (const AuthSettings& auth :
             {AuthSettings{.scheme = AuthScheme::basic, .user = "u", .password = "p"},
              AuthSettings{.scheme = AuthScheme::bearer, .token = "t"},
              AuthSettings{.scheme = AuthScheme::header, .token = "t", .header = "X-Api-Key", .prefix = "Key "}}) {
            std::string shown;
            Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
                const auto request = co_await peer.read();
                shown = request->header(auth.header.empty() ? "authorization" : "x-api-key");
                shown = shown.substr(shown.find(' ') + 1);
                co_await peer.answer(
                    status, R"({"error":"what is )" + shown + R"(?","password":"canary-7f3a\/\"open sesame"})", "X-Said: " + shown + "\r\n"
                );
            });
            std::map<std::string, std::string, std::less<>> secrets{{"u", "Aladdin"}, {"p", password}, {"t", token}};
            auto client = client_of(carrier, {.auth = auth}, reading(secrets));
            const auto outcome = carrier.run(client.send(get("/")));
            ASSERT_TRUE(outcome);
            EXPECT_THAT(outcome->body, AllOf(HasSubstr("what is [secret]?"), Not(HasSubstr(shown)))) << status;
            EXPECT_EQ(outcome->header("x-said"), "[secret]") << status;
            if (auth.scheme == AuthScheme::basic) EXPECT_THAT(outcome->body, Not(HasSubstr("sesame"))) << status;
        }
}

TEST(ParseAuthScheme, KnowsTheSixAndNamesThemOtherwise) {
    EXPECT_THAT(parse_auth_scheme("oauth2_jwt_bearer"), Gives(AuthScheme::oauth2_jwt_bearer));
    EXPECT_THAT(
        parse_auth_scheme("oauth"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("oauth2_client_credentials"))
    );
}

TEST(Token, IsFetchedOnceAndUsedForAllRequests) {
    TokenCarrier all;
    for (int at = 0; at < 5; ++at) EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(all.fetches, 1);
    ASSERT_EQ(all.token_requests.size(), 1U);
    EXPECT_EQ(all.token_requests[0].body, "grant_type=client_credentials");
    // RFC 6749, 2.3.1: both are form-encoded before they become Basic.
    EXPECT_EQ(
        all.token_requests[0].header("authorization"),
        "Basic " + base64("client%3A1:" + std::string(canary) + "-key")
    );
}

TEST(Token, IsBoughtWithAnAssertionWhereTheSchemeSaysSo) {
    TokenCarrier all(AuthScheme::oauth2_jwt_bearer);
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(
        all.token_requests[0].body,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey.canary.jwt"
    );
}

TEST(Token, IsFetchedOnceForManyWhoAskAtTheSameTime) {
    TokenCarrier all;
    int ended = 0;
    for (int at = 0; at < 50; ++at) {
        asio::co_spawn(
            all.carrier.context, all.client->send(get("/a")),
            [&](std::exception_ptr, Exchanged outcome) {
                EXPECT_THAT(outcome, Answers(200, "{}"));
                ++ended;
            }
        );
    }
    all.carrier.run_until([&] { return ended == 50; });
    EXPECT_EQ(all.fetches, 1);
    EXPECT_EQ(all.calls, 50);
}

TEST(Token, IsRenewedAheadOfItsExpiryWhileTheOldOneServes) {
    TokenCarrier all;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    all.now += 3299s;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(all.fetches, 1);
    all.now += 2s;                               // within 300 s of the end
    EXPECT_THAT(all.ask(), Answers(200, "{}"));  // with the old one, while a new one is fetched
    all.carrier.run_until([&] { return all.fetches == 2; });
    all.api_refuses = all.token(1);
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(all.fetches, 2);
}

TEST(Token, ServesOnWhenItsRenewalFailsAndIsRenewedAgainHalfAMinuteLater) {
    TokenCarrier all;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    all.now += 3400s;
    all.token_status = 500;
    const auto until_fetches = [&](int count) {
        all.carrier.run_until([&] { return all.fetches >= count; });
    };
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    until_fetches(2);
    for (int at = 0; at < 5; ++at) EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(all.fetches, 2);
    all.now += 31s;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    until_fetches(3);
}

TEST(Token, IsFetchedBeforeTheRequestWhenTheOldOneHasExpired) {
    TokenCarrier all;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    all.now += 3600s;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(all.fetches, 2);
    EXPECT_EQ(all.calls, 2);
}

TEST(Token, IsReplacedAfterA401AndTheRequestSentOnceMoreOnlyWhereAllowed) {
    TokenCarrier all;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    all.api_refuses = all.token(1);
    EXPECT_THAT(all.ask(false), Answers(401, _));
    EXPECT_EQ(all.fetches, 1);

    TokenCarrier allowed;
    EXPECT_THAT(allowed.ask(), Answers(200, "{}"));
    allowed.api_refuses = allowed.token(1);
    EXPECT_THAT(allowed.ask(true), Answers(200, "{}"));
    EXPECT_EQ(allowed.fetches, 2);
    EXPECT_EQ(allowed.calls, 3);
}

TEST(Token, IsNotFetchedForEachRequestWhenA401HasAnotherReason) {
    TokenCarrier all;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    for (int at = 0; at < 10; ++at) {
        all.api_refuses = all.token(all.fetches);
        EXPECT_THAT(all.ask(true), Answers(::testing::AnyOf(200, 401), _));
        all.now += 1s;
    }
    EXPECT_LE(all.fetches, 3);
}

TEST(Token, OfAFetchThatWasJustMadeIsNotFetchedAgainAfterA401) {
    TokenCarrier all;
    all.api_refuses = all.token(1);
    EXPECT_THAT(all.ask(true), Answers(401, _));
    EXPECT_EQ(all.fetches, 1);
    EXPECT_EQ(all.calls, 1);
}

TEST(Token, ThatIsRefusedIsUnauthorizedAndNotAskedForAgainUntilTheSecretChanges) {
    TokenCarrier all;
    all.token_status = 400;
    all.token_body = R"({"error":"invalid_grant","errors":[{"errorCode":"OAU-140"}]})";
    const auto first = all.ask();
    EXPECT_THAT(first, NeverLeft(ErrorKind::unauthorized, HasSubstr("400 (invalid_grant)")));
    EXPECT_EQ(first.error().error.code, "invalid_grant");
    for (int at = 0; at < 5; ++at) EXPECT_THAT(all.ask(), NeverLeft(ErrorKind::unauthorized, _));
    EXPECT_EQ(all.fetches, 1);

    all.secrets["key"] = "mended";
    all.token_status = 200;
    all.token_body.clear();
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
    EXPECT_EQ(all.fetches, 2);
}

TEST(Token, ThatWasRefusedIsAskedForAgainAfterAWhileOrWhenAPersonSaysSo) {
    TokenCarrier all;
    all.token_status = 401;
    EXPECT_THAT(all.ask(), NeverLeft(ErrorKind::unauthorized, _));
    all.now += 5min;
    EXPECT_THAT(all.ask(), NeverLeft(ErrorKind::unauthorized, _));
    EXPECT_EQ(all.fetches, 2);
    all.token_status = 200;
    all.client->forget_token();
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
}

TEST(Token, IsNotAskedForBeforeTheEndpointsWaitIsOver) {
    TokenCarrier all;
    all.token_status = 429;
    all.token_headers = "Retry-After: 60\r\n";
    auto outcome = all.ask();
    EXPECT_THAT(outcome, NeverLeft(ErrorKind::throttled, HasSubstr("429")));
    EXPECT_EQ(outcome.error().error.retry_after, 60s);
    all.now += 20s;
    outcome = all.ask();
    EXPECT_THAT(outcome, NeverLeft(ErrorKind::throttled, _));
    EXPECT_EQ(outcome.error().error.retry_after, 40s);
    EXPECT_EQ(all.fetches, 1);
    all.now += 40s;
    all.token_status = 200;
    EXPECT_THAT(all.ask(), Answers(200, "{}"));
}

TEST(Token, ThatCannotBeHadNeverLeavesADoubt) {
    for (const auto& [status, body] :
         {std::pair{500, ""},
          {502, "<html>"},
          {200, "<html>"},
          {200, "{}"},
          {200, "{\"access_token\":7}"},
          {200, "{\"access_token\":\"a\\r\\nb\"}"},
          {302, ""},
          {404, ""}}) {
        TokenCarrier all;
        all.token_status = status;
        all.token_body = body;
        if (all.token_body.empty()) all.token_body = " ";
        EXPECT_THAT(all.ask(), NeverLeft(ErrorKind::unavailable, HasSubstr("token")))
            << status << body;
        EXPECT_EQ(all.calls, 0);
    }
}

TEST(Token, ThatComesTooLateNeverLeavesADoubt) {
    TokenCarrier all;
    all.hold_tokens = true;
    auto request = get("/a");
    request.timeout = 100ms;
    EXPECT_THAT(
        all.carrier.run(all.client->send(request)),
        NeverLeft(ErrorKind::unavailable, HasSubstr("token"))
    );
    EXPECT_EQ(all.calls, 0);
}

TEST(Token, IsNotAskedForWithoutItsSecret) {
    TokenCarrier all;
    all.secrets.erase("key");
    EXPECT_THAT(all.ask(), NeverLeft(ErrorKind::internal, HasSubstr("\"key\" is missing")));
    EXPECT_EQ(all.fetches, 0);
}

TEST(Token, NeverStandsInAnError) {
    for (const int status : {400, 401, 403, 429, 500, 200}) {
        TokenCarrier all(AuthScheme::oauth2_jwt_bearer);
        all.token_status = status;
        // An endpoint that repeats what it was sent, where one would look for a word.
        all.token_body = "{\"error\":\"" + std::string(canary) +
                         "-key\",\"error_description\":\"ey.canary.jwt\"}";
        const auto outcome = all.ask();
        ASSERT_FALSE(outcome);
        EXPECT_THAT(outcome.error().error.message, Not(HasSubstr("canary"))) << status;
        EXPECT_THAT(outcome.error().error.code, Not(HasSubstr("canary"))) << status;
    }
}

}  // namespace
}  // namespace porteur::test
