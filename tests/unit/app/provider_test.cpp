// SPDX-License-Identifier: Apache-2.0
// What a sign-in at a provider of OpenID Connect is refused for. The provider is a function here,
// which signs what a test tells it to; two real ones are in tests/scenarios/access.
#include <cjose/cjose.h>
#include <jansson.h>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <porteur/json.hpp>

#include "app/provider_desk.hpp"
#include "carriers/encoding.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string issuer = "https://login.example.net";

struct ReleaseKey {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
using Key = std::unique_ptr<cjose_jwk_t, ReleaseKey>;

Key rsa_key(std::size_t bits = 2048) {
    cjose_err wrong{};
    std::uint8_t e[] = {1, 0, 1};
    return Key(cjose_jwk_create_RSA_random(bits, e, sizeof e, &wrong));
}
Key ec_key(cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256) {
    cjose_err wrong{};
    return Key(cjose_jwk_create_EC_random(curve, &wrong));
}
/// Made once: a key takes a while under the sanitizers.
cjose_jwk_t* the_rsa_key() {
    static const Key key = rsa_key();
    return key.get();
}
cjose_jwk_t* another_rsa_key() {
    static const Key key = rsa_key();
    return key.get();
}

json::object published(const cjose_jwk_t* key, std::string_view id, json::object more = {}) {
    cjose_err wrong{};
    char* text = cjose_jwk_to_json(key, false, &wrong);
    auto out = parse_json(text)->as_object();
    cjose_get_dealloc()(text);
    out["kid"] = id;
    for (const auto& each : more) out[each.key()] = each.value();
    return out;
}

std::string signed_with(
    const cjose_jwk_t* key, const json::object& head, const std::string& payload
) {
    cjose_err wrong{};
    json_error_t unread;
    json_t* header = json_loads(canonical(head).c_str(), 0, &unread);
    cjose_jws_t* token = cjose_jws_sign(
        key, header, reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(), &wrong
    );
    EXPECT_TRUE(token) << wrong.message;
    const char* text = nullptr;
    std::string out;
    if (token && cjose_jws_export(token, &text, &wrong)) out = text;
    cjose_jws_release(token);
    json_decref(header);
    return out;
}

std::string value_in(const std::string& form, const std::string& name) {
    const auto at = ("&" + form).find("&" + name + "=");
    if (at == form.npos) return {};
    const auto from = at + name.size() + 1;
    return carriers::form_decoded(form.substr(from, form.find('&', from) - from));
}

/// The provider: answers by address, and keeps what it was asked.
struct FakeProvider {
    json::object page{
        {"issuer", issuer},
        {"authorization_endpoint", issuer + "/auth?tenant=1"},
        {"token_endpoint", issuer + "/token"},
        {"jwks_uri", "https://keys.example.net/keys"},
        {"userinfo_endpoint", issuer + "/userinfo"}
    };
    json::array keys{published(the_rsa_key(), "one")};
    json::object userinfo{
        {"sub", "248289761001"}, {"email", "ada@example.net"}, {"email_verified", true}
    };
    json::object claims;            ///< over what is right
    std::set<std::string> without;  ///< claims that are left out
    json::object head{{"alg", "RS256"}, {"kid", "one"}};
    const cjose_jwk_t* key = the_rsa_key();
    std::function<std::string(std::string)> change = [](std::string token) { return token; };
    int token_status = 200;
    std::string token_body;  ///< instead of tokens
    std::string nonce;       ///< of the sign-in under way
    Instant now{};
    std::vector<CarrierRequest> asked;

