// SPDX-License-Identifier: Apache-2.0
// Signing in at a provider of OpenID Connect: porteurd, two real providers (oidc-provider, which is
// certified) on loopback, and curl with its jar of cookies for a browser. It fills in the
// provider's own pages. One provider signs with RS256 and knows porteurd by a secret, the other
// with ES256 and by PKCE alone.
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "../../faults/program.hpp"
#include "../../unit/api/api_client.hpp"
#include "access/totp.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* password = "correct horse battery";
const std::string secret = "a secret of eight words that nobody else has + / %";

/// Why the provider cannot be had here; empty: it can.
std::string left_out() {
    const auto ended =
        run({"/bin/sh", "-c", PORTEUR_NPM_PACKAGES " " PORTEUR_PROVIDER_FOLDER " 2>&1"});
    if (ended.status == 0) return {};
    return ended.output.empty() ? "the packages of the provider cannot be had" : ended.output;
}

struct Seen {
    int status = 0;
    std::string location, cookies, body;
};

/// A browser without scripts.
class Browser {
public:
    explicit Browser(fs::path jar) : jar_(std::move(jar)) {}

    Seen get(const std::string& url) const { return go({url}); }
    Seen post(const std::string& url, const std::string& form) const {
        return go({"-d", form, url});
    }
    Seen post_json(const std::string& url, const std::string& json) const {
        return go({"-H", "Content-Type: application/json", "-d", json, url});
    }
    /// Forgets who it was.
    void forget() const { fs::remove(jar_); }
    fs::path jar() const { return jar_; }

private:
    Seen go(std::vector<std::string> words) const {
        std::vector<std::string> line{
            "/usr/bin/curl", "-s",         "-i", "-b", jar_.string(), "-c",
            jar_.string(),   "--max-time", "30"
        };
        line.insert(line.end(), words.begin(), words.end());
        const auto text = run(line).output;
        Seen seen;
        std::istringstream in(text);
        std::string row;
        std::getline(in, row);
        if (row.size() > 12) seen.status = std::stoi(row.substr(9, 3));
        while (std::getline(in, row) && row != "\r") {
            if (row.ends_with('\r')) row.pop_back();
            std::string name = row.substr(0, row.find(':'));
            for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
            const auto value = row.substr(std::min(name.size() + 2, row.size()));
            if (name == "location") seen.location = value;
            if (name == "set-cookie") seen.cookies += value + "\n";
        }
        std::ostringstream rest;
        rest << in.rdbuf();
        seen.body = rest.str();
        return seen;
    }
    fs::path jar_;
};

std::string first_match(const std::string& text, const std::string& pattern) {
    std::smatch found;
    return std::regex_search(text, found, std::regex(pattern)) ? found[1].str() : std::string();
}

std::string form_encoded(const std::string& text) {
    std::string out;
    for (const char letter : text)
        out += letter == '@' ? std::string("%40") : std::string(1, letter);
    return out;
}

class AtAProvider : public ::testing::Test {
protected:
    static void SetUpTestSuite() { missing = left_out(); }

