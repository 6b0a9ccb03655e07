// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Plugin& ringcentral() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
json::object order() { return parsed(file("order.json")).as_object(); }

struct World {
    std::string account = file("account.json");
    std::string address = file("business-address.json");
    std::string service = file("service-info.json");
    std::vector<std::string> pages = {file("numbers-page-1.json"), file("numbers-page-2.json")};
    std::string today = "2026-11-22T15:00:00Z";
    std::string settings = "{}";
};

Script preflight(const json::object& given, const World& world = {}) {
    const std::string account = "/restapi/v1.0/account/~";
    Script script(ringcentral(), "preflight", canonical(given), world.settings);
    script.expects_http("GET", account).answers(200, world.account);
    script.expects_http("GET", account + "/business-address").answers(200, world.address);
    script.expects_http("GET", account + "/service-info").answers(200, world.service);
    for (const auto& page : world.pages)
        script.expects_http("GET", account + "/phone-number").answers(200, page);
    script.asks_time(world.today);
    return script;
}
std::vector<Problem> problems(const json::object& given, const World& world = {}) {
    return preflight(given, world).result<Findings>().problems;
}
auto problem(std::string field, Reason reason, bool blocking) {
    return AllOf(
        Field(&Problem::field, field), Field(&Problem::reason, reason),
        Field(&Problem::blocking, blocking)
    );
}

TEST(Preflight, FindsNothingWrongWithAnOrderThatFits) {
    auto script = preflight(order());
    script.ends_with(R"({"problems":[]})");
    EXPECT_THAT(script.result<Findings>().note, HasSubstr("billing address"));
    EXPECT_EQ(cut_everywhere(script), 7u);
}

TEST(Preflight, FindsANumberThatIsNotOnTheAccount) {
    auto given = order();
    given["numbers"].as_array().push_back("+14165550177");
    const auto found = problems(given);
    EXPECT_THAT(found, Contains(problem("/numbers/2", Reason::number_not_on_account, true)));
    EXPECT_THAT(found[0].message, AllOf(HasSubstr("+*******0177"), Not(HasSubstr("416555"))));
}

TEST(Preflight, FindsNumbersThatRingCentralDoesNotHold) {
    auto given = order();
    given["numbers"] = json::array{"+14165550104"};
    EXPECT_THAT(problems(given), Contains(problem("/numbers/0", Reason::not_portable, true)));
}

TEST(Preflight, FindsANumberThatIsNotInService) {
    auto given = order();
    given["numbers"] = json::array{"+14165550105"};
    EXPECT_THAT(problems(given), Contains(problem("/numbers/0", Reason::number_inactive, true)));
}

TEST(Preflight, WarnsThatTheMainNumberLeavesWhileOthersStay) {
    auto given = order();
    given["numbers"] = json::array{"+14165550100"};
    EXPECT_THAT(
        problems(given), Contains(problem("/new_btn", Reason::btn_porting_with_remainder, false))
    );

    World alone;
    alone.pages = {file("numbers-only-main.json")};
    EXPECT_THAT(problems(given, alone), IsEmpty());
}

TEST(Preflight, AsksNothingWhereTheOrderSaysWhichNumberBecomesTheMainOne) {
    auto given = order();
    given["numbers"] = json::array{"+14165550100"};
    given["new_btn"] = "+14165550101";
    EXPECT_THAT(problems(given), IsEmpty());
}

TEST(Preflight, RefusesANewMainNumberThatCannotBeIt) {
    auto given = order();
    for (const auto& [number, words] :
         {std::pair{"+14165550177", "is not on this RingCentral account"},
          std::pair{"+14165550101", "leaves itself"},
          std::pair{"+14165550104", "ForwardedNumber"},
          std::pair{"+14165550105", "Pending"}}) {
        given["numbers"] = json::array{"+14165550100", "+14165550101"};
        given["new_btn"] = number;
        const auto found = problems(given);
        ASSERT_THAT(
            found, Contains(problem("/new_btn", Reason::btn_porting_with_remainder, true))
        ) << number;
        EXPECT_THAT(found[0].message, HasSubstr(words));
    }
}

