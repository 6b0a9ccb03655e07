// SPDX-License-Identifier: Apache-2.0
// porteurd and a receiver of web hooks that fails in every way that it can: each event arrives at
// least once, in order, and none is lost, whoever is killed when.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <map>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

struct Message {
    std::string id, kind, signature, path;
    int answered = 0;
    bool is_signed = false;
};

class WebhooksOut : public DaemonWorld {
protected:
    /// @param settings  of the table [webhooks]
    void begin(
        const std::string& settings =
            "allow = [\"127.0.0.1\"]\nretry = [\"20ms\", \"50ms\", \"200ms\", \"200ms\", "
            "\"400ms\", \"5s\"]\n"
    ) {
        answer("200");
        receive();
        host_settings("level = \"info\"\n[webhooks]\n" + settings + "timeout = \"1s\"\n");
        account("acme", first);
        start();
    }
    void answer(const std::string& mode) const {
        write("mode.new", mode);
        std::filesystem::rename(folder / "mode.new", folder / "mode");
    }
    /// Starts the receiver, at the port that it had.
    void receive() {
        if (!std::filesystem::exists(folder / "secret")) write("secret", "whsec_AAAA");
        std::vector<std::string> words{
            "/usr/bin/python3",
            PORTEUR_TEST_RECEIVER "/receiver.py",
            std::to_string(receiver_port),
            folder / "received",
            folder / "mode",
            folder / "secret"
        };
        if (!pem.empty()) words.push_back(pem);
        receiver = Program::serve(words, folder / "receiver.log");
        receiver_port = receiver.port();
    }
    std::string url(const std::string& path = "/hook") const {
        return "http://127.0.0.1:" + std::to_string(receiver_port) + path;
    }
    /// Adds a web hook that begins with the first event of all. @return its id
    std::string hook(json::object more = {}) {
        more["url"] = url();
        more["enabled"] = false;
        if (!more.contains("after")) more["after"] = "0";
        const auto reply = ask("POST", "/v1/webhooks", "hook-" + std::to_string(++hooks), more);
        EXPECT_EQ(reply.status, 201) << reply.body;
        const auto made = json::parse(reply.body);
        // Off until the receiver has the secret.
        write("secret", std::string(made.at("secret").as_string()));
        const std::string id(made.at("id").as_string());
        EXPECT_EQ(
            ask("PATCH", "/v1/webhooks/" + id, "", json::object{{"enabled", true}}).status, 200
        );
        return id;
    }
    std::vector<Message> received() const {
        std::vector<Message> out;
        std::ifstream file(folder / "received");
        for (std::string line; std::getline(file, line);) {
            const auto read = parse_json(line);
            if (!read) continue;  // half a line: its writer was killed
            const auto body = json::parse(read->at("body").as_string());
            out.push_back(
                {.id = std::string(read->at("headers").at("webhook-id").as_string()),
                 .kind = std::string(body.at("type").as_string()),
                 .signature = std::string(read->at("headers").at("webhook-signature").as_string()),
                 .path = std::string(read->at("path").as_string()),
                 .answered = static_cast<int>(read->at("answered").as_int64()),
                 .is_signed = read->at("signed").as_bool()}
            );
            EXPECT_EQ(out.back().id, "evt_" + std::string(body.at("data").at("id").as_string()));
        }
        return out;
    }
    /// Everything that happened to these orders: what has to arrive, in this order.
    std::vector<std::string> happened(const std::vector<std::string>& orders) const {
        std::map<std::string, int> ids;
        for (const auto& order : orders) {
            const auto timeline = get("/v1/purchase-orders/" + order + "/timeline");
            for (const auto& each : timeline.at("items").as_array())
                ids["evt_" + std::string(each.at("id").as_string())] = 1;
        }
        std::vector<std::string> out;
        for (const auto& [id, one] : ids) out.push_back(id);
        return out;
    }
    /// Ids in the order of their first good delivery.
    std::vector<std::string> delivered() const {
        std::vector<std::string> out;
        for (const auto& each : received())
            if (each.answered / 100 == 2 && std::ranges::find(out, each.id) == out.end())
                out.push_back(each.id);
        return out;
    }
    json::value shown_hook(const std::string& id) const { return get("/v1/webhooks/" + id); }

