// SPDX-License-Identifier: Apache-2.0
// The pure operations: requirements and validate.
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
std::vector<Problem> problems(const json::object& given, const std::string& settings = "{}") {
    Script script(ringcentral(), "validate", canonical(given), settings);
    cut_everywhere(script);
    return script.result<Findings>().problems;
}
auto problem(std::string field, Reason reason) {
    return AllOf(
        Field(&Problem::field, field), Field(&Problem::reason, reason),
        Field(&Problem::blocking, true)
    );
}

TEST(Validate, FindsNothingWrongWithACompleteOrder) { EXPECT_THAT(problems(order()), IsEmpty()); }

TEST(Validate, FindsEachThingThatIsMissing) {
    const auto found = problems({});
    EXPECT_THAT(found, Contains(problem("/numbers", Reason::none)));
    EXPECT_THAT(found, Contains(problem("/end_user/name", Reason::name_mismatch)));
    EXPECT_THAT(found, Contains(problem("/account_number", Reason::account_number_required)));
    EXPECT_THAT(found, Contains(problem("/pin", Reason::pin_required)));
    EXPECT_THAT(found, Contains(problem("/service_address", Reason::address_required)));
    EXPECT_THAT(found, Contains(problem("/documents", Reason::documents_required)));
}

TEST(Validate, TakesAPinOf6To10DigitsOnly) {
    const auto with_pin = [](std::int64_t length, bool digits_only) {
        auto given = order();
        given["pin"] =
            json::object{{"given", true}, {"length", length}, {"digits_only", digits_only}};
        return given;
    };
    for (const std::int64_t length : {6, 10})
        EXPECT_THAT(problems(with_pin(length, true)), IsEmpty()) << length;
    for (const std::int64_t length : {5, 11})
        EXPECT_THAT(
            problems(with_pin(length, true)), Contains(problem("/pin", Reason::pin_invalid))
        ) << length;
    EXPECT_THAT(problems(with_pin(6, false)), Contains(problem("/pin", Reason::pin_invalid)));
    EXPECT_THAT(problems(with_pin(4, true), R"({"pin_digits_min":4})"), IsEmpty());
    EXPECT_THAT(
        problems(with_pin(10, true), R"({"pin_digits_max":8})"),
        Contains(problem("/pin", Reason::pin_invalid))
    );
}

TEST(Validate, TakesAnAccountNumberOfTenDigitsOnly) {
    for (const auto* number : {"416555010", "41655501000", "416-555-01", "416555010x"}) {
        auto given = order();
        given["account_number"] = number;
        EXPECT_THAT(
            problems(given), Contains(problem("/account_number", Reason::account_number_mismatch))
        ) << number;
    }
}

TEST(Validate, WantsTheDayOfTheStatement) {
    auto given = order();
    given["documents"].as_array()[0].as_object().erase("issued_on");
    EXPECT_THAT(problems(given), Contains(problem("/documents", Reason::documents_required)));
}

TEST(Validate, RefusesANumberFromElsewhereByItsPlace) {
    auto given = order();
    given["numbers"].as_array().push_back("+33123456789");
    EXPECT_THAT(problems(given), Contains(problem("/numbers/2", Reason::not_portable)));
}

TEST(Validate, RefusesANumberOfAnotherCountryOfPlusOne) {
    for (const auto& [number, area] : {std::pair{"+18765550123", "area code 876 (JM)"},
                                       {"+18095550123", "area code 809 (DO)"},
                                       {"+19005550123", "area code 900,"}}) {
        auto given = order();
        given["numbers"].as_array().push_back(number);
        EXPECT_THAT(
            problems(given), Contains(AllOf(
                                 problem("/numbers/2", Reason::not_portable),
                                 Field(&Problem::message, HasSubstr(area))
                             ))
        );
    }
}

TEST(Validate, RefusesAnInputThatIsNoOrder) {
    Script(ringcentral(), "validate", R"({"numbers":["4165550100"]})")
        .fails_with(ErrorKind::invalid_input, Reason::none, HasSubstr("/numbers/0"));
}

TEST(Requirements, NameEveryItemOfThePackageInBothLanguages) {
    Script script(ringcentral(), "requirements", R"({"action":"port_out"})");
    const auto list = script.result<Requirements>();
    for (const auto* code :
         {"pin", "account_number", "account_name", "billing_address", "numbers", "statement", "loa", "btn",
          "account_active", "administrator"})
        EXPECT_THAT(requirement(list, code).label_en, Not(IsEmpty())) << code;
    EXPECT_EQ(requirement(list, "statement").age_days_max, 45);
    EXPECT_EQ(requirement(list, "loa").age_days_max, 30);
    EXPECT_EQ(requirement(list, "account_number").pattern, "^[0-9]{10}$");
    for (const auto& each : list.items) {
        EXPECT_THAT(each.label_fr, Not(IsEmpty())) << each.code;
        EXPECT_THAT(each.help_en, Not(IsEmpty())) << each.code;
        EXPECT_THAT(each.help_fr, Not(IsEmpty())) << each.code;
    }
    EXPECT_EQ(list.items[0].pattern, "^[0-9]{6,10}$");
    EXPECT_THAT(list.notes_en, Contains(HasSubstr("1-888-898-4591")));
    EXPECT_THAT(
        list.notes_en,
        Contains(AllOf(
            HasSubstr("Monday to Friday 5:00 to 18:00 Pacific"),
            HasSubstr("whether a number may leave")
        ))
    );
    EXPECT_THAT(list.notes_en, Contains(HasSubstr("Do not cancel")));
    EXPECT_THAT(list.notes_en, Contains(HasSubstr("1 to 2 weeks")));
    EXPECT_THAT(
        list.notes_en, Contains(HasSubstr("US local, Canadian and North American toll-free"))
    );
    EXPECT_THAT(list.notes_fr, Contains(HasSubstr("N'annulez pas")));
    EXPECT_THAT(list.notes_fr, Contains(HasSubstr("en tout temps")));
    EXPECT_THAT(list.notes_fr, Contains(HasSubstr("1 à 2 semaines")));
    EXPECT_EQ(list.notes_en.size(), list.notes_fr.size());
}

TEST(Requirements, FollowTheSettingsOfTheAccount) {
    Script script(
        ringcentral(), "requirements", "{}", R"({"pin_digits_min":4,"statement_age_days_max":30})"
    );
    const auto list = script.result<Requirements>();
    EXPECT_EQ(list.items[0].pattern, "^[0-9]{4,10}$");
    EXPECT_THAT(
        list.items,
        Contains(
            AllOf(Field(&Requirement::code, "statement"), Field(&Requirement::age_days_max, 30))
        )
    );
}

TEST(Operations, ThatRingCentralDoesNotHaveAreNotThere) {
    for (const auto* name : {"submit_port", "purchase"})
        EXPECT_EQ(OneRun(ringcentral(), name, "{}", "{}").first().returned, PORTEUR_E_UNSUPPORTED)
            << name;
}

}  // namespace
}  // namespace porteur::testkit