    void SetUp() override {
        if (!missing.empty()) GTEST_SKIP() << missing;
        fs::create_directories(folder);
        rs = Program::serve(
            {"/usr/bin/env", "node", PORTEUR_PROVIDER_FOLDER "/provider.mjs", "rs256", secret},
            (folder / "rs.log").string()
        );
        es = Program::serve(
            {"/usr/bin/env", "node", PORTEUR_PROVIDER_FOLDER "/provider.mjs", "es256"},
            (folder / "es.log").string()
        );
        write("client_secret", secret + "\n");
        begin("");
    }
    void TearDown() override {
        if (HasFailure()) {
            for (const auto* name : {"log", "rs.log", "es.log"})
                std::cout << name << ":\n" << std::ifstream(folder / name).rdbuf() << "\n";
        }
        for (auto* each : {&daemon, &rs, &es}) *each = Program();
        fs::remove_all(folder);
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
        fs::permissions(folder / name, fs::perms(0600));
    }
    /// porteurd with both providers. @param more  settings of both
    void begin(const std::string& more) {
        write(
            "porteur.toml",
            "store = \"sqlite:porteur.db\"\nkey = { file = \"porteur.key\" }\n[api]\nport = "
            "0\n[documents]\nfolder = \"documents\"\n"
            "[plugins]\nfolders = []\n[log]\nlevel = \"warning\"\n"
            "[sign_in.oidc.rs]\ntitle = \"Firm\"\nissuer = \"http://localhost:" +
                std::to_string(rs.port()) +
                "\"\nclient_id = \"porteur\"\nclient_secret = { file = \"client_secret\" }\n" +
                more + "[sign_in.oidc.es]\nissuer = \"http://localhost:" +
                std::to_string(es.port()) + "\"\nclient_id = \"porteur\"\n" + more
        );
        if (!fs::exists(folder / "porteur.key")) {
            ASSERT_EQ(porteurd("init").status, 0);
            token = porteurd("token create --name installation").output;
            while (token.ends_with('\n')) token.pop_back();
        }
        daemon = Program();
        daemon = Program::serve(
            {PORTEUR_DAEMON, "--config", folder.string()}, (folder / "log").string()
        );
        for (const auto& [provider, name] :
             {std::pair<Program*, std::string>{&rs, "rs"}, {&es, "es"}})
            ASSERT_EQ(
                browser
                    .post(
                        "http://localhost:" + std::to_string(provider->port()) + "/setup",
                        R"({"redirect_uri":")" + here("/v1/session/oidc/" + name + "/return") +
                            "\"}"
                    )
                    .status,
                204
            );
        browser.forget();
    }
    Ended porteurd(const std::string& words) const {
        return run({"/bin/sh", "-c", PORTEUR_DAEMON " --config " + folder.string() + " " + words});
    }
    /// The command line, for whoever administers the installation.
    std::string porteur(const std::string& words) const {
        return run({"/bin/sh", "-c",
                    "PORTEUR_URL=" + here("") + " PORTEUR_TOKEN=" + token +
                        " " PORTEUR_PROGRAM " " + words + " 2>&1"})
            .output;
    }
    std::string here(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(daemon.port()) + path;
    }
    Reply ask(Sent sent) const {
        Client client(static_cast<std::uint16_t>(daemon.port()));
        client.send(sent.bytes());
        return client.receive();
    }
    Reply by_token(
        const std::string& method, const std::string& target, const std::string& body = {}
    ) {
        return ask(
            {.method = method,
             .target = target,
             .token = token,
             .body = body,
             .key = body.empty() ? "" : "key-" + std::to_string(++key)}
        );
    }
    /// Somebody of the system's account. @return their id
    std::string person(const std::string& login) {
        const auto made = by_token(
            "POST", "/v1/users",
            R"({"login":")" + login + R"(","name":"N","password":")" + password + "\"}"
        );
        EXPECT_EQ(made.status, 201) << made.body;
        return made.text("id");
    }
    void link(const std::string& id, const std::string& provider, const std::string& subject) {
        const auto done = ask(
            {.method = "POST",
             .target = "/v1/users/" + id + "/link",
             .token = token,
             .body = R"({"provider":")" + provider + R"(","subject":")" + subject + "\"}"}
        );
        EXPECT_EQ(done.status, 200) << done.body;
    }

    /// Goes through the provider's pages as this person, until it sends the browser back here.
    /// @param as  empty: presses Cancel
    std::string back_from(
        const std::string& provider, const std::string& as,
        const std::string& to = "/console/numbers"
    ) {
        auto seen = browser.get(here("/v1/session/oidc/" + provider + "?to=" + to));
        EXPECT_EQ(seen.status, 302) << seen.body;
        const auto site = "http://localhost:" + std::to_string((provider == "rs" ? rs : es).port());
        for (int steps = 0; steps < 20; ++steps) {
            if (seen.status / 100 == 3) {
                if (seen.location.starts_with(here(""))) return seen.location;
                if (seen.location.starts_with("/console/"))
                    return seen.location;  // porteurd said no at once
                seen = browser.get(
                    seen.location.starts_with("/") ? site + seen.location : seen.location
                );
                continue;
            }
            const auto action = first_match(seen.body, "action=\"([^\"]+)\"");
            if (seen.status != 200 || action.empty()) break;
            const auto prompt = first_match(seen.body, "name=\"prompt\" value=\"([^\"]+)\"");
            if (as.empty())
                seen = browser.get(first_match(seen.body, "href=\"([^\"]+/abort)\""));
            else
                seen = browser.post(
                    action, prompt == "login"
                                ? "prompt=login&login=" + form_encoded(as) + "&password=x"
                                : "prompt=" + prompt
                );
        }
        if (seen.status / 100 != 3)
            ADD_FAILURE() << "the provider did not send the browser back: " << seen.status << "\n"
                          << seen.body;
        return seen.location;
    }
    /// The whole way. @return where porteurd sends the browser
    Seen sign_in(const std::string& provider, const std::string& as) {
        browser.forget();
        return browser.get(back_from(provider, as));
    }
    /// Who porteurd says that the browser is; empty: nobody.
    std::string who() const {
        const auto seen = browser.get(here("/v1/session"));
        return seen.status == 200 ? first_match(seen.body, "\"login\":\"([^\"]+)\"")
                                  : std::string();
    }
    /// The newest record of an action, as JSON.
    std::string audit(const std::string& action) {
        return by_token("GET", "/v1/audit?limit=1&action=" + action).body;
    }

    static inline std::string missing;
    const fs::path folder = fs::path(::testing::TempDir()) / ("oidc." + std::to_string(getpid()));
    Program rs, es, daemon;
    std::string token;
    int key = 0;
    Browser browser{folder / "jar"};
};

