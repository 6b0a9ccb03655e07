// SPDX-License-Identifier: Apache-2.0
#include "carriers/cassette.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "carriers/encoding.hpp"
#include "carriers/http_effect.hpp"
#include "carriers/redact.hpp"
#include "exchange_matchers.hpp"
#include "loopback.hpp"
#include "support/result_matchers.hpp"

namespace porteur::test {
namespace {

using namespace carriers;

using ::testing::HasSubstr;
using ::testing::Not;

CarrierRequest request_with(std::string body, HttpHeaders headers = {}) {
    return {
        .method = "POST",
        .url_or_path = "https://api.acme.example/orders",
        .headers = std::move(headers),
        .body = std::move(body)
    };
}

TEST(CassetteLine, IsOneLineOfCanonicalJson) {
    const auto sent = request_with("{\"n\":1}\n", {{"Content-Type", "application/json"}});
    const Exchanged outcome = HttpAnswer{201, {{"location", "/orders/7"}}, "{\"id\":7}"};
    EXPECT_EQ(
        cassette_line(sent, outcome),
        R"({"answer":{"body":"{\"id\":7}","headers":[["location","/orders/7"]],"status":201},)"
        R"("request":{"body":"{\"n\":1}","headers":[["Content-Type","application/json"]],)"
        R"("method":"POST","url":"https://api.acme.example/orders"}})"
    );
}

TEST(CassetteLine, TellsOfAFailure) {
    const Exchanged outcome = std::unexpected(ExchangeFailure{{ErrorKind::in_doubt, "cut"}, true});
    EXPECT_THAT(
        cassette_line(request_with(""), outcome),
        HasSubstr(R"({"failure":{"kind":"in_doubt","may_have_left":true,"message":"cut"},"request")"
        )
    );
}

TEST(CassetteLine, KeepsBytesThatAreNoTextAsBase64) {
    const Exchanged outcome = HttpAnswer{200, {{"x", "\xFF"}}, "\x89PNG\xFF"};
    const auto line = cassette_line(request_with(""), outcome);
    EXPECT_THAT(line, HasSubstr("\"body_base64\":\"" + base64("\x89PNG\xFF") + "\""));
    boost::system::error_code error;
    boost::json::parse(line, error);
    EXPECT_FALSE(error);
}

TEST(CassetteLine, LeavesOutASecretInWhateverDress) {
    const std::string secret = "s3cr&t \"canary\"/ü?>";
    const std::vector<std::string> bodies = {
        secret,
        percent_encoded(secret),
        lower(percent_encoded(secret)),
        "a=" + percent_encoded("x" + secret),
        base64(secret),
        base64("u:" + secret),
        base64("us:" + secret + "tail"),
        base64("use:" + secret + "t"),
        "{\"a\":{\"b\":[\"s3cr&t \\\"canary\\\"\\/\\u00fc?>\"]}}",
        "<pin>s3cr&amp;t &quot;canary&quot;/ü?&gt;</pin>",
        "\x80 binary " + secret,
    };
    for (const auto& body : bodies) {
        auto sent = request_with(body);
        sent.url_or_path += "?q=" + percent_encoded(secret);
        sent.secrets = {secret};
        const Exchanged outcome = HttpAnswer{400, {{"x-echo", "you sent " + secret}}, body};
        const auto line = cassette_line(sent, outcome);
        EXPECT_THAT(line, Not(HasSubstr("canary"))) << body;
        EXPECT_THAT(line, Not(HasSubstr(base64(secret).substr(2, 12)))) << body;
        EXPECT_THAT(line, Not(HasSubstr(base64("u:" + secret).substr(4, 12)))) << body;
        EXPECT_THAT(line, Not(HasSubstr(base64("us:" + secret).substr(6, 12)))) << body;
        EXPECT_THAT(line, HasSubstr(std::string(redacted)));
    }
}

TEST(CassetteLine, LeavesOutAShortSecretByItsPlace) {
    auto in_json = request_with(R"({"a":{"pin":"12"},"b":12})");
    in_json.secrets = {"12"};
    in_json.secret_places = {"/a/pin"};
    EXPECT_THAT(
        cassette_line(in_json, HttpAnswer{}),
        HasSubstr(R"({\"a\":{\"pin\":\"[secret]\"},\"b\":12})")
    );

    auto in_form =
        request_with("a=1&pin=12", {{"content-type", "application/x-www-form-urlencoded"}});
    in_form.secret_places = {"form:pin"};
    EXPECT_THAT(cassette_line(in_form, HttpAnswer{}), HasSubstr("\"a=1&pin=[secret]\""));

    auto in_header = request_with("", {{"X-Pin", "12"}});
    in_header.secret_places = {"header:x-pin"};
    EXPECT_THAT(cassette_line(in_header, HttpAnswer{}), HasSubstr(R"(["X-Pin","[secret]"])"));

    auto in_parts =
        request_with("--b\r\n12\r\n--b--", {{"Content-Type", "multipart/form-data; boundary=b"}});
    in_parts.secret_places = {"form:pin"};
    EXPECT_THAT(cassette_line(in_parts, HttpAnswer{}), Not(HasSubstr("12")));
}

TEST(CassetteLine, LeavesOutCredentialsCookiesAndTokens) {
    const auto sent = request_with("", {{"AUTHORIZATION", "Basic canary"}, {"Cookie", "s=canary"}});
    const Exchanged outcome = HttpAnswer{
        200,
        {{"set-cookie", "s=canary"}},
        R"({"access_token":"canary","nested":[{"refresh_token":"canary"}],"expires_in":3600})"
    };
    const auto line = cassette_line(sent, outcome);
    EXPECT_THAT(line, Not(HasSubstr("canary")));
    EXPECT_THAT(line, HasSubstr("3600"));
}

TEST(Recorder, WritesNoSecretOfAWholeRunIntoItsFile) {
    char folder[] = "/tmp/porteur-cassette-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    const std::string path = std::string(folder) + "/run.jsonl";
    auto hook = record_to_file(path);
    ASSERT_TRUE(hook);

    // Echoes everything back, as a careless carrier's error page does.
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        while (auto request = co_await peer.read()) {
            const bool for_token = request->line().find("/token") != std::string::npos;
            co_await peer.answer(
                for_token ? 200 : 500,
                for_token ? R"({"access_token":"canary-token","expires_in":3600})"
                          : request->head + request->body,
                "Set-Cookie: session=canary\r\nX-Echo: " + request->header("authorization") + "\r\n"
            );
        }
    });
    ClientSettings settings;
    settings.auth = {
        .scheme = AuthScheme::oauth2_jwt_bearer, .client_id = "id", .client_secret = "secret"
    };
    settings.auth.assertion = "jwt";
    settings.auth.token_url = carrier.url() + "/token";
    settings.hook = *hook;
    auto client = client_of(carrier, settings, [](std::string_view name) -> Result<std::string> {
        return "canary-" + std::string(name);
    });
    const EffectResources resources{.secret = [](std::string_view) -> Result<std::string> {
        return "canary-pin-0000";
    }};
    const auto request = request_from_effect(
        R"({"content":"application/json","method":"POST","path":"/orders","secrets":[{"at":"/pin","name":"pin"},{"at":"header:x-pin","name":"pin"}]})",
        R"({"pin":""})", resources
    );
    ASSERT_TRUE(request);
    const auto outcome = carrier.run(client.send(*request));
    // The echo has come, without what was sent as a secret.
    ASSERT_THAT(outcome, Answers(500, HasSubstr("\"pin\":\"[secret]\"")));
    EXPECT_THAT(outcome->body, Not(HasSubstr("canary-pin")));
    EXPECT_THAT(outcome->body, Not(HasSubstr("canary-token")));

    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    const auto recorded = text.str();
    EXPECT_EQ(std::ranges::count(recorded, '\n'), 2);
    EXPECT_THAT(recorded, HasSubstr("/orders"));
    EXPECT_THAT(recorded, Not(HasSubstr("canary")));
    EXPECT_THAT(recorded, Not(HasSubstr(base64("canary-id:canary-secret"))));
    EXPECT_THAT(recorded, Not(HasSubstr(base64("canary-id").substr(0, 11))));

    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    ::unlink(path.c_str());
    ::rmdir(folder);
}

TEST(Recorder, SaysWhichFileItCannotWrite) {
    EXPECT_THAT(
        record_to_file("/nonexistent/run.jsonl"),
        porteur::testing::FailsWith(ErrorKind::invalid_input, HasSubstr("/nonexistent/run.jsonl"))
    );
}

}  // namespace
}  // namespace porteur::test
