// SPDX-License-Identifier: Apache-2.0
// The data file: what it gives, and what is said of a mistake in it.
#include "support.hpp"

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Requirements, AreThoseOfTheDataFileInBothLanguages) {
    Script script(other(), "requirements", R"({"action":"port_in"})", settings());
    const auto list = script.result<Requirements>();
    for (const auto* code :
         {"workspace_role", "desktop_or_web", "pin", "account_number", "billing_address",
          "statement"})
        EXPECT_EQ(requirement(list, code).code, code);
    for (const auto& each : list.items) {
        EXPECT_THAT(each.label_en, Not(IsEmpty())) << each.code;
        EXPECT_THAT(each.label_fr, Not(IsEmpty())) << each.code;
        EXPECT_THAT(each.help_fr, Not(IsEmpty())) << each.code;
    }
    EXPECT_THAT(
        list.items,
        Contains(
            AllOf(Field(&Requirement::code, "statement"), Field(&Requirement::age_days_max, 45))
        )
    );
    EXPECT_THAT(list.notes_en, Contains(HasSubstr("on the web or in the desktop application")));
    EXPECT_THAT(list.notes_fr, Contains(HasSubstr("1 à 2 semaines")));
    EXPECT_EQ(list.notes_en.size(), list.notes_fr.size());
    cut_everywhere(script);
}

TEST(CheckAccount, NamesTheCarrier) {
    Script(other(), "check_account", "{}", settings())
        .ends_exactly(R"({"identity":"OpenPhone","problems":[]})");
}

std::string problem_with(const std::string& more) {
    Script script(other(), "check_account", "{}", settings_with(more));
    const auto check = script.result<AccountCheck>();
    EXPECT_EQ(check.problems.size(), 1u);
    return check.problems.empty() ? "" : check.problems[0].message;
}

TEST(CheckAccount, SaysWhichCarriersThereAre) {
    EXPECT_THAT(
        problem_with(R"({"carrier":"acme"})"),
        AllOf(HasSubstr("\"acme\""), HasSubstr("it has openphone"))
    );
    EXPECT_THAT(problem_with(R"({"carriers":null})"), HasSubstr("it has nothing"));
}

TEST(CheckAccount, NamesThePlaceOfAMistakeInTheDataFile) {
    const std::pair<const char*, const char*> rows[] = {
        {R"({"items":[]})", "openphone.name is missing"},
        {R"({"name":"O","nmae":"O"})", "openphone.nmae is not known"},
        {R"({"name":1})", "openphone.name is no text"},
        {R"({"name":"O","notes_en":"x"})", "openphone.notes_en is no list"},
        {R"({"name":"O","items":[1]})", "openphone.items[0] is no table"},
        {R"({"name":"O","items":[{"code":"a","kind":"paper","label_en":"A"}]})",
         "openphone.items[0].kind is none of text, address, document, action"},
        {R"({"name":"O","items":[{"code":"a","kind":"document","label_en":"A"}]})",
         "openphone.items[0].document is missing"},
        {R"({"name":"O","items":[{"code":"a","kind":"text","label_en":"A","field":"pin"}]})",
         "openphone.items[0].field is no JSON pointer"},
        {R"({"name":"O","items":[{"code":"a","kind":"text","label_en":"A","pattern":"["}]})",
         "openphone.items[0].pattern is no regular expression"},
        {R"({"name":"O","items":[{"code":"a","kind":"text","label_en":"A","required":"yes"}]})",
         "openphone.items[0].required is neither true nor false"},
        {R"({"name":"O","items":[{"code":"a","kind":"document","document":"loa","label_en":"A","age_days_max":0}]})",
         "openphone.items[0].age_days_max is no whole number above zero"},
    };
    for (const auto& [entry, wanted] : rows)
        EXPECT_THAT(
            problem_with(R"({"carriers":{"openphone":)" + std::string(entry) + "}}"),
            HasSubstr(wanted)
        );
}

TEST(Operations, StopAtAMistakeInTheDataFile) {
    for (const auto* operation :
         {"requirements", "validate", "submit_port", "check_port", "cancel_port", "preflight"}) {
        Script script(other(), operation, "{}", R"({"carrier":"openphone"})");
        script.fails_with(
            ErrorKind::invalid_input, Reason::none, HasSubstr("has no \"openphone\"")
        );
    }
}

TEST(Operations, CallTheCarrierAsTheAccountDoes) {
    Script(other(), "submit_port", canonical(order()), settings_with(R"({"name":"Our OpenPhone"})"))
        .asks_time("2026-11-22T15:00:00Z")
        .expects_manual()
        .with_head(R"({"title":"Hand order po-7 in at Our OpenPhone"})");
}

}  // namespace
}  // namespace porteur::testkit
