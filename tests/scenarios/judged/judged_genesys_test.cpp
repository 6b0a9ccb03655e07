// SPDX-License-Identifier: Apache-2.0
// The Genesys plugin and its simulator before Genesys' own API file: every operation of the plugin,
// with the good answers and the refusals. See judged_plugins_test.cpp.
#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>

#include "../../../tools/simulators/tests/smtp_catcher.hpp"
#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "chain.hpp"
#include "small_host.hpp"

namespace porteur::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// What of Genesys' API file was exercised by these tests: operations, and the statuses that each
/// gave.
class Covered {
public:
    static std::map<std::string, std::set<int>>& answers() {
        static std::map<std::string, std::set<int>> all;
        return all;
    }
    static void add(const Chain& chain) {
        const auto report = http(chain.port(), "GET", "/_judge/report");
        ASSERT_TRUE(report && report->status == 200);
        static const std::regex id("/(phonenumbers|addresses)/[^/]+$");
        for (const auto& each : json::parse(report->body).at("exchanges").as_array()) {
            if (!each.at("judged").as_bool()) continue;
            auto path = std::string(each.at("path").as_string());
            path = std::regex_replace(path.substr(0, path.find('?')), id, "/$1/{id}");
            answers()[std::string(each.at("method").as_string()) + " " + path].insert(
                static_cast<int>(each.at("status").as_int64())
            );
        }
    }
    static void print() {
        for (const auto& [operation, statuses] : answers()) {
            std::string text;
            for (const int status : statuses) text += " " + std::to_string(status);
            std::printf("judged: genesys: %s:%s\n", operation.c_str(), text.c_str());
        }
    }
};

class JudgedGenesys : public ::testing::Test {
protected:
    void SetUp() override {
        if (const auto why = why_left_out(genesys())) GTEST_SKIP() << *why;
    }
    static void TearDownTestSuite() { Covered::print(); }
    static void judge(Chain& chain) {
        Covered::add(chain);
        chain.judge();
    }
};

/// An operation that is to fail. @return its failure
Error failure_of(SmallHost& host, const std::string& operation, const json::value& input) {
    const auto result = host.try_run(operation, input);
    EXPECT_FALSE(result) << operation << " went well: " << *result;
    return result ? Error{} : result.error();
}

json::object order(const char* country, const char* type, const char* number) {
    return {
        {"reference", std::string("po-") + number},
        {"country", country},
        {"number_type", type},
        {"numbers", json::array{number}},
        {"end_user", {{"name", "Acme"}}}
    };
}

TEST_F(JudgedGenesys, OperationsThatNoRouteBeginsAreAsTheFileHasThem) {
    Chain chain(genesys());
    const Folder folder;
    SmallHost host(
        folder.path, plugin_file("genesys_sms"), genesys_account(chain.url()), genesys_secrets
    );
    const auto account = host.run("check_account", json::object{});
    EXPECT_FALSE(account.at("identity").as_string().empty());
    EXPECT_EQ(account.at("problems"), json::value(json::array{}))
        << "the shipped file of countries fits";
    for (const auto* country : {"US", "FR", "DE"}) {
        const auto offered = host.run(
            "search_numbers",
            json::object{{"country", country}, {"number_type", "mobile"}, {"quantity", 40}}
        );
        EXPECT_EQ(offered.as_array().size(), std::string(country) == "US" ? 0u : 40u) << country;
    }
    host.run(
        "search_numbers",
        json::object{
            {"country", "US"},
            {"number_type", "local"},
            {"area_code", "317"},
            {"city", "Indianapolis"},
            {"region", "IN"},
            {"contains", "555"}
        }
    );
    chain.admin("script", json::object{{"approve", {"+13175550101"}}});
    EXPECT_EQ(host.run("list_numbers", json::object{}).as_array().size(), 1u);
    chain.lose_answer("DELETE", "/phonenumbers/");
    const auto released =
        host.run("release_numbers", json::object{{"numbers", {"+13175550101", "+13175550999"}}});
    EXPECT_EQ(released.at("numbers").at(0).at("state"), "cancel_pending");
    EXPECT_EQ(
        host.run("requirements", json::object{{"country", "DE"}, {"action", "purchase"}})
            .at("items")
            .as_array()
            .size(),
        6u
    );
    EXPECT_GT(
        host.run("validate", order("DE", "mobile", "+4915255550100"))
            .at("problems")
            .as_array()
            .size(),
        0u
    );
    EXPECT_EQ(
        host.run(
                "read_mail",
                json::object{{"from", "x@genesys.com"}, {"text", "Your request has been approved."}}
        )
            .at("state"),
        "completed"
    );
    judge(chain);
}