TEST_F(AtAProvider, WhoeverIsLinkedIsSignedInWhereTheyWereByEitherProvider) {
    link(person("a.lovelace"), "rs", "ada");
    link(person("b.bolzano"), "es", "bob");
    for (const auto& [provider, login] :
         {std::pair<std::string, std::string>{"rs", "a.lovelace"}, {"es", "b.bolzano"}}) {
        const auto seen = sign_in(provider, provider == "rs" ? "ada" : "bob");
        EXPECT_EQ(seen.status, 302);
        EXPECT_EQ(seen.location, "/console/numbers");
        EXPECT_THAT(
            seen.cookies, AllOf(
                              HasSubstr("porteur_session="), HasSubstr("SameSite=Strict"),
                              HasSubstr("HttpOnly"), HasSubstr("Secure")
                          )
        );
        EXPECT_THAT(seen.cookies, HasSubstr("porteur_oidc=; "));
        EXPECT_EQ(who(), login);
        EXPECT_THAT(
            audit("session.began"),
            AllOf(HasSubstr("\"@" + login + "\""), HasSubstr(R"({"provider":")" + provider + "\"}"))
        );
    }
    EXPECT_EQ(
        browser.get(here("/v1/session/providers")).body,
        R"({"providers":[{"name":"es","title":"es"},{"name":"rs","title":"Firm"}]})"
    );
}

TEST_F(AtAProvider, WhoeverIsNotKnownHereIsToldSoAndTheRefusalIsWrittenDown) {
    const auto ada = person("ada@example.net");
    const auto seen = sign_in("rs", "ada");
    EXPECT_EQ(seen.location, "/console/numbers?sign_in=unknown-person&provider=rs");
    EXPECT_EQ(who(), "");
    EXPECT_THAT(
        audit("session.refused"),
        AllOf(HasSubstr("unknown-person"), HasSubstr(R"("subject":"ada")"))
    );
    // What an administrator does about it.
    EXPECT_THAT(
        porteur("user link " + ada + " --provider rs --subject ada"),
        AllOf(HasSubstr("Signs in at"), HasSubstr(", as ada"))
    );
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers");
    EXPECT_THAT(porteur("user unlink " + ada), Not(HasSubstr("Signs in at")));
    EXPECT_THAT(
        porteur("user link " + ada + " --provider nobody --subject ada"),
        HasSubstr("there is no provider")
    );
}