TEST(Preflight, SaysWhereRingCentralIsToBeAskedAboutANumber) {
    auto given = order();
    given["numbers"] = json::array{"+14165550101", "+14165550102"};
    World world;
    world.pages = {
        R"({"records":[{"id":1,"phoneNumber":"14165550101","usageType":"ContactCenterNumber",
            "paymentType":"Local","status":"Normal"},{"id":2,"phoneNumber":"14165550102",
            "usageType":"DirectNumber","paymentType":"Local","status":"Normal",
            "activationStatus":"Inactive"}]})"
    };
    const auto found = problems(given, world);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_THAT(found[0], problem("/numbers/0", Reason::special_feature, false));
    EXPECT_THAT(found[0].message, HasSubstr("live chat"));
    EXPECT_THAT(found[1], problem("/numbers/1", Reason::number_inactive, false));
}

TEST(Preflight, WarnsOfAnAccountNumberThatIsNotTheMainNumber) {
    auto given = order();
    given["account_number"] = "9055550100";
    EXPECT_THAT(
        problems(given),
        Contains(problem("/account_number", Reason::account_number_mismatch, false))
    );
}

TEST(Preflight, WarnsOfABillingTelephoneNumberThatIsNotTheMainNumber) {
    auto given = order();
    given["btn"] = "+14165550100";
    EXPECT_THAT(problems(given), IsEmpty());
    given["btn"] = "+14165550101";
    EXPECT_THAT(problems(given), Contains(problem("/btn", Reason::btn_mismatch, false)));
}

TEST(Preflight, WarnsWhereOnlyTheSpellingOfAnAddressDiffers) {
    auto given = order();
    given["service_address"].as_object()["street_type"] = "Street";
    given["service_address"].as_object()["city"] = "TORONTO";
    const auto found = problems(given);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_THAT(found[0], problem("/service_address/street", Reason::address_mismatch, false));
    EXPECT_THAT(
        found[0].message,
        AllOf(
            HasSubstr("is spelt \"King Street W\" in the order and \"King St W\""),
            HasSubstr("the same but for its spelling")
        )
    );
    EXPECT_THAT(found[1], problem("/service_address/city", Reason::address_mismatch, false));
}

TEST(Preflight, ComparesTheAddressPartByPart) {
    auto given = order();
    given["service_address"].as_object()["street"] = "Queen";
    given["service_address"].as_object()["postal_code"] = "M4B 1B3";
    given["service_address"].as_object()["region"] = "QC";
    given["end_user"].as_object()["name"] = "Other Inc";
    const auto found = problems(given);
    EXPECT_THAT(
        found, Contains(problem("/service_address/street", Reason::address_mismatch, false))
    );
    EXPECT_THAT(
        found,
        Contains(problem("/service_address/postal_code", Reason::postal_code_mismatch, false))
    );
    EXPECT_THAT(
        found, Contains(problem("/service_address/region", Reason::address_mismatch, false))
    );
    EXPECT_THAT(found, Contains(problem("/end_user/name", Reason::name_mismatch, false)));
}

TEST(Preflight, TellsHouseNumberStreetAndUnitApart) {
    World world;
    world.address =
        R"({"company":"Acme Inc","businessAddress":{"country":"Canada","state":"Ontario",
            "city":"Toronto","street":"1 King Street West, Suite 500","zip":"M5V1A1"}})";
    auto given = order();
    auto& address = given["service_address"].as_object();
    address["unit"] = "500";
    // Wholly the same but for its spelling, whichever way it is taken apart.
    auto found = problems(given, world);
    ASSERT_EQ(found.size(), 2u) << "street and postal code";
    EXPECT_THAT(found[0], problem("/service_address/street", Reason::address_mismatch, false));
    EXPECT_THAT(found[0].message, HasSubstr("the same but for its spelling"));
    EXPECT_THAT(
        found[1], problem("/service_address/postal_code", Reason::postal_code_mismatch, false)
    );

    address["house_number"] = "11";
    address["unit"] = "5";
    found = problems(given, world);
    EXPECT_THAT(
        found, Contains(problem("/service_address/house_number", Reason::address_mismatch, false))
    );
    EXPECT_THAT(
        found, Contains(problem("/service_address/unit", Reason::address_mismatch, false))
    );
    address.erase("unit");
    found = problems(given, world);
    const auto unit = std::ranges::find(found, "/service_address/unit", &Problem::field);
    ASSERT_NE(unit, found.end());
    EXPECT_THAT(unit->message, HasSubstr("is missing in the order and \"500\""));
}

