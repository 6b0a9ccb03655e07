// SPDX-License-Identifier: Apache-2.0
// RingCentral's plugin and simulator before RingCentral's own API file: every operation, and every
// answer that RingCentral may give to one.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include <iostream>
#include <set>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "chain.hpp"
#include "small_host.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

json::object port_order() {
    return {
        {"reference", "judged-out"},
        {"numbers", {"+14165550101", "+18885550100"}},
        {"end_user", {{"name", "Acme Inc"}}},
        {"account_number", "4165550100"},
        {"pin", {{"given", true}, {"length", 6}, {"digits_only", true}}},
        {"service_address",
         {{"house_number", "1"},
          {"street", "King St W"},
          {"city", "Toronto"},
          {"region", "ON"},
          {"postal_code", "M5V1A1"},
          {"country", "CA"}}},
        {"language", "fr"},
        {"documents",
         {{{"id", "doc-1"}, {"type", "loa"}, {"name", "loa.pdf"}, {"signed_on", today()}},
          {{"id", "doc-2"}, {"type", "invoice"}, {"name", "releve.pdf"}, {"issued_on", today()}}}},
    };
}

std::vector<std::string> fields_of(const json::value& findings) {
    std::vector<std::string> fields;
    for (const auto& each : findings.at("problems").as_array())
        fields.emplace_back(each.at("field").as_string());
    return fields;
}

/// One chain for all of them, as its judge takes seconds to start; the simulator forgets between
/// two.
class JudgedRingCentral : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        if (!why_left_out(ringcentral())) chain.emplace(ringcentral());
    }
    void SetUp() override {
        if (const auto why = why_left_out(ringcentral())) GTEST_SKIP() << *why;
        chain->admin("reset", json::object{});
        host.emplace(
            folder.path, plugin_file("ringcentral"), ringcentral_account(chain->url()),
            ringcentral_secrets
        );
    }
    static void TearDownTestSuite() {
        if (!chain) return;
        chain->judge();
        for (const auto& each : chain->answers())
            std::cout << "judged: ringcentral: " << each << "\n";
        chain.reset();
    }

    json::value run(const std::string& operation, const json::value& input) {
        return host->run(operation, input);
    }
    void tell(const json::object& script) { chain->admin("script", script); }

    static inline std::optional<Chain> chain;
    Folder folder;
    std::optional<SmallHost> host;
};

TEST_F(JudgedRingCentral, TellsWhatANumberNeedsToLeave) {
    const auto package = run("requirements", json::object{{"action", "port_out"}});
    EXPECT_GE(package.at("items").as_array().size(), 9u);
    EXPECT_TRUE(run("validate", port_order()).at("problems").as_array().empty());
}

TEST_F(JudgedRingCentral, IsReadWhole) {
    EXPECT_EQ(run("check_account", json::object{}).at("identity"), "159048008");
    EXPECT_EQ(run("list_numbers", json::object{}).as_array().size(), 120u);
    EXPECT_THAT(
        chain->judge(),
        IsSupersetOf(
            {"POST /restapi/oauth/token", "GET /restapi/v1.0/account/~",
             "GET /restapi/v1.0/account/~/business-address",
             "GET /restapi/v1.0/account/~/service-info", "GET /restapi/v1.0/account/~/phone-number"}
        )
    );
}

TEST_F(JudgedRingCentral, FindsNothingAgainstAnOrderThatFits) {
    const auto findings = run("preflight", port_order());
    EXPECT_TRUE(findings.at("problems").as_array().empty()) << json::serialize(findings);
}

TEST_F(JudgedRingCentral, FindsWhatStandsAgainstAnOrder) {
    tell({{"billing", "Suspended"}});
    tell({{"account_status", "Disabled"}, {"reason", "SuspendedInvoluntarily"}});
    tell({{"number", "+14165550101"}, {"status", "Pending"}});
    auto order = port_order();
    order["numbers"] = {
        "+14165550100", "+14165550101", "+14165550196", "+14165550197", "+14165559999"
    };
    order["account_number"] = "9055550100";
    order["service_address"].as_object()["house_number"] = "11";
    order["service_address"].as_object()["postal_code"] = "M4B1B3";
    EXPECT_THAT(
        fields_of(run("preflight", order)),
        UnorderedElementsAre(
            "", "", "/numbers/1", "/numbers/2", "/numbers/3", "/numbers/4", "/new_btn",
            "/account_number", "/service_address/house_number", "/service_address/postal_code"
        )
    );
}