    Program receiver;
    unsigned receiver_port = 0;
    std::string pem;  ///< the receiver speaks https with it
    int hooks = 0;
};

TEST_F(WebhooksOut, DeliverEveryEventSignedAndInOrder) {
    begin();
    const auto before = buy("r-1");  // from before there was a web hook
    ASSERT_TRUE(completes(before));
    const auto id = hook();
    const auto after = buy("r-2");
    ASSERT_TRUE(completes(after));
    const auto wanted = happened({before, after});
    ASSERT_GT(wanted.size(), 5u);
    ASSERT_TRUE(soon([&] { return delivered().size() >= wanted.size(); })) << log();
    EXPECT_EQ(delivered(), wanted);
    for (const auto& each : received()) EXPECT_TRUE(each.is_signed) << each.id;
    EXPECT_EQ(received().size(), wanted.size()) << "nothing twice where nothing failed";
    EXPECT_TRUE(soon([&] {
        return "evt_" + std::string(shown_hook(id).at("cursor").as_string()) == wanted.back();
    }));

    // The reference library, where it can be had.
    const auto installed = run({PORTEUR_TEST_RECEIVER "/install"});
    if (installed.status != 0) {
        RecordProperty("left_out", installed.output);
        std::printf("the reference library is %s", installed.output.c_str());
        return;
    }
    std::ifstream file(folder / "secret");
    std::string secret;
    file >> secret;
    const auto verified = run(
        {"/usr/bin/env", "node", PORTEUR_TEST_RECEIVER "/verify.mjs", folder / "received", secret}
    );
    EXPECT_EQ(verified.status, 0);
    EXPECT_EQ(verified.output, std::to_string(wanted.size()) + "\n");
    EXPECT_NE(
        run({"/usr/bin/env", "node", PORTEUR_TEST_RECEIVER "/verify.mjs", folder / "received",
             "whsec_b3RoZXI="})
            .status,
        0
    );
}

/// What stands in a page between "```LANGUAGE" and "```".
std::string code_in_page(const std::string& language) {
    std::ifstream page(PORTEUR_TEST_RECEIVER "/../../../docs/webhooks.md");
    const std::string text{std::istreambuf_iterator<char>(page), {}};
    const auto begin = text.find("```" + language + "\n");
    if (begin == text.npos) return {};
    const auto from = text.find('\n', begin) + 1;
    return text.substr(from, text.find("\n```", from) + 1 - from);
}

TEST_F(WebhooksOut, AreUnderstoodByTheCodeOfThePage) {
    begin();
    hook();
    ASSERT_TRUE(completes(buy("r-1")));
    ASSERT_TRUE(soon([&] { return received().size() > 3; }));
    write("check.py", code_in_page("python") + R"(
import json, sys
for line in open(sys.argv[1]):
    each = json.loads(line)
    secret = open(sys.argv[2]).read().strip()
    good = is_from_porteur(each["headers"], each["body"].encode(), secret)
    print("good" if good else "bad", is_from_porteur(each["headers"], each["body"].encode() + b" ", secret))
)");
    write("check.mjs", code_in_page("js") + R"(
import { readFileSync } from "node:fs";
const secret = readFileSync(process.argv[3], "utf8").trim();
for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean)) {
    const { headers, body } = JSON.parse(line);
    console.log(isFromPorteur(headers, Buffer.from(body), secret) ? "good" : "bad", isFromPorteur(headers, Buffer.from(body + " "), secret));
}
)");
    const auto messages = received().size();
    std::string python, node;
    for (std::size_t at = 0; at < messages; ++at) {
        python += "good False\n";
        node += "good false\n";
    }
    receiver.kill();
    EXPECT_EQ(
        run({"/usr/bin/python3", folder / "check.py", folder / "received", folder / "secret"})
            .output,
        python
    );
    EXPECT_EQ(
        run({"/usr/bin/env", "node", folder / "check.mjs", folder / "received", folder / "secret"})
            .output,
        node
    );
}