    int count(std::string_view end) const {
        return static_cast<int>(std::ranges::count_if(asked, [&](const auto& each) {
            return each.url_or_path.ends_with(end);
        }));
    }
    std::string id_token() const {
        const auto second =
            std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
        json::object token{{"iss", issuer},  {"aud", "porteur"}, {"sub", "248289761001"},
                           {"nonce", nonce}, {"iat", second},    {"exp", second + 300}};
        for (const auto& each : claims) token[each.key()] = each.value();
        for (const auto& each : without) token.erase(each);
        return change(signed_with(key, head, canonical(token)));
    }
    Exchanged answer(const CarrierRequest& request) {
        asked.push_back(request);
        const auto said = [](int status, const json::value& body) {
            return HttpAnswer{.status = status, .headers = {}, .body = canonical(body)};
        };
        if (request.url_or_path.ends_with("/.well-known/openid-configuration"))
            return said(200, page);
        if (request.url_or_path == "https://keys.example.net/keys")
            return said(200, json::object{{"keys", keys}});
        if (request.url_or_path.ends_with("/userinfo")) return said(200, userinfo);
        if (!request.url_or_path.ends_with("/token")) return said(404, {});
        if (token_status != 200)
            return said(token_status, json::object{{"error", "invalid_grant"}});
        if (!token_body.empty())
            return HttpAnswer{.status = 200, .headers = {}, .body = token_body};
        return said(
            200,
            json::object{{"access_token", "at"}, {"token_type", "Bearer"}, {"id_token", id_token()}}
        );
    }
};

class Provider : public ::testing::Test {
protected:
    Provider() {
        setenv("PORTEUR_TEST_CLIENT_SECRET", "s/e c", 1);
        settings.name = settings.title = "corp";
        settings.issuer = issuer;
        settings.client_id = "porteur";
        settings.client_secret = {SecretRef::Source::env, "PORTEUR_TEST_CLIENT_SECRET", "", {}};
        provider.now = now;
    }
    ProviderDesk& desk() {
        if (!made) {
            SignInSection section{.address = "https://porteur.example.net", .oidc = {settings}};
            auto other = settings;
            other.name = "other";
            other.issuer = "https://other.example.net";
            section.oidc.push_back(other);
            made.emplace(
                ProviderDesk::Parts{
                    .executor = io.get_executor(),
                    .sign_in = [this](ProvidedPerson who) -> Async<Result<ProvidedSession>> {
                        people.push_back(who);
                        SignedIn in;
                        in.cookie = "session";
                        co_return ProvidedSession{.refused = {}, .signed_in = in, .owes_code = {}};
                    },
                    .sign_in_with_code = [](OwesCode, std::string, std::string,
                                            std::string) -> Async<Result<SignedIn>> {
                        co_return failure(ErrorKind::internal, "nobody is asked for a code here");
                    },
                    .sealing = sealing,
                    .attempts_per_minute = 10,
                    .sender =
                        [this](const ProviderSettings&) {
                            return [this](CarrierRequest request) -> Async<Exchanged> {
                                co_return provider.answer(request);
                            };
                        },
                    .warn = [this](std::string text) { warnings += text + "\n"; },
                    .now = [this] { return now; },
                    .uptime =
                        [this] {
                            return FailedAttempts::Time{} + std::chrono::hours(1) +
                                   (now - Instant{});
                        }
                },
                section
            );
        }
        return *made;
    }
    template <class T>
    T run(Async<T> work) {
        std::optional<T> out;
        asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
            if (thrown) std::rethrow_exception(thrown);
            out.emplace(std::move(value));
        });
        io.restart();
        io.run();
        return std::move(*out);
    }
    ProviderWay begin(
        const std::string& to = "/console/numbers", const std::string& name = "corp"
    ) {
        const auto way = run(
            desk().begin({.provider = name, .to = to, .host = "evil.example", .address = address})
        );
        EXPECT_TRUE(way) << way.error().message;
        if (!way) return {};
        provider.nonce = value_in(way->location, "nonce");
        return *way;
    }
    ProviderReturn back(const ProviderWay& way) const {
        return {
            .provider = "corp",
            .code = "code",
            .state = value_in(way.location, "state"),
            .issuer = {},
            .error = {},
            .kept = way.kept,
            .address = address
        };
    }
    ProviderWay finish(const ProviderReturn& wish) {
        const auto way = run(desk().finish(wish));
        EXPECT_TRUE(way) << way.error().message;
        return way ? *way : ProviderWay{};
    }
    /// The whole way. @return where the browser is sent
    std::string sign_in() {
        const auto way = finish(back(begin()));
        EXPECT_EQ(way.session.empty(), way.location != "/console/numbers");
        return way.location;
    }
    /// That it is refused, with a word for the log.
    void expect_refused(std::string_view why) {
        EXPECT_EQ(sign_in(), "/console/numbers?sign_in=wrong-answer&provider=corp") << why;
        EXPECT_THAT(warnings, HasSubstr(std::string(why)));
        EXPECT_THAT(people, IsEmpty()) << why;
        warnings.clear();
        now += std::chrono::minutes(2
        );  // past the throttle, and the wait before keys are looked for again
        provider.now = now;
    }

    asio::io_context io;
    Sealing sealing{MasterKey(std::string(32, 'k'))};
    Instant now{std::chrono::sys_days(std::chrono::year{2026} / 12 / 1)};
    ProviderSettings settings;
    FakeProvider provider;
    std::vector<ProvidedPerson> people;
    std::string warnings, address = "192.0.2.1";
    std::optional<ProviderDesk> made;
};