TEST_F(JudgedRingCentral, MakesThePacketAndWatchesTheNumbersGo) {
    const auto packet = run("release_packet", port_order());
    EXPECT_TRUE(packet.at("problems").as_array().empty()) << json::serialize(packet);
    EXPECT_EQ(packet.at("documents").as_array().size(), 2u);
    EXPECT_THAT(
        std::string(packet.at("cover_letter").as_string()), HasSubstr("Numéros à transférer : 2")
    );

    const json::object order{
        {"reference", "judged-out"}, {"numbers", {"+14165550101", "+18885550100"}}
    };
    auto watch = run("check_release", order);
    EXPECT_FALSE(watch.at("numbers").at(0).at("left").as_bool());
    EXPECT_EQ(watch.at("numbers").at(0).at("carrier_word"), "Normal, DirectNumber");
    tell({{"leave", {"+14165550101"}}});
    tell({{"leave", {"+18885550100"}}, {"after_s", 3'600}});
    watch = run("check_release", order);
    EXPECT_TRUE(watch.at("numbers").at(0).at("left").as_bool());
    EXPECT_FALSE(watch.at("numbers").at(1).at("left").as_bool());
    chain->admin("clock", json::object{{"advance_s", 3'600}});
    watch = run("check_release", order);
    EXPECT_TRUE(watch.at("numbers").at(1).at("left").as_bool());
    EXPECT_FALSE(watch.as_object().contains("check_again"));
    EXPECT_EQ(chain->carried_out().size(), 2u);
}

TEST_F(JudgedRingCentral, RefusesWithoutPermission) {
    tell({{"forbid", true}});
    EXPECT_NONFATAL_FAILURE(run("list_numbers", json::object{}), "CMN-401");
}

TEST_F(JudgedRingCentral, RefusesAboveTheLimitAndIsNotAskedDuringThePenalty) {
    const auto refuse = [](const char* fault, int wait) {
        return json::array{
            {{"match", {{"method", "GET"}, {"path_prefix", "/restapi/v1.0/account/~/phone-number"}}
             },
             {"fault", fault},
             {"retry_after_s", wait},
             {"times", 1}}
        };
    };
    chain->admin("faults", refuse("500_before", 0));
    EXPECT_NONFATAL_FAILURE(run("list_numbers", json::object{}), "500");
    chain->admin("faults", refuse("429", 3'600));
    EXPECT_NONFATAL_FAILURE(run("list_numbers", json::object{}), "too many requests");
    const auto asked = [] {
        chain->judge();
        return chain->exchanges();
    };
    const auto before = asked();
    EXPECT_NONFATAL_FAILURE(run("list_numbers", json::object{}), "rate limit");
    EXPECT_EQ(asked(), before);
}

TEST_F(JudgedRingCentral, RefusesAJwtThatIsNotItsOwn) {
    auto wrong = ringcentral_secrets;
    wrong["jwt"] = "of-somebody-else";
    SmallHost stranger(
        folder.path / "stranger", plugin_file("ringcentral"), ringcentral_account(chain->url()),
        wrong
    );
    EXPECT_NONFATAL_FAILURE(stranger.run("check_account", json::object{}), "invalid_grant");
}

TEST_F(JudgedRingCentral, TakesANewTokenWhereTheOldOneHasExpired) {
    run("check_account", json::object{});
    tell({{"expire_tokens", true}});
    EXPECT_EQ(run("check_account", json::object{}).at("identity"), "159048008");
    chain->judge();
    EXPECT_THAT(chain->answers(), ::testing::Contains("GET /restapi/v1.0/account/~ 401"));
}

TEST_F(JudgedRingCentral, IsReadWholeWhereItHasManyPages) {
    SmallHost small_pages(
        folder.path / "small", plugin_file("ringcentral"),
        ringcentral_account(chain->url()) + "[settings]\npage_size = 25\n", ringcentral_secrets
    );
    EXPECT_EQ(small_pages.run("list_numbers", json::object{}).as_array().size(), 120u);
}

}  // namespace
}  // namespace porteur::testing
