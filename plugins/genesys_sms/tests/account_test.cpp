// SPDX-License-Identifier: Apache-2.0
// check_account, list_numbers, search_numbers, requirements.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto numbers = "/api/v2/routing/sms/phonenumbers";
constexpr auto available = "/api/v2/routing/sms/availablephonenumbers";

const Plugin& genesys() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

TEST(CheckAccount, NamesTheOrganization) {
    Script script(genesys(), "check_account", "{}");
    script.expects_http("GET", "/api/v2/organizations/me").answers_file(200, "organization.json");
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.ends_exactly(
        R"json({"identity":"Acme (0f1e2d3c-0000-4000-8000-000000000001)","problems":[]})json"
    );
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(CheckAccount, FindsAnotherOrganizationThanTheSettingSays) {
    Script script(genesys(), "check_account", "{}", R"({"organization_id":"other"})");
    script.expects_http("GET", "/api/v2/organizations/me").answers_file(200, "organization.json");
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.ends_with(R"({"problems":[{"blocking":true}]})");
}

TEST(CheckAccount, StopsWithoutThePermissionForNumbers) {
    Script script(genesys(), "check_account", "{}");
    script.expects_http("GET", "/api/v2/organizations/me").answers_file(200, "organization.json");
    script.expects_http("GET", numbers)
        .answers_file(403, "error-permission.json")
        .fails_with(ErrorKind::unauthorized);
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
        R"({"country":"US","area_code":"317","contains":"55","quantity":3})"
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
        genesys(), "search_numbers", R"({"country":"FR","number_type":"mobile","quantity":1})"
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

Requirements requirements_of(const std::string& country) {
    Script script(
        genesys(), "requirements", R"({"country":")" + country + R"(","action":"purchase"})"
    );
    return script.result<Requirements>();
}

TEST(Requirements, AreMarkedAsSampleDataInEachOfThe17Countries) {
    for (const auto* country :
         {"AU", "AT", "BE", "CZ", "EE", "FR", "DE", "HK", "HU", "IT", "LT", "MY", "PL", "PT", "SG",
          "ES", "CH"}) {
        const auto list = requirements_of(country);
        EXPECT_THAT(list.notes_en, Contains(HasSubstr("Sample data"))) << country;
        EXPECT_THAT(list.notes_fr, Contains(HasSubstr("Données d'exemple"))) << country;
        EXPECT_THAT(list.notes_en, Contains(HasSubstr("2 to 5 business days"))) << country;
        EXPECT_EQ(list.notes_en.size(), list.notes_fr.size()) << country;
        for (const auto& each : list.items) {
            EXPECT_THAT(each.label_fr, Not(IsEmpty())) << country << " " << each.code;
            EXPECT_THAT(each.help_fr, Not(IsEmpty())) << country << " " << each.code;
        }
    }
}

TEST(Requirements, SayWhereNothingIsKnown) {
    EXPECT_THAT(requirements_of("EE").notes_en, Contains(HasSubstr("no public source")));
    EXPECT_THAT(requirements_of("FR").notes_en, Not(Contains(HasSubstr("no public source"))));
}

TEST(Requirements, NameTheKbisForFranceAndNothingForTheUnitedStates) {
    EXPECT_THAT(
        requirements_of("FR").items, Contains(Field(&Requirement::help_en, HasSubstr("Kbis")))
    );
    EXPECT_THAT(requirements_of("US").items, Not(Contains(Field(&Requirement::kind, "document"))));
}

}  // namespace
}  // namespace porteur::testkit
