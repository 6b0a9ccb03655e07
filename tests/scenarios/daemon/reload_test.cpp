// SPDX-License-Identifier: Apache-2.0
// SIGHUP: porteurd reads its settings again. What is under way goes on as it began, what comes next goes by
// the new settings, and settings that are wrong change nothing.
#include <gmock/gmock.h>

#include <csignal>
#include <sstream>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Reload : public DaemonWorld {};

TEST_F(Reload, LetsAnOperationUnderWayEndAsItBeganAndTheNextGoByTheNewSettings) {
    host_settings("level = \"info\"\n");
    account("acme", first);
    start();
    first.hold();
    const auto order = buy("r-1");
    ASSERT_TRUE(soon([&] { return first.asked("POST /orders") == 1; }));
    account("acme", second);
    account("other", second);
    reload();
    EXPECT_TRUE(soon([&] { return shown("other").is_object(); }));
    first.let_go();
    ASSERT_TRUE(completes(order)) << log();
    EXPECT_EQ(get("/v1/purchase-orders/" + order).at("carrier_id"), "A-1");
    EXPECT_EQ(first.asked("POST /orders"), 1u);
    EXPECT_EQ(second.asked("POST /orders"), 0u);
    EXPECT_GE(second.asked("GET /orders/A-1"), 1u) << "the operation that came next";
    EXPECT_TRUE(completes(buy("r-2")));
    EXPECT_EQ(second.asked("POST /orders"), 1u);
    EXPECT_EQ(first.asked("POST /orders"), 1u);
}

TEST_F(Reload, KeepsTheOldSettingsWhereTheNewOnesAreWrongAndSaysWhere) {
    host_settings("level = \"info\"\n");
    account("acme", first);
    start();
    account("acme", second, "rate = \"quickly\"");
    reload("the old settings are kept");
    EXPECT_THAT(log(), HasSubstr("acme.toml:4"));
    // A plugin that nobody has is found out later than a word that nobody reads.
    write("config/carriers/acme.toml", "plugin = \"nobody\"\nbase_url = \"http://127.0.0.1:1\"\n");
    reload("there is no plugin \"nobody\"");
    ASSERT_TRUE(completes(buy("r-1"))) << log();
    EXPECT_EQ(first.asked("POST /orders"), 1u);
    EXPECT_TRUE(second.asked().empty());
    // And the next that are right are taken.
    account("acme", second);
    reload();
    ASSERT_TRUE(completes(buy("r-2"))) << log();
    EXPECT_EQ(second.asked("POST /orders"), 1u);
}

TEST_F(Reload, ShowsARenewedCertificateWhereAllElseIsRightToo) {
    const auto make = [&](const std::string& name) {
        output_of({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout", folder / (name + ".key"), "-out",
                   folder / (name + ".crt")});
    };
    const auto settings = [&](const std::string& crt, const std::string& key) {
        host_settings("level = \"info\"\n[api.tls]\ncert_file = \"../" + crt + ".crt\"\nkey_file = \"../" + key + ".key\"\n");
    };
    const auto shown = [&] {
        return output_of({"/bin/sh", "-c", "openssl s_client -connect 127.0.0.1:" + std::to_string(daemon.port()) + " </dev/null 2>/dev/null | openssl x509 -noout -subject"});
    };
    for (const char* name : {"before", "after", "later"}) make(name);
    settings("before", "before");
    account("acme", first);
    start();
    EXPECT_THAT(shown(), HasSubstr("before"));
    settings("after", "after");
    reload();
    EXPECT_THAT(shown(), HasSubstr("after"));

    settings("later", "after");
    account("acme", second);
    reload("the old settings are kept");
    EXPECT_THAT(log(), HasSubstr("api.tls: the key "));
    EXPECT_THAT(shown(), HasSubstr("after"));
    settings("later", "later");
    write("config/carriers/acme.toml", "plugin = \"nobody\"\nbase_url = \"http://127.0.0.1:1\"\n");
    reload("there is no plugin \"nobody\"");
    EXPECT_THAT(shown(), HasSubstr("after")) << "all of it is kept, or nothing";
    account("acme", second);
    reload();
    EXPECT_THAT(shown(), HasSubstr("later"));
}