TEST_F(WebhooksOut, DeliverOnlyTheKindsThatAreWanted) {
    begin();
    hook({{"kinds", {"purchase.state_changed", "port.*"}}});
    const std::vector<std::string> orders{buy("r-1"), buy("r-2")};
    std::size_t wanted = 0, others = 0;
    for (const auto& order : orders) {
        ASSERT_TRUE(completes(order));
        const auto timeline = get("/v1/purchase-orders/" + order + "/timeline");
        for (const auto& each : timeline.at("items").as_array())
            ++(each.at("kind") == "purchase.state_changed" ? wanted : others);
    }
    ASSERT_GT(wanted, 1u);
    ASSERT_GT(others, 1u);
    EXPECT_TRUE(soon([&] { return received().size() >= wanted; })) << get("/v1/webhooks");
    for (const auto& each : received()) EXPECT_EQ(each.kind, "purchase.state_changed");
}

TEST_F(WebhooksOut, LoseNothingWhileTheReceiverFailsInEveryWay) {
    begin();
    const auto id = hook();
    std::vector<std::string> orders;
    int count = 0;
    for (const char* mode : {"500", "drop", "302", "429", "hang"}) {
        answer(mode);
        orders.push_back(buy("r-" + std::to_string(++count)));
        ASSERT_TRUE(completes(orders.back()));
        ASSERT_TRUE(soon([&] { return !shown_hook(id).at("problem").as_string().empty(); }))
            << mode;
        answer("200");
        ASSERT_TRUE(soon([&] { return delivered().size() >= happened(orders).size(); }))
            << mode << log();
        ASSERT_TRUE(soon([&] { return shown_hook(id).at("problem").as_string().empty(); })) << mode;
    }
    EXPECT_EQ(delivered(), happened(orders));
    for (const auto& each : received()) EXPECT_EQ(each.path, "/hook") << "a redirect was followed";
}

TEST_F(WebhooksOut, LoseNothingWhenTheReceiverIsKilled) {
    begin();
    hook();
    std::vector<std::string> orders{buy("r-1")};
    ASSERT_TRUE(completes(orders.back()));
    ASSERT_TRUE(soon([&] { return !received().empty(); }));
    receiver.kill();
    orders.push_back(buy("r-2"));
    ASSERT_TRUE(completes(orders.back()));
    receive();
    ASSERT_TRUE(soon([&] { return delivered().size() >= happened(orders).size(); })) << log();
    EXPECT_EQ(delivered(), happened(orders));
}

TEST_F(WebhooksOut, LoseNothingWhenTheDaemonIsKilledAgainAndAgain) {
    std::string waits = "\"20ms\"";
    for (int at = 0; at < 500; ++at) waits += ", \"20ms\"";
    begin("allow = [\"127.0.0.1\"]\nretry = [" + waits + "]\n");
    hook();
    std::vector<std::string> orders;
    const auto count = [&] { return received().size(); };
    for (int round = 1; round <= 6; ++round) {
        answer(round % 3 == 0 ? "500" : "200");
        for (int at = 0; at < 3; ++at)
            orders.push_back(buy("r-" + std::to_string(round) + "-" + std::to_string(at)));
        const auto before = count();
        // Killed in the middle of it: some of the round's events have arrived, the others have not.
        ASSERT_TRUE(soon([&] { return count() > before + static_cast<std::size_t>(round); }))
            << log();
        start_again();
    }
    answer("200");
    for (const auto& each : orders) ASSERT_TRUE(completes(each)) << log();
    ASSERT_TRUE(soon([&] { return delivered().size() >= happened(orders).size(); })) << log();
    EXPECT_EQ(delivered(), happened(orders));
    for (const auto& each : received()) EXPECT_TRUE(each.is_signed);
}