TEST_F(Provider, SignsInWhomItNames) {
    EXPECT_EQ(sign_in(), "/console/numbers");
    ASSERT_EQ(people.size(), 1U);
    EXPECT_EQ(people.front().subject, "248289761001");
    EXPECT_EQ(people.front().issuer, issuer);
    EXPECT_EQ(provider.count("/userinfo"), 0)
        << "whoever is found by the subject alone is not asked about";
    for (const auto& [algorithm, curve] :
         {std::pair{"ES256", CJOSE_JWK_EC_P_256},
          {"ES384", CJOSE_JWK_EC_P_384},
          {"ES512", CJOSE_JWK_EC_P_521}}) {
        const auto key = ec_key(curve);
        provider.keys = {published(the_rsa_key(), "one"), published(key.get(), "two")};
        provider.key = key.get();
        provider.head = {{"alg", algorithm}, {"kid", "two"}};
        now += std::chrono::hours(2);
        provider.now = now;
        EXPECT_EQ(sign_in(), "/console/numbers") << algorithm << warnings;
    }
    provider.keys = {published(the_rsa_key(), "one")};
    provider.key = the_rsa_key();
    for (const std::string algorithm : {"RS384", "RS512", "PS256", "PS384", "PS512"}) {
        provider.head = {{"alg", algorithm}};  // without a name: there is one that fits
        now += std::chrono::hours(2);
        provider.now = now;
        EXPECT_EQ(sign_in(), "/console/numbers") << algorithm << warnings;
    }
}