TEST_F(AtAProvider, ALoginThatIsAVerifiedAddressLinksThePersonOnce) {
    begin("link = \"login\"\n");
    person("ada@example.net");
    person("unverified@example.net");
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers");
    EXPECT_EQ(who(), "ada@example.net");
    EXPECT_THAT(audit("user.linked"), AllOf(HasSubstr(R"("subject":"ada")"), HasSubstr("\"rs\"")));
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers");
    // The other provider's "ada" says the same address, and is nobody here.
    EXPECT_EQ(sign_in("es", "ada").location, "/console/numbers?sign_in=unknown-person&provider=es");
    EXPECT_EQ(
        sign_in("rs", "unverified").location, "/console/numbers?sign_in=unverified&provider=rs"
    );
    EXPECT_EQ(
        sign_in("rs", "stranger").location, "/console/numbers?sign_in=unknown-person&provider=rs"
    );
}

TEST_F(AtAProvider, WhoeverHasNoLoginIsMadeWhereTheSettingsSayInWhichAccount) {
    const auto account = by_token("POST", "/v1/tenants", R"({"kind":"company","name":"Firm"})");
    ASSERT_EQ(account.status, 201) << account.body;
    begin(
        "create_in = " + std::to_string(account.document().at("id").to_number<std::int64_t>()) +
        "\nlogin_claim = \"preferred_username\"\nscopes = [\"openid\", \"profile\"]\n"
    );
    person("ada");
    EXPECT_EQ(sign_in("rs", "newcomer").location, "/console/numbers");
    EXPECT_EQ(who(), "newcomer");
    EXPECT_THAT(by_token("GET", "/v1/users?q=newcomer").body, HasSubstr(R"("subject":"newcomer")"));
    // Not allowed to take over a login that there is.
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers?sign_in=unknown-person&provider=rs");
}

TEST_F(AtAProvider, OurOwnSecondFactorIsAskedForOnlyWhereTheSettingsSaySo) {
    const auto ada = person("ada");
    link(ada, "rs", "ada");
    const auto in = ask(
        {.method = "POST",
         .target = "/v1/session",
         .token = "",
         .body = R"({"login":"ada","password":")" + std::string(password) + "\"}"}
    );
    auto cookie = in.field("set-cookie");
    cookie = cookie.substr(0, cookie.find(';'));
    const auto post = [&](const std::string& target, const std::string& body) {
        return ask(
            {.method = "POST",
             .target = target,
             .token = "",
             .body = body,
             .fields = {{"Cookie", cookie}, {"Porteur-Csrf", in.text("csrf")}}}
        );
    };
    const auto totp =
        post("/v1/session/second-factor", R"({"password":")" + std::string(password) + "\"}")
            .text("secret");
    const auto code = [&](int steps) {
        return totp_code(
            totp, totp_step_at(std::chrono::floor<std::chrono::milliseconds>(
                      std::chrono::system_clock::now()
                  )) + steps
        );
    };
    ASSERT_EQ(
        post("/v1/session/second-factor/confirm", R"({"code":")" + code(0) + "\"}").status, 200
    );
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers");

    begin("require_second_factor = true\n");
    link(person("b.bolzano"), "es", "bob");
    EXPECT_EQ(
        sign_in("es", "bob").location, "/console/numbers?sign_in=no-second-factor&provider=es"
    );
    const auto half = sign_in("rs", "ada");
    EXPECT_EQ(half.location, "/console/numbers?sign_in=code&provider=rs");
    EXPECT_THAT(half.cookies, Not(HasSubstr("porteur_session=")));
    EXPECT_EQ(who(), "");
    EXPECT_EQ(browser.post_json(here("/v1/session/oidc"), R"({"code":"000000"})").status, 401);
    EXPECT_EQ(
        browser.post_json(here("/v1/session/oidc"), R"({"code":")" + code(1) + "\"}").status, 200
    );
    EXPECT_EQ(who(), "ada");
}