TEST_F(WebhooksOut, SwitchAnEndpointOffThatFailsForTooLongAndGoOnWhereItStood) {
    begin("allow = [\"127.0.0.1\"]\nretry = [\"10ms\", \"10ms\"]\n");
    answer("500");
    const auto id = hook();
    const auto order = buy("r-1");
    ASSERT_TRUE(soon([&] { return shown_hook(id).at("off") == "failing"; })) << log();
    EXPECT_FALSE(shown_hook(id).at("enabled").as_bool());
    EXPECT_EQ(received().size(), 3u);
    EXPECT_THAT(log(), HasSubstr("was switched off"));
    ASSERT_TRUE(completes(order));
    // It is an event, which outlasts a restart, as the state does.
    start_again();
    EXPECT_EQ(shown_hook(id).at("off"), "failing");
    answer("200");
    ASSERT_EQ(ask("PATCH", "/v1/webhooks/" + id, "", json::object{{"enabled", true}}).status, 200);
    ASSERT_TRUE(soon([&] { return delivered().size() > happened({order}).size(); })) << log();
    std::vector<std::string> kinds;
    for (const auto& each : received()) kinds.push_back(each.kind);
    EXPECT_THAT(kinds, ::testing::Contains("webhook.disabled"));
    const auto all = delivered();
    for (const auto& each : happened({order})) EXPECT_THAT(all, ::testing::Contains(each));
}

TEST_F(WebhooksOut, ReplayFromAnyEvent) {
    begin();
    const auto id = hook();
    const auto order = buy("r-1");
    ASSERT_TRUE(completes(order));
    const auto wanted = happened({order});
    ASSERT_TRUE(soon([&] { return received().size() >= wanted.size(); }));
    const auto after = wanted[wanted.size() - 3].substr(4);
    ASSERT_EQ(
        ask("POST", "/v1/webhooks/" + id + "/replay", "replay-1", json::object{{"after", after}}
        ).status,
        202
    );
    ASSERT_TRUE(soon([&] { return received().size() >= wanted.size() + 2; }));
    const auto all = received();
    EXPECT_EQ(all[wanted.size()].id, wanted[wanted.size() - 2])
        << "under the same id, so that the receiver knows it again";
    EXPECT_EQ(all[wanted.size() + 1].id, wanted.back());
    // The same key again: the same answer, and nothing more is sent.
    EXPECT_EQ(
        ask("POST", "/v1/webhooks/" + id + "/replay", "replay-1", json::object{{"after", after}}
        ).status,
        202
    );
    EXPECT_EQ(json::parse(ask("POST", "/v1/webhooks/" + id + "/test").body).at("delivered"), true);
    EXPECT_EQ(received().size(), wanted.size() + 3);
    EXPECT_EQ(received().back().kind, "webhook.test");
}

TEST_F(WebhooksOut, SignWithBothSecretsWhileOneIsExchanged) {
    begin();
    const auto id = hook();
    const auto reply =
        ask("POST", "/v1/webhooks/" + id + "/secret", "rotate-1",
            json::object{{"overlap_hours", 1}});
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto test = [&] { return ask("POST", "/v1/webhooks/" + id + "/test"); };
    ASSERT_EQ(test().status, 200);
    EXPECT_TRUE(received().back().is_signed) << "by the old one";
    EXPECT_THAT(received().back().signature, HasSubstr(" v1,"));
    write("secret", std::string(json::parse(reply.body).at("secret").as_string()));
    ASSERT_EQ(test().status, 200);
    EXPECT_TRUE(received().back().is_signed) << "by the new one";
    ASSERT_EQ(
        ask("POST", "/v1/webhooks/" + id + "/secret", "rotate-2",
            json::object{{"overlap_hours", 0}})
            .status,
        200
    );
    ASSERT_EQ(test().status, 200);
    EXPECT_FALSE(received().back().is_signed) << "none but the newest is left";
    EXPECT_THAT(received().back().signature, Not(HasSubstr(" v1,")));
}