TEST_F(Provider, IsAskedForACodeAndShownWhatNobodyElseKnows) {
    const auto way = begin();
    EXPECT_THAT(
        way.location, StartsWith(issuer + "/auth?tenant=1&response_type=code&client_id=porteur&")
    );
    EXPECT_EQ(
        value_in(way.location, "redirect_uri"),
        "https://porteur.example.net/v1/session/oidc/corp/return"
    );
    EXPECT_EQ(value_in(way.location, "scope"), "openid email");
    EXPECT_EQ(value_in(way.location, "code_challenge_method"), "S256");
    EXPECT_GE(value_in(way.location, "state").size(), 43U);
    EXPECT_NE(value_in(way.location, "state"), value_in(way.location, "nonce"));
    EXPECT_THAT(way.kept, Not(HasSubstr(value_in(way.location, "state"))));
    finish(back(way));
    const auto& asked = *std::ranges::find_if(provider.asked, [](const auto& each) {
        return each.url_or_path.ends_with("/token");
    });
    EXPECT_EQ(
        pkce_challenge(value_in(asked.body, "code_verifier")),
        value_in(way.location, "code_challenge")
    );
    EXPECT_EQ(value_in(asked.body, "redirect_uri"), value_in(way.location, "redirect_uri"));
    EXPECT_EQ(value_in(asked.body, "client_secret"), "");
    // base 64 of "porteur:s%2Fe%20c"
    EXPECT_NE(
        std::ranges::find(
            asked.headers,
            std::pair<std::string, std::string>("authorization", "Basic cG9ydGV1cjpzJTJGZSUyMGM=")
        ),
        asked.headers.end()
    );
    // @source RFC 7636, appendix B
    EXPECT_EQ(
        pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

TEST_F(Provider, GetsTheSecretInTheBodyOnlyWhereItTakesItNowhereElse) {
    provider.page["token_endpoint_auth_methods_supported"] = json::array{"client_secret_post"};
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(value_in(provider.asked.at(1).body, "client_secret"), "s/e c");
    made.reset();
    settings.client_secret = {};
    provider.asked.clear();
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(value_in(provider.asked.at(1).body, "client_id"), "porteur");
    EXPECT_EQ(value_in(provider.asked.at(1).body, "client_secret"), "");
}

TEST_F(Provider, IsRefusedForWhatATokenSaysWrongly) {
    const auto at = [&](int seconds) {
        return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() + seconds;
    };
    const auto wrong = [&](std::string_view name, json::value value, std::string_view why) {
        provider.claims = {{name, std::move(value)}};
        expect_refused(why);
    };
    wrong("iss", "https://other.example.net", "not of \"https://login.example.net\"");
    wrong("iss", json::string(issuer + "/"), "\"iss\"");
    wrong("aud", "somebody else", "\"aud\"");
    wrong("aud", json::array{"somebody else"}, "\"aud\"");
    wrong("aud", json::array{"porteur", "somebody else"}, "\"azp\"");
    wrong("azp", "somebody else", "\"azp\"");
    wrong("nonce", "of another sign-in", "\"nonce\"");
    wrong("exp", at(-61), "has expired");
    wrong("iat", at(90), "in the future");
    wrong("iat", at(-700), "long ago");
    wrong("nbf", at(90), "\"nbf\"");
    wrong("exp", "tomorrow", "\"exp\"");
    wrong("sub", "", "\"sub\"");
    wrong("sub", 7, "\"sub\"");
    wrong("sub", json::string(std::string(256, 'x')), "\"sub\"");
    wrong("at_hash", "77QmUPtjPfzWtF2AnpK9RQ", "\"at_hash\"");
    provider.claims = {};
    for (const std::string name : {"iss", "aud", "nonce", "exp", "iat", "sub"}) {
        provider.without = {name};
        expect_refused(name);
    }
    provider.without = {};
    provider.claims = {
        {"aud", json::array{"porteur", "somebody else"}},
        {"azp", "porteur"},
        {"exp", at(-30)},
        {"iat", at(30)}
    };
    EXPECT_EQ(sign_in(), "/console/numbers") << "clocks may differ by a minute";
}

TEST_F(Provider, IsRefusedForASignatureThatIsNotItsOwn) {
    provider.key = another_rsa_key();
    expect_refused("the signature of the ID token is not");
    provider.key = the_rsa_key();
    provider.change = [](std::string token) {
        auto at = token.find('.') + 10;
        token[at] = token[at] == 'A' ? 'B' : 'A';
        return token;
    };
    expect_refused("the signature of the ID token is not");
    provider.change = [](std::string token) { return token.substr(0, token.rfind('.') + 1); };
    expect_refused("ID token");
    // "none": {"alg":"none","kid":"one"}
    provider.change = [](std::string token) {
        return base64url(R"({"alg":"none","kid":"one"})") +
               token.substr(token.find('.'), token.rfind('.') - token.find('.') + 1);
    };
    expect_refused("\"none\"");
    provider.change = [](std::string token) {
        return base64url(R"({"alg":"NoNe"})") + token.substr(token.find('.'));
    };
    expect_refused("\"NoNe\"");
    provider.change = [](std::string token) { return token + ".x"; };
    expect_refused("no signed JSON Web Token");
    provider.change = [](std::string) { return std::string("x.y"); };
    expect_refused("no signed JSON Web Token");
    provider.change = [](std::string token) { return std::string(70'000, 'x') + token; };
    expect_refused("64 KiB");
}

TEST_F(Provider, IsRefusedForItsPublicKeyAsASecret) {
    cjose_err wrong{};
    const auto text = canonical(published(the_rsa_key(), "one"));
    const Key secret(cjose_jwk_create_oct_spec(
        reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &wrong
    ));
    provider.key = secret.get();
    provider.head = {{"alg", "HS256"}, {"kid", "one"}};
    expect_refused("\"HS256\"");
}

TEST_F(Provider, IsRefusedWhereAlgorithmAndKeyDoNotFit) {
    const auto ec = ec_key();
    provider.keys = {
        published(the_rsa_key(), "one"), published(ec.get(), "two"),
        published(another_rsa_key(), "three", {{"use", "enc"}}),
        published(another_rsa_key(), "four", {{"alg", "RS512"}}),
        published(another_rsa_key(), "five", {{"key_ops", json::array{"sign"}}})
    };
    const auto with = [&](const cjose_jwk_t* key, json::object head, std::string_view why) {
        provider.key = key;
        provider.head = std::move(head);
        expect_refused(why);
    };
    with(ec.get(), {{"alg", "ES256"}, {"kid", "one"}}, "publishes no such key");
    with(the_rsa_key(), {{"alg", "RS256"}, {"kid", "two"}}, "publishes no such key");
    with(another_rsa_key(), {{"alg", "RS256"}, {"kid", "three"}}, "publishes no such key");
    with(another_rsa_key(), {{"alg", "RS256"}, {"kid", "four"}}, "publishes no such key");
    with(another_rsa_key(), {{"alg", "RS256"}, {"kid", "five"}}, "publishes no such key");
    with(
        the_rsa_key(), {{"alg", "RS256"}, {"kid", "one"}, {"crit", json::array{"exp"}}}, "\"crit\""
    );
    // A curve that is not the algorithm's.
    const auto longer = ec_key(CJOSE_JWK_EC_P_384);
    provider.keys = {published(longer.get(), "two")};
    made.reset();  // it keeps them for an hour
    with(ec.get(), {{"alg", "ES256"}, {"kid", "two"}}, "publishes no such key");
    const auto short_key = rsa_key(1024);
    provider.keys = {published(short_key.get(), "one")};
    made.reset();
    with(short_key.get(), {{"alg", "RS256"}, {"kid", "one"}}, "2048 bits");
}

TEST_F(Provider, IsAskedForItsKeysAgainWhenItUsesAnotherButNotEachTime) {
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(provider.count("/keys"), 1);
    EXPECT_EQ(provider.count("openid-configuration"), 1);
    provider.keys = {published(another_rsa_key(), "two")};
    provider.key = another_rsa_key();
    provider.head["kid"] = "two";
    EXPECT_EQ(sign_in(), "/console/numbers") << warnings;
    EXPECT_EQ(provider.count("/keys"), 2);
    provider.head["kid"] = "nobody's";
    for (int times = 0; times < 3; ++times) EXPECT_THAT(sign_in(), HasSubstr("wrong-answer"));
    EXPECT_EQ(provider.count("/keys"), 2) << "within the same minute";
    now += std::chrono::minutes(2);
    provider.now = now;
    EXPECT_THAT(sign_in(), HasSubstr("wrong-answer"));
    EXPECT_EQ(provider.count("/keys"), 3);
    now += std::chrono::hours(2);
    provider.now = now;
    provider.head["kid"] = "two";
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(provider.count("openid-configuration"), 2) << "an hour, unless it says for how long";
    EXPECT_EQ(kept_for("max-age=600"), std::chrono::seconds(600));
    EXPECT_EQ(kept_for("public, max-age=1"), std::chrono::minutes(5));
    EXPECT_EQ(kept_for("max-age=99999999"), std::chrono::hours(24));
    EXPECT_EQ(kept_for("no-store"), std::chrono::minutes(5));
    EXPECT_EQ(kept_for(""), std::chrono::hours(1));
}

TEST_F(Provider, IsBelievedOnlyWhatThisBrowserBeganHere) {
    const std::string again = "/console/?sign_in=again&provider=corp";
    const auto way = begin();
    auto wish = back(way);
    wish.state.clear();
    EXPECT_EQ(finish(wish).location, again) << "without a state";
    wish.state = "another";
    EXPECT_EQ(finish(wish).location, again) << "with another one";
    wish = back(way);
    wish.kept = begin().kept;
    EXPECT_EQ(finish(wish).location, again) << "with the cookie of another sign-in";
    wish.kept.clear();
    EXPECT_EQ(finish(wish).location, again) << "without a cookie";
    wish.kept = Sealing(MasterKey(std::string(32, 'x'))).close("{}", "session.oidc");
    EXPECT_EQ(finish(wish).location, again) << "with a cookie that we did not make";
    EXPECT_THAT(people, IsEmpty());
    EXPECT_EQ(provider.count("/token"), 0);
    provider.nonce = value_in(way.location, "nonce");
    EXPECT_EQ(finish(back(way)).location, "/console/numbers");
    EXPECT_EQ(finish(back(way)).location, again) << "the same a second time";
    EXPECT_EQ(people.size(), 1U);
    const auto late = begin();
    now += std::chrono::minutes(10);
    EXPECT_EQ(finish(back(late)).location, again) << "after ten minutes";
}

TEST_F(Provider, IsNotMixedUpWithAnother) {
    const auto way = begin();
    auto wish = back(way);
    wish.provider = "other";
    EXPECT_EQ(finish(wish).location, "/console/?sign_in=again&provider=other");
    wish = back(way);
    wish.issuer = "https://other.example.net";
    EXPECT_EQ(finish(wish).location, "/console/numbers?sign_in=wrong-answer&provider=corp");
    EXPECT_THAT(warnings, HasSubstr("the return names the issuer"));
    EXPECT_EQ(provider.count("/token"), 0) << "the code is shown to nobody";
    made.reset();
    provider.page["authorization_response_iss_parameter_supported"] = true;
    EXPECT_EQ(finish(back(begin())).location, "/console/numbers?sign_in=wrong-answer&provider=corp")
        << "it always says so, but not now";
    auto named = back(begin());
    named.issuer = issuer;
    EXPECT_EQ(finish(named).location, "/console/numbers");
}

TEST_F(Provider, SendsNobodyOutsideTheConsole) {
    for (const std::string to :
         {"https://evil.example/console/", "//evil.example", "/console", "/consoles/",
          "/v1/session", "/console//evil.example", "/console/../v1", "/console/./",
          "/console/\\evil.example", "/console/a b", "/console/\r\nSet-Cookie:x", "/console/é",
          "/console/#x", "console/", "/console/%2e%2e/v1",
          "/console/a/.%2E/b", "/console/%2E"}) {
        EXPECT_FALSE(is_console_page(to)) << to;
        EXPECT_FALSE(
            run(desk().begin({.provider = "corp", .to = to, .host = "h", .address = address}))
        ) << to;
    }
    EXPECT_FALSE(is_console_page("/console/" + std::string(1000, 'a')));
    for (const std::string to :
         {"/console/", "/console/numbers", "/console/numbers?q=a%20b&sort=-number",
          "/console/orders/port/01JD9Y4V8K3ZQ"})
        EXPECT_TRUE(is_console_page(to)) << to;
    EXPECT_EQ(begin("").kept.empty(), false);
    EXPECT_EQ(finish(back(begin(""))).location, "/console/");
    auto denied = back(begin("/console/numbers?q=1"));
    denied.error = "access_denied";
    EXPECT_EQ(finish(denied).location, "/console/numbers?q=1&sign_in=denied&provider=corp");
}

TEST_F(Provider, IsSaidToBeDownOrWrong) {
    const std::string wrong = "/console/numbers?sign_in=wrong-answer&provider=corp",
                      down = "/console/numbers?sign_in=unavailable&provider=corp";
    provider.token_status = 400;
    expect_refused("\"invalid_grant\"");
    provider.token_status = 502;
    EXPECT_EQ(sign_in(), down);
    provider.token_status = 200;
    for (const std::string body : {"<html>", "[]", "{}", R"({"id_token":7})"}) {
        provider.token_body = body;
        EXPECT_EQ(sign_in(), wrong) << body;
    }
    provider.token_body.clear();
    const auto right = provider.page;
    const auto with = [&](std::string_view name, json::value value) {
        provider.page = right;
        provider.page[name] = std::move(value);
        made.reset();
        const auto way = begin();
        EXPECT_EQ(way.location, wrong) << name;
        EXPECT_THAT(way.kept, IsEmpty());
    };
    with("issuer", "https://other.example.net");
    with("issuer", json::string(issuer + "/"));
    with("authorization_endpoint", "http://login.example.net/auth");
    with("token_endpoint", nullptr);
    with("jwks_uri", "javascript:alert(1)");
    with("authorization_endpoint", json::string(issuer + "/auth\r\nSet-Cookie: x=1"));
    with("response_types_supported", json::array{"id_token"});
    settings.issuer = "http://127.0.0.1:9";
    provider.page = right;
    provider.page["issuer"] = settings.issuer;
    with("token_endpoint", "http://login.example.net/token");
}

TEST_F(Provider, IsAskedForNoMoreThanSomeAttemptsAMinute) {
    provider.key = another_rsa_key();
    for (int times = 0; times < 10; ++times) EXPECT_THAT(sign_in(), HasSubstr("wrong-answer"));
    EXPECT_EQ(finish(back(begin())).location, "/console/?sign_in=too-many&provider=corp");
    address = "192.0.2.2";
    provider.key = the_rsa_key();
    EXPECT_EQ(sign_in(), "/console/numbers") << "another address is another person";
    for (int times = 1; times < 60; ++times) EXPECT_EQ(sign_in(), "/console/numbers") << times;
    EXPECT_EQ(begin().location, "/console/numbers?sign_in=too-many&provider=corp")
        << "nor is it sent everybody";
}

TEST_F(Provider, AReturnThatBringsNothingOfOursUsesUpNoAttempt) {
    auto bare = back(begin());
    bare.kept.clear();
    for (int times = 0; times < 30; ++times)
        EXPECT_EQ(finish(bare).location, "/console/?sign_in=again&provider=corp") << times;
    EXPECT_EQ(sign_in(), "/console/numbers");
}

TEST_F(Provider, IsAskedWhoItIsWhereTheTokenDoesNotSayTheLogin) {
    settings.link = ProviderSettings::Link::login;
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(people.back().login, "ada@example.net");
    EXPECT_FALSE(people.back().unverified);
    EXPECT_TRUE(people.back().may_link);
    provider.userinfo["email_verified"] = false;
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_TRUE(people.back().unverified);
    provider.userinfo["sub"] = "somebody else";
    people.clear();
    expect_refused("is of somebody else");
    const auto before = provider.count("/userinfo");
    provider.claims = {{"email", "eve@example.net"}, {"email_verified", "true"}};
    EXPECT_EQ(sign_in(), "/console/numbers");
    EXPECT_EQ(people.back().login, "eve@example.net");
    EXPECT_EQ(provider.count("/userinfo"), before);
}

}  // namespace
}  // namespace porteur
