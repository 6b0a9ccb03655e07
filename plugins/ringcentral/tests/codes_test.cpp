// SPDX-License-Identifier: Apache-2.0
// Every word of RingCentral that CARRIERS.md section 1 names, by name.
#include "codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include <porteur/testkit.hpp>

namespace ringcentral {
namespace {

using porteur::ErrorKind;
using porteur::Reason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;



/// What preflight finds about the one number of an order whose record is this.
std::vector<porteur::Problem> problems_with(
    const char* payment_type, const char* usage_type, const char* status
) {
    const std::string account = "/restapi/v1.0/account/~";
    porteur::testkit::Script script(
        porteur::testkit::Plugin::linked(), "preflight",
        R"({"reference":"po-7","numbers":["+14165550101"]})"
    );
    script.expects_http("GET", account).answers(200, R"({"id":1,"status":"Confirmed"})");
    script.expects_http("GET", account + "/business-address").answers(200, "{}");
    script.expects_http("GET", account + "/service-info").answers(200, "{}");
    const porteur::json::object record{
        {"id", 2},
        {"phoneNumber", "+14165550101"},
        {"paymentType", payment_type},
        {"usageType", usage_type},
        {"status", status}
    };
    script.expects_http("GET", account + "/phone-number")
        .answers(200, porteur::canonical(porteur::json::object{{"records", {record}}}));
    script.asks_time("2026-11-22T15:00:00Z");
    std::vector<porteur::Problem> about_the_number;
    for (auto& each : script.result<porteur::Findings>().problems)
        if (each.field == "/numbers/0") about_the_number.push_back(std::move(each));
    return about_the_number;
}

/// The same for a word about whether the number may leave.
void expect_verdict(const char* payment_type, const char* usage_type, Leaving wanted) {
    const auto problems = problems_with(payment_type, usage_type, "Normal");
    ASSERT_EQ(problems.size(), wanted == Leaving::may ? 0u : 1u) << payment_type << usage_type;
    if (problems.empty()) return;
    EXPECT_EQ(
        problems[0].reason,
        wanted == Leaving::cannot ? Reason::not_portable : Reason::special_feature
    ) << payment_type << usage_type;
    EXPECT_EQ(problems[0].blocking, wanted == Leaving::cannot) << payment_type << usage_type;
}

/// What check_account finds wrong with an account and its plan; empty if it is fit.
std::string wrong_with_account(const char* status, const char* reason, const char* plan) {
    const std::string account = "/restapi/v1.0/account/~";
    porteur::testkit::Script script(porteur::testkit::Plugin::linked(), "check_account", "{}");
    const porteur::json::object about{
        {"id", 1}, {"status", status}, {"statusInfo", {{"reason", reason}}}
    };
    script.expects_http("GET", account).answers(200, porteur::canonical(about));
    script.expects_http("GET", account + "/business-address").answers(200, "{}");
    script.expects_http("GET", account + "/service-info")
        .answers(200, porteur::canonical(porteur::json::object{{"billingPlan", {{"type", plan}}}}));
    script.expects_http("GET", account + "/phone-number").answers(200, R"({"records":[]})");
    std::string all;
    for (const auto& each : script.result<porteur::AccountCheck>().problems) all += each.message + "\n";
    return all;
}

TEST(ErrorCodes, EndAnOperationAsTheyAreMeant) {
    const std::tuple<int, const char*, ErrorKind> rows[] = {
        {400, "CMN-101", ErrorKind::rejected},     {403, "CMN-101", ErrorKind::rejected},
        {400, "CMN-102", ErrorKind::rejected},     {404, "CMN-102", ErrorKind::rejected},
        {400, "CMN-103", ErrorKind::rejected},     {403, "CMN-109", ErrorKind::unsupported},
        {404, "CMN-120", ErrorKind::rejected},     {503, "CMN-201", ErrorKind::unavailable},
        {500, "CMN-203", ErrorKind::unavailable},  {403, "CMN-401", ErrorKind::unauthorized},
        {403, "CMN-402", ErrorKind::unauthorized}, {403, "CMN-403", ErrorKind::rejected},
        {403, "CMN-404", ErrorKind::rejected},     {401, "OAU-123", ErrorKind::unauthorized},
        {401, "OAU-128", ErrorKind::unauthorized}, {401, "OAU-129", ErrorKind::unauthorized},
        {401, "OAU-140", ErrorKind::unauthorized}, {401, "OAU-146", ErrorKind::unauthorized},
        {401, "OAU-149", ErrorKind::unauthorized}, {400, "OAU-147", ErrorKind::unauthorized},
        {429, "CMN-301", ErrorKind::throttled},    {429, "CMN-302", ErrorKind::throttled},
        {429, "CMN-303", ErrorKind::throttled},    {429, "CMN-304", ErrorKind::throttled},
        {429, "CMN-310", ErrorKind::throttled},
    };
    for (const auto& [status, code, kind] : rows) {
        const auto plugin = porteur::testkit::Plugin::linked();
        const std::string word = code;
        const std::string bodies[] = {
            R"({"errors":[{"errorCode":")" + word + R"(","message":"m"}]})",
            R"({"errorCode":")" + word + R"(","message":"m"})",  // as some v1 bodies have it
        };
        for (const auto& body : bodies) {
            porteur::testkit::Script script(plugin, "list_numbers", "{}");
            script.expects_http("GET", "/restapi/v1.0/account/~/phone-number")
                .answers(status, body);
            script
                .fails_with(
                    kind, kind == ErrorKind::rejected ? Reason::other : Reason::none,
                    HasSubstr(word)
                )
                .coded(word);
        }
    }
}

TEST(UsageTypes, TellWhetherANumberMayLeave) {
    const std::pair<const char*, Leaving> rows[] = {
        {"MainCompanyNumber", Leaving::may},
        {"AdditionalCompanyNumber", Leaving::may},
        {"CompanyNumber", Leaving::may},
        {"DirectNumber", Leaving::may},
        {"CompanyFaxNumber", Leaving::may},
        {"FmcBusinessMobileNumber", Leaving::cannot},
        {"InventoryFmcBusinessMobileNumber", Leaving::cannot},
        {"ForwardedNumber", Leaving::cannot},
        {"ForwardedCompanyNumber", Leaving::cannot},
        {"ContactCenterNumber", Leaving::ask},
        {"ConferencingNumber", Leaving::cannot},
        {"MeetingsNumber", Leaving::cannot},
        {"NumberPool", Leaving::may},
        {"BusinessMobileNumber", Leaving::cannot},
        {"ELIN", Leaving::cannot},
        {"PartnerBusinessMobileNumber", Leaving::cannot},
        {"NumberPoolPartnerBusinessMobileNumber", Leaving::cannot},
        {"NumberStorage", Leaving::may},
        {"IntegrationNumber", Leaving::ask},
        {"InventoryMobileNumber", Leaving::cannot},
        {"Inventory", Leaving::may},
        {"InventoryPartnerBusinessMobileNumber", Leaving::cannot},
        {"PhoneLine", Leaving::may},
        {"SomethingOfTomorrow", Leaving::ask},
    };
    for (const auto& [word, wanted] : rows) {
        const auto verdict = verdict_on("Local", word);
        EXPECT_EQ(verdict.leaving, wanted) << word;
        EXPECT_EQ(verdict.why.empty(), wanted == Leaving::may) << word;
        expect_verdict("Local", word, wanted);
    }
}

TEST(PaymentTypes, TellWhetherANumberMayLeave) {
    const std::pair<const char*, Leaving> rows[] = {
        {"Local", Leaving::may},
        {"TollFree", Leaving::may},
        {"External", Leaving::cannot},
        {"BusinessMobileNumberProvider", Leaving::cannot},
        {"ExternalNumberProvider", Leaving::cannot},
        {"ExternalNumberProviderTollFree", Leaving::cannot},
        {"Mobile", Leaving::cannot},
        {"SomethingOfTomorrow", Leaving::ask},
        {"", Leaving::may},
    };
    for (const auto& [word, wanted] : rows) {
        EXPECT_EQ(verdict_on(word, "DirectNumber").leaving, wanted) << word;
        expect_verdict(word, "DirectNumber", wanted);
    }
    EXPECT_EQ(verdict_on("External", "ContactCenterNumber").leaving, Leaving::cannot)
        << "the worse of the two counts";
}

TEST(NumberStatus, OnlyNormalIsInService) {
    EXPECT_THAT(why_not_in_service("Normal"), IsEmpty());
    EXPECT_THAT(why_not_in_service("Pending"), HasSubstr("on its way"));
    EXPECT_THAT(why_not_in_service("PortedIn"), HasSubstr("not completed"));
    EXPECT_THAT(why_not_in_service("Temporary"), HasSubstr("stands in"));
    EXPECT_THAT(why_not_in_service("Unknown"), Not(IsEmpty()));
    EXPECT_THAT(why_not_in_service("SomethingOfTomorrow"), HasSubstr("Normal"));
    EXPECT_THAT(problems_with("Local", "DirectNumber", "Normal"), IsEmpty());
    for (const auto* word : {"Pending", "PortedIn", "Temporary", "Unknown"}) {
        const auto problems = problems_with("Local", "DirectNumber", word);
        ASSERT_EQ(problems.size(), 1u) << word;
        EXPECT_EQ(problems[0].reason, Reason::number_inactive) << word;
        EXPECT_TRUE(problems[0].blocking) << word;
    }
}

TEST(AccountStatus, OnlyConfirmedIsActive) {
    EXPECT_THAT(why_not_active("Confirmed", ""), IsEmpty());
    EXPECT_THAT(why_not_active("Initial", ""), HasSubstr("set-up"));
    EXPECT_THAT(why_not_active("Unconfirmed", ""), HasSubstr("confirmed"));
    EXPECT_THAT(why_not_active("Disabled", "SuspendedVoluntarily"), HasSubstr("resume"));
    EXPECT_THAT(why_not_active("Disabled", "SuspendedInvoluntarily"), HasSubstr("settle"));
    EXPECT_THAT(why_not_active("Disabled", "CancelledVoluntarily"), HasSubstr("restore"));
    EXPECT_THAT(why_not_active("Disabled", "CancelledInvoluntarily"), HasSubstr("restore"));
    EXPECT_THAT(why_not_active("Disabled", "SomethingOfTomorrow"), HasSubstr("ask RingCentral"));
    EXPECT_THAT(why_not_active("", ""), Not(IsEmpty())) << "silence is not a yes";
    EXPECT_THAT(wrong_with_account("Confirmed", "", "Regular"), IsEmpty());
    for (const auto* status : {"Initial", "Unconfirmed", "Disabled"})
        EXPECT_THAT(wrong_with_account(status, "", "Regular"), HasSubstr("not Confirmed"));
    for (const auto* reason :
         {"SuspendedVoluntarily", "SuspendedInvoluntarily", "CancelledVoluntarily",
          "CancelledInvoluntarily"})
        EXPECT_THAT(wrong_with_account("Disabled", reason, "Regular"), HasSubstr(reason));
}

TEST(BillingPlanType, OnlyRegularAndInitialAreInGoodStanding) {
    for (const auto* type : {"Regular", "Initial"}) EXPECT_THAT(why_not_paid(type), IsEmpty());
    EXPECT_THAT(why_not_paid("Suspended"), HasSubstr("suspended"));
    for (const auto* type : {"Trial", "TrialNoCC"})
        EXPECT_THAT(why_not_paid(type), HasSubstr("trial"));
    EXPECT_THAT(why_not_paid("Free"), HasSubstr("free"));
    for (const auto* type : {"Regular", "Initial"})
        EXPECT_THAT(wrong_with_account("Confirmed", "", type), IsEmpty());
    for (const auto* type : {"Suspended", "Trial", "TrialNoCC", "Free"})
        EXPECT_THAT(wrong_with_account("Confirmed", "", type), HasSubstr("neither Regular nor Initial"));
}

}  // namespace
}  // namespace ringcentral
