// SPDX-License-Identifier: Apache-2.0
#include "domain/document_rules.hpp"

#include <gmock/gmock.h>

namespace porteur {
namespace {

using namespace std::chrono;
using ::testing::HasSubstr;

constexpr year_month_day today{2026y / 11 / 25};
const DocumentAges ages{{"invoice", 45}, {"loa", 30}};

DocumentRef document(const std::string& type, int days_old) {
    DocumentRef made;
    made.type = type;
    made.name = type + ".pdf";
    const year_month_day date{sys_days{today} - days{days_old}};
    (type == "loa" ? made.signed_on : made.issued_on) = date;
    return made;
}

std::vector<Problem> problems(
    const std::vector<DocumentRef>& documents, std::optional<year_month_day> transfer = {},
    const DocumentAges& of = ages
) {
    return document_age_problems(documents, of, today, transfer);
}

TEST(DocumentAge, MayBeAsManyDaysAsTheRuleSaysAndNotOneMore) {
    EXPECT_TRUE(problems({document("loa", 30), document("invoice", 45)}).empty());
    const auto found = problems({document("loa", 31), document("invoice", 46)});
    ASSERT_EQ(found.size(), 2U);
    for (const auto& each : found) EXPECT_TRUE(each.blocking);
    EXPECT_EQ(found[0].field, "/documents/1");
    EXPECT_EQ(
        found[0].message,
        "the invoice \"invoice.pdf\" is of 2026-10-10, 46 days ago; attach one of at most 45 days"
    );
    EXPECT_EQ(found[0].reason, Reason::document_refused);
    EXPECT_EQ(found[1].field, "/documents/0");
    EXPECT_THAT(
        found[1].message, HasSubstr("the letter of authorization \"loa.pdf\" is of 2026-10-25")
    );
    EXPECT_EQ(found[1].reason, Reason::loa_expired);
}

TEST(DocumentAge, WarnsOfOneThatWillBeTooOldOnTheDayOfTheTransfer) {
    const year_month_day transfer{2026y / 12 / 20};
    EXPECT_TRUE(problems({document("loa", 5)}, transfer).empty()) << "30 days then";
    const auto found = problems({document("loa", 6)}, transfer);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_FALSE(found[0].blocking);
    EXPECT_EQ(
        found[0].message,
        "the letter of authorization \"loa.pdf\" is of 2026-11-19 and will be 31 days old on the "
        "day of the transfer, 2026-12-20; carriers take 30 days: have a new one ready by 2026-12-19"
    );
}

TEST(DocumentAge, CountsTheYoungestOfAType) {
    EXPECT_TRUE(problems({document("loa", 90), document("loa", 2), document("loa", 60)}).empty());
    const auto found = problems({document("loa", 90), document("loa", 60)});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].field, "/documents/1");
}

TEST(DocumentAge, TakesTheDateThatIsKnown) {
    auto letter = document("loa", 40);
    std::swap(letter.issued_on, letter.signed_on);
    EXPECT_EQ(problems({letter}).size(), 1U);
    letter.signed_on = today;
    EXPECT_TRUE(problems({letter}).empty()) << "a form of last year, signed today";
    letter.signed_on = letter.issued_on = std::nullopt;
    EXPECT_TRUE(problems({letter}).empty());
}

TEST(DocumentAge, OfADayThatIsYetToComeIsAMistake) {
    EXPECT_TRUE(problems({document("loa", -1)}).empty()) << "it is tomorrow elsewhere";
    const auto found = problems({document("loa", -2)});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].blocking);
    EXPECT_THAT(found[0].message, HasSubstr("yet to come"));
}

TEST(DocumentAge, HasNoRuleForOtherTypesUntilTheSettingsOrACarrierGiveOne) {
    EXPECT_TRUE(problems({document("id", 4000)}).empty());
    EXPECT_EQ(problems({document("id", 4000)}, {}, {{"id", 3650}}).size(), 1U);
}

DocumentRef good_until(const std::string& type, year_month_day day) {
    DocumentRef made;
    made.type = type;
    made.name = type + ".pdf";
    made.expires_on = day;
    return made;
}

TEST(DocumentExpiry, RefusesWhatIsOverTodayAndTakesTheLastGoodDay) {
    EXPECT_TRUE(document_expiry_problems({document("id", 4000), good_until("id", today)}, today, {}).empty());
    const auto found = document_expiry_problems(
        {good_until("id", today), good_until("registration", 2026y / 11 / 24), good_until("loa", 2020y / 1 / 1)}, today, {}
    );
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].field, "/documents/1");
    EXPECT_EQ(found[0].reason, Reason::document_refused);
    EXPECT_EQ(
        found[0].message,
        "the document \"registration.pdf\" of type registration expired on 2026-11-24; attach one that is still good"
    );
    EXPECT_EQ(found[1].field, "/documents/2");
    EXPECT_EQ(found[1].reason, Reason::loa_expired);
    for (const auto& each : found) EXPECT_TRUE(each.blocking);
}

TEST(DocumentExpiry, RefusesWhatIsOverBeforeTheRequestedDate) {
    const auto passport = good_until("id", 2026y / 12 / 10);
    EXPECT_TRUE(document_expiry_problems({passport}, today, {}).empty()) << "no date is asked for";
    EXPECT_TRUE(document_expiry_problems({passport}, today, 2026y / 12 / 10).empty());
    const auto found = document_expiry_problems({passport}, today, 2026y / 12 / 11);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].blocking);
    EXPECT_EQ(
        found[0].message,
        "the document \"id.pdf\" of type id expires on 2026-12-10, before the requested date 2026-12-11; attach one that is good then"
    );
}

Requirement wanted(const std::string& code, std::optional<std::int64_t> days_max) {
    Requirement made;
    made.code = code;
    made.kind = "document";
    made.age_days_max = days_max;
    return made;
}

TEST(DocumentAges, OfACarrierGoOverThoseOfTheSettings) {
    EXPECT_EQ(ages_with(ages, {}), ages);
    const Requirements losing{
        .items = {wanted("statement", 60), wanted("id", 90)}, .notes_en = {}, .notes_fr = {}
    };
    EXPECT_EQ(ages_with(ages, {losing}), (DocumentAges{{"id", 90}, {"invoice", 60}, {"loa", 30}}));
    const Requirements gaining{
        .items = {wanted("loa", {}), wanted("invoice", 50)}, .notes_en = {}, .notes_fr = {}
    };
    EXPECT_EQ(ages_with(ages, {losing, gaining}).at("invoice"), 50) << "of two, the shorter";
    EXPECT_EQ(ages_with(ages, {gaining}).at("loa"), 30) << "a carrier that names none has none";
    auto text = wanted("loa", 1);
    text.kind = "text";
    EXPECT_EQ(ages_with(ages, {{.items = {text}, .notes_en = {}, .notes_fr = {}}}), ages);
}

}  // namespace
}  // namespace porteur