TEST_F(WebhooksOut, GoToNoAddressThatTheOperatorHasNotListed) {
    begin("retry = [\"10ms\"]\n");
    const auto add = [&](const std::string& where) {
        return ask(
            "POST", "/v1/webhooks", "add-" + where, json::object{{"url", where}, {"after", "0"}}
        );
    };
    for (const std::string& where :
         {url(), "https://127.0.0.1:" + std::to_string(receiver_port),
          std::string("https://169.254.169.254/latest"), std::string("https://[::ffff:10.0.0.1]/"),
          std::string("ftp://hooks.example/"), std::string("https://a:b@hooks.example/")}) {
        const auto refused = add(where);
        EXPECT_EQ(refused.status, 400) << where;
        EXPECT_EQ(json::parse(refused.body).at("field"), "/url") << where;
    }
    // A name is judged when it is looked up.
    const auto made = add("https://localhost:" + std::to_string(receiver_port) + "/");
    ASSERT_EQ(made.status, 201) << made.body;
    const auto id = std::string(json::parse(made.body).at("id").as_string());
    buy("r-1");
    ASSERT_TRUE(soon([&] { return shown_hook(id).at("off") == "failing"; })) << shown_hook(id);
    EXPECT_THAT(std::string(shown_hook(id).at("problem").as_string()), HasSubstr("may not go to"));
    EXPECT_TRUE(received().empty());
    // Once it is listed, and switched on again, it is spoken to (in TLS, which this receiver does
    // not speak).
    host_settings(
        "level = \"info\"\n[webhooks]\nallow = [\"127.0.0.1\", \"[::1]:" +
        std::to_string(receiver_port) + "\"]\nretry = [\"10ms\"]\ntimeout = \"1s\"\n"
    );
    reload();
    ASSERT_EQ(
        ask("PATCH", "/v1/webhooks/" + id, "",
            json::object{
                {"enabled", true},
                {"url", "http://localhost:" + std::to_string(receiver_port) + "/"}
            })
            .status,
        200
    );
    EXPECT_TRUE(soon([&] { return !received().empty(); })) << shown_hook(id);
}

TEST_F(WebhooksOut, BelieveOnlyTheAuthoritiesThatTheOperatorNames) {
    pem = folder / "receiver.pem";
    output_of(
        {"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", pem, "-out",
         folder / "hooks-ca.pem"}
    );
    std::ofstream(pem, std::ios::app) << std::ifstream(folder / "hooks-ca.pem").rdbuf();
    const std::string allow = "allow = [\"127.0.0.1\", \"::1\"]\nretry = [\"10ms\"]\n";
    begin(allow);
    const auto reply =
        ask("POST", "/v1/webhooks", "hook-tls",
            json::object{{"url", "https://localhost:" + std::to_string(receiver_port) + "/hook"}});
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto made = json::parse(reply.body);
    write("secret", std::string(made.at("secret").as_string()));
    const auto test = [&] {
        return json::parse(
            ask("POST", "/v1/webhooks/" + std::string(made.at("id").as_string()) + "/test").body
        );
    };
    const auto refused = test();
    EXPECT_EQ(refused.at("delivered"), false);
    EXPECT_THAT(std::string(refused.at("problem").as_string()), HasSubstr("certificate"));
    EXPECT_TRUE(received().empty());
    host_settings("level = \"info\"\n[webhooks]\nca_file = \"../hooks-ca.pem\"\n" + allow);
    reload();
    ASSERT_TRUE(soon([&] { return test().at("delivered") == true; })) << test();
    EXPECT_TRUE(received().back().is_signed);
}

TEST_F(WebhooksOut, ForgetOneThatWasRemoved) {
    begin();
    const auto id = hook();
    ASSERT_TRUE(completes(buy("r-1")));
    ASSERT_TRUE(soon([&] { return !received().empty(); }));
    ASSERT_EQ(ask("DELETE", "/v1/webhooks/" + id).status, 200);
    EXPECT_EQ(ask("GET", "/v1/webhooks/" + id).status, 404);
    start_again();
    EXPECT_TRUE(get("/v1/webhooks").at("items").as_array().empty());
}

}  // namespace
}  // namespace porteur::testing
