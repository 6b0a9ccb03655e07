// SPDX-License-Identifier: Apache-2.0
// check_account, list_numbers, search_numbers.
#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;


Script account_check(std::string_view more = "{}") {
    Script script(genesys(), "check_account", "{}", settings(more));
    script.expects_http("GET", organization).answers_file(200, "organization.json");
    return script;
}

TEST(CheckAccount, NamesTheOrganization) {
    auto script = account_check();
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_http("GET", available).safe().answers_file(200, "available-1.json");
    script.ends_exactly(
        R"json({"identity":"Acme (0f1e2d3c-0000-4000-8000-000000000001)","problems":[]})json"
    );
    EXPECT_EQ(cut_everywhere(script), 4u);
}

TEST(CheckAccount, StopsAtWrongCredentials) {
    Script(genesys(), "check_account", "{}", settings())
        .expects_http("GET", organization)
        .fails(ErrorKind::unauthorized)
        .fails_with(ErrorKind::unauthorized);
}

TEST(CheckAccount, FindsAnotherOrganizationThanTheSettingSays) {
    auto script = account_check(R"({"organization_id":"other"})");
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_http("GET", available).answers_file(200, "available-1.json");
    script.ends_with(R"({"problems":[{"blocking":true}]})");
}

TEST(CheckAccount, SaysWhichPermissionIsMissing) {
    auto script = account_check();
    script.expects_http("GET", numbers).answers_file(403, "error-permission.json");
    script.expects_http("GET", available).answers_file(403, "error-permission.json");
    const auto problems = script.result<AccountCheck>().problems;
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_THAT(problems[0].message, HasSubstr("sms:phoneNumber:view is missing"));
    EXPECT_THAT(problems[1].message, HasSubstr("sms:phoneNumber:add is missing"));
    EXPECT_THAT(problems[1].message, HasSubstr("SMS > Phone Number > All"));
    EXPECT_TRUE(problems[0].blocking);
}

TEST(CheckAccount, TellsTheRefusalsOf403Apart) {
    const std::pair<const char*, const char*> codes[] = {
        {"missing.permissions", "is missing, so"},
        {"missing.any.permissions", "is missing, so"},
        {"not.authorized", "is missing, so"},
        {"missing.division.permission", "missing in the numbers' division"},
        {"app.not.authorized.for.scope", "scope does not cover"},
        {"something.new", "refuses with \"something.new\""},
    };
    for (const auto& [code, words] : codes) {
        auto script = account_check();
        script.expects_http("GET", numbers)
            .answers(403, std::string(R"({"code":")") + code + R"(","status":403})");
        script.expects_http("GET", available).answers_file(200, "available-1.json");
        const auto problems = script.result<AccountCheck>().problems;
        ASSERT_EQ(problems.size(), 1u) << code;
        EXPECT_THAT(problems[0].message, HasSubstr(words)) << code;
    }
}

TEST(CheckAccount, FindsWhatDoesNotFitInTheFileOfCountries) {
    auto script = account_check(R"({"countries":{"FR":{"name":"France","colour":"blue"}}})");
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_http("GET", available).answers_file(200, "available-1.json");
    const auto problems = script.result<AccountCheck>().problems;
    EXPECT_THAT(
        problems, Contains(Field(&Problem::message, HasSubstr("FR: \"colour\" is no key of it")))
    );
    EXPECT_THAT(problems, Contains(Field(&Problem::message, HasSubstr("FR: name_fr is missing"))));
}

TEST(ListNumbers, ReadsEveryPage) {
    Script script(genesys(), "list_numbers", "{}");
    script.expects_http("GET", numbers)
        .with_query({{"pageSize", "25"}, {"pageNumber", "1"}})
        .answers_file(200, "numbers-page-1.json");
    script.expects_http("GET", numbers).named("numbers-2").answers_file(200, "numbers-page-2.json");
    script.ends_with(R"([
        {"number":"+13175550101","carrier_id":"n-1","carrier_word":"ACTIVE","label":"desk","type":"local"},
        {"number":"+18005550101","carrier_word":"PENDING_CANCELLATION","type":"toll_free"}])");
    cut_everywhere(script);
}

TEST(ListNumbers, PassesARefusalOn) {
    Script(genesys(), "list_numbers", "{}")
        .expects_http("GET", numbers)
        .answers_file(400, "error-value.json")
        .fails_with(ErrorKind::rejected, Reason::other)
        .coded("invalid.value");
}

TEST(SearchNumbers, AsksAgainUntilThereAreEnoughAndNoneTwice) {
    Script script(
        genesys(), "search_numbers",
        R"({"country":"US","area_code":"317","contains":"55","quantity":3})", settings()
    );
    script.expects_http("GET", available)
        .with_query(
            {{"countryCode", "US"},
             {"phoneNumberType", "local"},
             {"areaCode", "317"},
             {"pattern", "55"}}
        )
        .answers_file(200, "available-1.json")
        .expects_http("GET", available)
        .named("search-2")
        .answers_file(200, "available-2.json")
        .ends_with(R"([
            {"number":"+13175550101","documents_needed":false,"features":["sms","mms","voice"],"city":"Indianapolis"},
            {"number":"+13175550102","documents_needed":true},
            {"number":"+13175550103"}])");
    cut_everywhere(script);
}

TEST(SearchNumbers, StopsWhereNothingNewComes) {
    Script script(genesys(), "search_numbers", R"({"country":"US"})");
    script.expects_http("GET", available).answers_file(200, "available-1.json");
    script.expects_http("GET", available).answers_file(200, "available-1.json");
    EXPECT_EQ(script.result<std::vector<AvailableNumber>>().size(), 2u);
}

TEST(SearchNumbers, SaysThatFranceWantsPapers) {
    Script script(
        genesys(), "search_numbers", R"({"country":"FR","number_type":"mobile","quantity":1})",
        settings()
    );
    script.expects_http("GET", available)
        .with_query({{"countryCode", "FR"}, {"phoneNumberType", "mobile"}})
        .answers_file(200, "available-france.json")
        .ends_with(R"([{"number":"+33644550101","type":"mobile","documents_needed":true}])");
}

TEST(SearchNumbers, RefusesWhatGenesysDoesNotSell) {
    Script(genesys(), "search_numbers", R"({"country":"US","number_type":"short_code"})")
        .fails_with(ErrorKind::unsupported, Reason::unsupported_by_gaining);
    Script(genesys(), "search_numbers", R"({"country":""})").fails_with(ErrorKind::invalid_input);
    Script(genesys(), "search_numbers", R"({"country":"US"})")
        .expects_http("GET", available)
        .answers_file(400, "error-value.json")
        .fails_with(ErrorKind::rejected, Reason::other);
}

}  // namespace
}  // namespace porteur::testkit