TEST_F(Reload, TakesIsolationAndRate) {
    host_settings("level = \"info\"\n");
    account("acme", first, "isolation = \"process\"");
    start();
    ASSERT_EQ(shown("acme").at("isolation"), "process");
    const auto searched = [&] { return get("/v1/available-numbers?country=CA&area_code=416&deadline_ms=2000"); };
    for (int at = 0; at < 3; ++at) EXPECT_EQ(searched().at("numbers").as_array().size(), 1u);
    account("acme", first, "isolation = \"none\"\nrate = \"1/h\"");
    reload();
    EXPECT_TRUE(soon([&] { return shown("acme").at("isolation") == "none"; }));
    EXPECT_EQ(searched().at("numbers").as_array().size(), 1u);
    const auto throttled = searched();
    EXPECT_EQ(throttled.at("numbers").as_array().size(), 0u) << "one an hour";
    EXPECT_EQ(first.asked("GET /numbers"), 4u);
}

// With RingCentral any request during the penalty begins it anew.
TEST_F(Reload, AsksNothingDuringACarriersPenalty) {
    host_settings("level = \"info\"\n");
    account("acme", first);
    start();
    const auto search = [&] { get("/v1/available-numbers?country=CA&area_code=416&deadline_ms=2000"); };
    first.throttle(3'600);
    search();
    EXPECT_EQ(first.asked("GET /numbers"), 1u);
    first.throttle(0);
    search();
    EXPECT_EQ(first.asked("GET /numbers"), 1u) << "the penalty is that of the whole account";
    reload();
    search();
    EXPECT_EQ(first.asked("GET /numbers"), 1u) << "reading the settings again does not end it";
}

TEST_F(Reload, AsksNothingDuringACarriersPenaltyAfterARestartEither) {
    host_settings("level = \"info\"\n");
    account("acme", first);
    start();
    const auto search = [&] { return get("/v1/available-numbers?country=CA&area_code=416&deadline_ms=2000"); };
    first.throttle(3'600);
    search();
    ASSERT_EQ(first.asked("GET /numbers"), 1u);
    first.throttle(0);
    ASSERT_TRUE(soon([&] { return log().find("account acme: its carrier wants to be left alone until ") != std::string::npos; })) << log();
    start_again();
    search();
    ASSERT_EQ(first.asked("GET /numbers"), 1u) << "the penalty would begin anew";
    account("other", second);
    account("acme", second, "enabled = false");
    reload();
    account("acme", first);
    reload();
    EXPECT_TRUE(search().at("numbers").as_array().size() == 1u) << "another account is another matter";
    EXPECT_EQ(first.asked("GET /numbers"), 1u) << "an account that was left out for a while is still in its penalty";
}

TEST_F(Reload, WritesTheLogAsItIsToldAndTakesANewLevel) {
    host_settings("level = \"debug\"\nformat = \"json\"\n");
    account("acme", first);
    start();
    ASSERT_TRUE(completes(buy("r-1")));
    ASSERT_TRUE(soon([&] { return log().find("carrier: acme check_purchase poll-order: 200") != std::string::npos; })) << log();
    std::vector<std::string> levels;
    std::istringstream lines(log());
    for (std::string line; std::getline(lines, line);) {
        const auto read = parse_json(line);
        ASSERT_TRUE(read && read->is_object()) << line;
        levels.emplace_back(read->at("level").as_string());
        EXPECT_FALSE(read->at("text").as_string().empty());
    }
    EXPECT_THAT(levels, ::testing::Contains("debug"));
    EXPECT_THAT(log(), HasSubstr("POST /v1/purchase-orders 201"));
    EXPECT_THAT(log(), Not(HasSubstr("4165550101"))) << "no whole number in a log";
    EXPECT_THAT(log(), Not(HasSubstr("acme-secret")));

    host_settings("level = \"error\"\nformat = \"json\"\n");
    const auto before = log().size();
    kill(daemon.pid(), SIGHUP);
    // It says nothing any more, so it is asked until a request leaves no line.
    ASSERT_TRUE(soon([&] {
        const auto size = log().size();
        get("/v1/carriers");
        return log().size() == size;
    }));
    EXPECT_THAT(log().substr(before), Not(HasSubstr("settings read again"))) << "at error only errors are said";
}

}  // namespace
}  // namespace porteur::testing
