// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/model/discovery.hpp>

#include "trunk_script.hpp"

namespace porteur::testkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Script discover(const char* what, const char* area = "") {
    return Script(
        thinktel(), "discover", canonical(json::object{{"what", what}, {"area", area}}), settings
    );
}
std::vector<std::vector<std::string>> rows_of(Script& script) {
    const auto lists = script.result<std::vector<DiscoveryList>>();
    return lists.size() == 1 ? lists.front().rows : std::vector<std::vector<std::string>>{};
}

TEST(Discover, ShowsTheTrunksWithTheirDetails) {
    auto script = discover("trunks");
    script.expects_http("GET", "/SipTrunks").safe().answers_file(200, "trunks.json");
    script.expects_http("GET", "/SipTrunks/7005551212")
        .answers(
            200, R"({"Number":7005551212,"Account":1234,"Enabled":true,"PlanID":"SIP-UNLIMITED",
                          "Locale":2,"SecondLocale":9,"MaxChannels":23,"Label":"HQ"})"
        );
    script.expects_http("GET", "/SipTrunks/7005551300").answers_file(404, "error-not-found.json");
    EXPECT_THAT(
        rows_of(script),
        ElementsAre(
            ElementsAre("7005551212", "HQ", "1234", "yes", "SIP-UNLIMITED", "23", "2", "9"),
            ElementsAre("7005551300", "Laval", "", "", "", "", "", "")
        )
    );
    cut_everywhere(script);
}

TEST(Discover, ShowsTheOfferingsWithBothNames) {
    auto script = discover("offerings");
    script.expects_http("GET", "/Products/TelephoneOfferings").answers_file(200, "offerings.json");
    const auto rows = rows_of(script);
    ASSERT_EQ(rows.size(), 8u);
    EXPECT_THAT(
        rows[0],
        ElementsAre("OFF-1", "Hosted number", "Numéro hébergé", "1: a general product", "", "")
    );
    EXPECT_THAT(rows[5][4], HasSubstr("GRP-1: 4165559003 (Business group / Groupe d'affaires)"));
    EXPECT_EQ(rows[7][3], "8: not known");
}

TEST(Discover, ShowsTheLosingProvidersWithTheirIds) {
    auto script = discover("providers");
    script.expects_http("GET", "/NumberPorts/Providers")
        .answers(200, R"([{"ID":12,"Name":"Bell Canada"},{"ID":7,"Name":null}])");
    EXPECT_THAT(
        rows_of(script), ElementsAre(ElementsAre("12", "Bell Canada"), ElementsAre("7", ""))
    );
}

TEST(Discover, ShowsTheHolidaysWhateverFormTheirDatesHave) {
    auto script = discover("holidays");
    script.expects_http("GET", "/Holidays")
        .answers(
            200,
            R"([{"Date":"2026-12-25T00:00:00","Name":"Christmas"},{"Date":"20261012","Name":"Thanksgiving"}])"
        );
    EXPECT_THAT(
        rows_of(script),
        ElementsAre(
            ElementsAre("2026-10-12", "Thanksgiving"), ElementsAre("2026-12-25", "Christmas")
        )
    );
}

TEST(Discover, ShowsTheRateCentresOfAnArea) {
    const std::pair<const char*, const char*> areas[] = {
        {"", "/RateCenters"},
        {"780", "/RateCenters/NPA/780"},
        {"CA", "/RateCenters/Country/CA"},
        {"CA-AB", "/RateCenters/Country/CA/Province/AB"}
    };
    for (const auto& [area, path] : areas) {
        auto script = discover("rate_centers", area);
        script.expects_http("GET", path).named("rate-centers")
            .answers(200, R"([{"Name":"Edmonton, AB","Country":"CA","Available":10}])");
        EXPECT_THAT(rows_of(script), ElementsAre(ElementsAre("Edmonton, AB", "CA", "10")));
    }
    auto nothing = discover("rate_centers", "999");
    nothing.expects_http("GET", "/RateCenters/NPA/999").answers_file(404, "error-not-found.json");
    EXPECT_TRUE(rows_of(nothing).empty());
    for (const auto* area : {"78", "ca", "CA-", "CA/AB", "../x"})
        discover("rate_centers", area)
            .fails_with(ErrorKind::invalid_input, Reason::none, HasSubstr("CA-AB"));
}

TEST(Discover, ShowsWhereNumbersCanBePortedFrom) {
    auto script = discover("portable_rate_centers");
    script.expects_http("GET", "/NumberPorts/LNP/RateCenters").named("portable-rate-centers")
        .answers(
            200,
            R"([{"Name":"Edmonton, AB","Country":"CA","LNP":true,"Local":true,"OnNet":true,"NetworkType":"OnNet"}])"
        );
    EXPECT_THAT(
        rows_of(script), ElementsAre(ElementsAre("Edmonton, AB", "CA", "yes", "yes", "OnNet"))
    );
}

TEST(Discover, ShowsAllThatIsShortWhereNothingIsNamed) {
    auto script = discover("");
    script.expects_http("GET", "/SipTrunks").answers_file(200, "trunks-none.json");
    script.expects_http("GET", "/Products/TelephoneOfferings").answers(200, "[]");
    script.expects_http("GET", "/NumberPorts/Providers").answers_file(200, "providers.json");
    script.expects_http("GET", "/Holidays").answers_file(200, "holidays.json");
    const auto lists = script.result<std::vector<DiscoveryList>>();
    std::vector<std::string> names;
    for (const auto& each : lists) {
        names.push_back(each.name);
        EXPECT_FALSE(each.label_en.empty());
        EXPECT_NE(each.label_en, each.label_fr);
        for (const auto& row : each.rows) EXPECT_EQ(row.size(), each.columns.size());
    }
    EXPECT_THAT(names, ElementsAre("trunks", "offerings", "providers", "holidays"));
    cut_everywhere(script);
}

TEST(Discover, NamesTheListsThereAreForOneThatIsNot) {
    discover("secrets").fails_with(
        ErrorKind::invalid_input, Reason::none, HasSubstr("there are trunks, offerings")
    );
}

}  // namespace
}  // namespace porteur::testkit