TEST(Preflight, SaysThatALineIsWrittenOtherwiseWhereAllItsPartsAgree) {
    World world;
    world.settings = R"({"address_difference":"block"})";
    world.address =
        R"({"company":"Acme Inc","businessAddress":{"country":"Canada","state":"Ontario",
            "city":"Toronto","street":"5-100 Main St","zip":"M5V 1A1"}})";
    auto given = order();
    auto& address = given["service_address"].as_object();
    address.erase("street_direction");
    address["house_number"] = "100";
    address["street"] = "Main";
    address["unit"] = "5";
    const auto found = problems(given, world);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_THAT(found[0], problem("/service_address/street", Reason::address_mismatch, false));
    EXPECT_THAT(
        found[0].message,
        AllOf(
            HasSubstr("is spelt \"100 Main St Unit 5\" in the order and \"5-100 Main St\""),
            HasSubstr("the same but for its spelling")
        )
    );
}

TEST(Preflight, BlocksAnotherAddressWhereTheAccountSaysSo) {
    auto given = order();
    given["service_address"].as_object()["street"] = "Queen";
    given["service_address"].as_object()["city"] = "TORONTO";
    World strict;
    strict.settings = R"({"address_difference":"block"})";
    const auto found = problems(given, strict);
    EXPECT_THAT(
        found, Contains(problem("/service_address/street", Reason::address_mismatch, true))
    );
    EXPECT_THAT(found, Contains(problem("/service_address/city", Reason::address_mismatch, false)));
}

TEST(Preflight, RefusesAnAccountThatIsNotInGoodStanding) {
    World world;
    world.account = file("account-suspended.json");
    world.service = file("service-info-trial.json");
    EXPECT_THAT(problems(order(), world), ::testing::SizeIs(2));
}

TEST(Preflight, RefusesAStatementOfMoreThan45Days) {
    World last_day, day_after;
    last_day.today = "2026-12-15T23:59:59Z";  // 45 days after 31 October
    day_after.today = "2026-12-16T00:00:00Z";
    EXPECT_THAT(problems(order(), last_day), IsEmpty());
    const auto found = problems(order(), day_after);
    ASSERT_THAT(found, Contains(problem("/documents", Reason::document_refused, true)));
    EXPECT_THAT(found[0].message, HasSubstr("46 days old"));
}

TEST(Preflight, RefusesALetterOfAuthorizationOfMoreThan30Days) {
    auto given = order();
    given["documents"].as_array().push_back({{"id", "doc-1"}, {"type", "loa"}, {"signed_on", "2026-10-22"}});
    const auto found = problems(given);
    ASSERT_THAT(found, Contains(problem("/documents", Reason::loa_expired, true)));
}

TEST(Preflight, RefusesAStatementOfTheFuture) {
    World world;
    world.today = "2026-10-01T00:00:00Z";
    EXPECT_THAT(
        problems(order(), world), Contains(problem("/documents", Reason::document_refused, true))
    );
}

TEST(Preflight, PassesOnThatTheAccountMayNotBeRead) {
    Script script(ringcentral(), "preflight", canonical(order()));
    script.expects_http("GET", "/restapi/v1.0/account/~")
        .answers_file(403, "error-permission.json");
    script.expects_http("GET", "/restapi/v1.0/account/~/business-address")
        .answers_file(200, "business-address.json");
    script.expects_http("GET", "/restapi/v1.0/account/~/service-info")
        .answers_file(200, "service-info.json");
    script.fails_with(ErrorKind::unauthorized, Reason::none, HasSubstr("[ReadAccounts]"))
        .coded("CMN-401");
    cut_everywhere(script);
}

}  // namespace
}  // namespace porteur::testkit