TEST_F(JudgedGenesys, RefusalsOfAPurchaseAreAsTheFileHasThem) {
    Chain chain(genesys());
    const Folder folder;
    SmallHost host(
        folder.path, plugin_file("genesys_sms"), genesys_account(chain.url()), genesys_secrets
    );
    const auto code_of = [&](const char* country, const char* type, const char* number) {
        return failure_of(host, "purchase", order(country, type, number)).code;
    };
    chain.admin("script", json::object{{"take", {"+13175550101"}}});
    chain.admin("script", json::object{{"approve", {"+13175550102"}}});
    EXPECT_EQ(code_of("US", "local", "+13175550101"), "phone.number.unavailable");
    EXPECT_EQ(code_of("US", "local", "+13175550102"), "phone.number.duplicate");
    EXPECT_EQ(code_of("US", "toll_free", "+13175550103"), "unexpected.phone.number.type");
    EXPECT_EQ(code_of("US", "mobile", "+447700900100"), "unexpected.country.code");

    auto british = order("GB", "mobile", "+447700900100");
    EXPECT_EQ(failure_of(host, "purchase", british).reason, Reason::address_required);
    british["address"] = json::object{
        {"street", "High St"},
        {"city", "London"},
        {"region", "London"},
        {"postal_code", "00000"},
        {"country", "GB"}
    };
    EXPECT_EQ(failure_of(host, "purchase", british).code, "invalid.address");
    auto brazilian = british;
    brazilian["country"] = "BR";
    brazilian["number_type"] = "local";
    brazilian["numbers"] = json::array{"+551155550100"};
    brazilian["reference"] = "po-br";
    brazilian["address"].as_object()["postal_code"] = "N1 1AA";
    EXPECT_EQ(failure_of(host, "purchase", brazilian).code, "requires.local.address");

    // What was bought by API is looked for, and not called off.
    EXPECT_THAT(
        failure_of(
            host, "cancel_purchase",
            json::object{
                {"reference", "po"},
                {"carrier_id", "n"},
                {"numbers", {"+13175550103"}},
                {"kept", json::object{}}
            }
        )
            .message,
        HasSubstr("cannot be called off")
    );

    chain.admin("script", json::object{{"permissions", "view"}});
    EXPECT_EQ(code_of("US", "local", "+13175550104"), "missing.any.permissions");
    const auto problems = host.run("check_account", json::object{}).at("problems").as_array();
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_THAT(
        problems[0].at("message").as_string().c_str(), HasSubstr("sms:phoneNumber:add is missing")
    );
    judge(chain);
}

TEST_F(JudgedGenesys, APurchaseThatRunsIntoProvisioningIsAsTheFileHasIt) {
    Chain chain(genesys());
    const Folder folder;
    SmallHost host(
        folder.path, plugin_file("genesys_sms"), genesys_account(chain.url()), genesys_secrets
    );
    chain.admin("clock", json::object{{"speed", 0}});
    chain.admin(
        "script", json::object{{"fail", "+13175550106"}, {"code", "phone.number.unavailable"}}
    );
    for (const auto* number : {"+13175550105", "+13175550106"})
        EXPECT_EQ(host.run("purchase", order("US", "local", number)).at("state"), "submitted");
    const json::object both{{"numbers", {"+13175550105", "+13175550106"}}};
    const auto early = host.run("release_numbers", both);
    EXPECT_EQ(early.at("numbers").at(0).at("carrier_word"), "provisioning.action.in.progress");
    chain.admin("clock", json::object{{"advance_s", 60}});
    const auto checked = host.run(
        "check_purchase",
        json::object{
            {"reference", "po"},
            {"carrier_id", "n"},
            {"numbers", both.at("numbers")},
            {"kept", json::object{}}
        }
    );
    EXPECT_EQ(checked.at("state"), "partial");
    EXPECT_EQ(checked.at("numbers").at(1).at("reason"), "NUMBER_TAKEN");
    // Submitted again, it buys nothing twice.
    auto again = order("US", "local", "+13175550105");
    again["attempt"] = 2;
    EXPECT_EQ(host.run("purchase", again).at("state"), "completed");
    judge(chain);
}

TEST_F(JudgedGenesys, APurchaseWhoseApiWantsABundleGoesByMail) {
    Chain chain(genesys());
    sim::test::SmtpCatcher desk;
    DaemonHost host;
    host.account("genesys_sms", "genesys_sms", genesys_account(chain.url()), genesys_secrets);
    host.start(mail_settings(desk.port()));
    const auto made = host.told(
        {"purchase", "create", "--account", "genesys_sms", "--reference", "judged-bundle",
         "--country", "CL", "--number-type", "mobile", "--number", "+569555500100", "--end-user",
         "Acme Chile", "--alternates", "contact_us", "--document",
         "other=" + host.folder().paper("case.pdf").string(), "--submit"}
    );
    const auto mail = message_in(desk.wait());
    EXPECT_THAT(mail, HasSubstr("Country: CL"));
    chain.admin("script", json::object{{"approve", {"+569555500100"}}});
    const auto order =
        host.told({"purchase", "watch", std::string(made.at("id").as_string()), "--timeout", "50s"}
        );
    EXPECT_EQ(order.at("state"), "completed");
    judge(chain);
}

}  // namespace
}  // namespace porteur::testing
