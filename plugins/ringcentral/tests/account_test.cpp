// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

const Plugin& ringcentral() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
constexpr auto account = "/restapi/v1.0/account/~";
constexpr auto address = "/restapi/v1.0/account/~/business-address";
constexpr auto service = "/restapi/v1.0/account/~/service-info";
constexpr auto numbers = "/restapi/v1.0/account/~/phone-number";

TEST(CheckAccount, UsesEveryPermissionOnce) {
    Script script(ringcentral(), "check_account", "{}");
    script.expects_http("GET", account).safe().answers_file(200, "account.json");
    script.expects_http("GET", address).safe().answers_file(200, "business-address.json");
    script.expects_http("GET", service).safe().answers_file(200, "service-info.json");
    script.expects_http("GET", numbers)
        .with_query({{"page", "1"}, {"perPage", "1"}})
        .answers_file(200, "numbers-page-1.json");
    script.ends_exactly(R"({"identity":"159048008","problems":[]})");
    EXPECT_EQ(cut_everywhere(script), 5u);
}

TEST(CheckAccount, StopsTheAccountForACodeThatSaysSo) {
    const std::pair<int, const char*> refusals[] = {
        {403, "error-permission.json"}, {400, "error-locked.json"}
    };
    for (const auto& [status, name] : refusals) {
        Script script(ringcentral(), "check_account", "{}");
        script.expects_http("GET", account).answers_file(status, name);
        script.expects_http("GET", address).answers_file(200, "business-address.json");
        script.expects_http("GET", service).answers_file(200, "service-info.json");
        script.fails_with(ErrorKind::unauthorized);
    }
}

TEST(CheckAccount, TellsOfASuspendedAccountAndATrialPlan) {
    Script script(ringcentral(), "check_account", "{}");
    script.expects_http("GET", account).answers_file(200, "account-suspended.json");
    script.expects_http("GET", address).answers_file(200, "business-address.json");
    script.expects_http("GET", service).answers_file(200, "service-info-trial.json");
    script.expects_http("GET", numbers).answers_file(200, "numbers-only-main.json");
    script.ends_with(R"({"problems":[{"blocking":true},{"blocking":true}]})");
    const auto check = script.result<AccountCheck>();
    EXPECT_THAT(check.problems[0].message, HasSubstr("\"Disabled\" (\"SuspendedInvoluntarily\")"));
    EXPECT_THAT(check.problems[1].message, HasSubstr("\"Trial\""));
}

TEST(ListNumbers, ReadsEveryPage) {
    Script script(ringcentral(), "list_numbers", "{}", R"({"page_size":2})");
    script.expects_http("GET", numbers)
        .with_query({{"page", "1"}, {"perPage", "2"}})
        .answers_file(200, "numbers-page-1.json");
    script.expects_http("GET", numbers)
        .named("numbers-2")
        .with_query({{"page", "2"}, {"perPage", "2"}})
        .answers_file(200, "numbers-page-2.json");
    script.ends_with(R"([
        {"number":"+14165550100","carrier_id":"1","main_number":true,"carrier_word":"Normal"},
        {"number":"+14165550101","label":"reception","main_number":false},
        {"number":"+18005550101","type":"toll_free"},
        {"number":"+14165550104"},
        {"number":"+14165550105","carrier_word":"Pending"}])");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(ListNumbers, FollowsTheLinkWhereThePagesAreNotCounted) {
    Script script(ringcentral(), "list_numbers", "{}");
    script.expects_http("GET", numbers)
        .answers(
            200,
            R"({"records":[{"id":1,"phoneNumber":"4165550100"}],"navigation":{"nextPage":{"uri":"u"}}})"
        );
    script.expects_http("GET", numbers)
        .answers(200, R"({"records":[],"navigation":{"nextPage":{"uri":"u"}}})");
    script.ends_with(R"([{"number":"+14165550100"}])");
}

TEST(ListNumbers, EndsAsTheCodeSays) {
    const std::tuple<int, const char*, ErrorKind, const char*> refusals[] = {
        {403, "error-feature.json", ErrorKind::unsupported, "CMN-109"},
        {400, "error-parameter.json", ErrorKind::rejected, "CMN-101"},
        {503, "error-unavailable.json", ErrorKind::unavailable, "CMN-201"},
        {429, "error-rate.json", ErrorKind::throttled, "CMN-301"},
    };
    for (const auto& [status, name, kind, code] : refusals) {
        Script script(ringcentral(), "list_numbers", "{}");
        script.expects_http("GET", numbers).answers_file(status, name);
        script.fails_with(kind, kind == ErrorKind::rejected ? Reason::other : Reason::none)
            .coded(code);
    }
    Script(ringcentral(), "list_numbers", "{}")
        .expects_http("GET", numbers)
        .answers(502, "<html>")
        .fails_with(ErrorKind::unavailable);
    Script(ringcentral(), "list_numbers", "{}")
        .expects_http("GET", numbers)
        .answers(200, "<html>")
        .fails_with(ErrorKind::internal);
}

}  // namespace
}  // namespace porteur::testkit