TEST_F(AtAProvider, WhatComesBackTwiceOrToAnotherBrowserOrByAnotherProviderSignsNobodyIn) {
    link(person("a.lovelace"), "rs", "ada");
    const auto address = back_from("rs", "ada");
    const auto kept = folder / "kept";
    fs::copy_file(browser.jar(), kept);

    const Browser other(folder / "other");
    EXPECT_EQ(other.get(address).location, "/console/?sign_in=again&provider=rs");
    // The other provider's way back, with this one's code.
    auto mixed = address;
    mixed.replace(mixed.find("/oidc/rs/"), 9, "/oidc/es/");
    EXPECT_EQ(Browser(kept).get(mixed).location, "/console/?sign_in=again&provider=es");
    fs::copy_file(browser.jar(), kept, fs::copy_options::overwrite_existing);
    EXPECT_EQ(browser.get(address).location, "/console/numbers");
    EXPECT_EQ(who(), "a.lovelace");
    const auto again = Browser(kept).get(address);
    EXPECT_EQ(again.location, "/console/?sign_in=again&provider=rs");
    EXPECT_THAT(again.cookies, Not(HasSubstr("porteur_session=")));
}

TEST_F(AtAProvider, ACodeThatWasUsedBeforeOrIsNobodysSignsNobodyIn) {
    link(person("a.lovelace"), "rs", "ada");
    auto address = back_from("rs", "ada");
    address.replace(address.find("code=") + 5, 8, "AAAAAAAA");
    const auto seen = browser.get(address);
    EXPECT_EQ(seen.location, "/console/numbers?sign_in=wrong-answer&provider=rs");
    EXPECT_EQ(who(), "");
    std::ifstream log(folder / "log");
    std::ostringstream said;
    said << log.rdbuf();
    EXPECT_THAT(said.str(), AllOf(HasSubstr("invalid_grant"), Not(HasSubstr(secret))));
}

TEST_F(AtAProvider, WhoeverCancelsThereIsBackOnTheSignInPage) {
    EXPECT_EQ(sign_in("es", "").location, "/console/numbers?sign_in=denied&provider=es");
}

TEST_F(AtAProvider, WhoeverMayNotSignInIsRefusedHoweverWellTheProviderKnowsThem) {
    const auto ada = person("ada");
    link(ada, "rs", "ada");
    ASSERT_EQ(sign_in("rs", "ada").location, "/console/numbers");
    ASSERT_EQ(by_token("PATCH", "/v1/users/" + ada, R"({"disabled":true})").status, 200);
    EXPECT_EQ(who(), "");
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers?sign_in=not-allowed&provider=rs");
    EXPECT_THAT(audit("session.refused"), AllOf(HasSubstr("\"@ada\""), HasSubstr("not-allowed")));
    ASSERT_EQ(by_token("PATCH", "/v1/users/" + ada, R"({"disabled":false})").status, 200);
    ASSERT_EQ(
        ask({.method = "DELETE", .target = "/v1/users/" + ada + "/link", .token = token}).status,
        200
    );
    EXPECT_THAT(audit("user.unlinked"), HasSubstr(R"("subject":"ada")"));
    EXPECT_EQ(sign_in("rs", "ada").location, "/console/numbers?sign_in=unknown-person&provider=rs");
}

TEST_F(AtAProvider, AProviderThatIsDownIsSaidToBe) {
    es = Program();
    EXPECT_EQ(back_from("es", "ada"), "/console/numbers?sign_in=unavailable&provider=es");
    EXPECT_EQ(browser.get(here("/v1/session/oidc/nobody")).status, 404);
    for (const std::string to :
         {"https://evil.example", "//evil.example", "/console/..//evil", "/console/%5C%5Cevil",
          "/consoles/", "/v1/session"})
        EXPECT_EQ(browser.get(here("/v1/session/oidc/rs?to=" + to)).status, 400) << to;
}

}  // namespace
}  // namespace porteur::testing
