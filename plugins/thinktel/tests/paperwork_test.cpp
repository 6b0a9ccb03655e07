// SPDX-License-Identifier: Apache-2.0
// The pure operations: requirements, validate, split.
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

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

std::vector<Problem> problems_of(const json::object& order, const std::string& settings = "{}") {
    Script script(thinktel(), "validate", canonical(order), settings);
    cut_everywhere(script);
    return script.result<Findings>().problems;
}
json::object order() { return parsed(file("order.json")).as_object(); }

auto at(std::string field, Reason reason) {
    return AllOf(
        Field(&Problem::field, field), Field(&Problem::reason, reason),
        Field(&Problem::blocking, true)
    );
}

TEST(Validate, FindsNothingWrongWithACompleteOrder) {
    EXPECT_THAT(problems_of(order()), IsEmpty());
}

TEST(Validate, FindsEachFieldThatTheFormNeeds) {
    const auto problems = problems_of({});
    for (const auto* field :
         {"/numbers", "/end_user/name", "/account_number", "/service_address/house_number",
          "/service_address/street", "/service_address/city", "/service_address/region",
          "/service_address/postal_code", "/service_address/country", "/losing_carrier",
          "/contact_email", "/target"})
        EXPECT_THAT(problems, Contains(Field(&Problem::field, field))) << field;
    EXPECT_THAT(problems, Contains(at("/documents", Reason::loa_required)));
}

TEST(Validate, AsksOnWhichDayTheLetterOfAuthorizationWasSigned) {
    auto given = order();
    auto& letter = given["documents"].as_array()[0].as_object();
    ASSERT_EQ(letter["type"], "loa");
    letter.erase("signed_on");
    letter["issued_on"] = "2026-11-20";
    EXPECT_THAT(
        problems_of(given), ::testing::ElementsAre(at("/documents", Reason::loa_required))
    );
}

TEST(Validate, TakesFromTheSettingsWhatTheOrderDoesNotSay) {
    auto given = order();
    given.erase("losing_carrier");
    given.erase("contact_email");
    given.erase("target");
    EXPECT_THAT(
        problems_of(
            given,
            R"({"current_provider":12,"submitter_email":"p@acme.example","trunk":"7005551212"})"
        ),
        IsEmpty()
    );
}

TEST(Validate, RefusesTollFreeBesideStandardNumbers) {
    auto given = order();
    given["numbers"].as_array().push_back("+18885550101");
    EXPECT_THAT(problems_of(given), Contains(at("/numbers", Reason::split_required)));
}

TEST(Validate, RefusesANumberFromElsewhereByItsPlace) {
    auto given = order();
    given["numbers"].as_array().push_back("+33123456789");
    EXPECT_THAT(problems_of(given), Contains(at("/numbers/2", Reason::unsupported_by_gaining)));
}

TEST(Validate, RefusesANumberOfAnotherCountryOfPlusOne) {
    for (const auto& [number, area] : {std::pair{"+18765550123", "area code 876 (JM)"},
                                       {"+18095550123", "area code 809 (DO)"},
                                       {"+19005550123", "area code 900;"}}) {
        auto given = order();
        given["numbers"].as_array().push_back(number);
        EXPECT_THAT(
            problems_of(given),
            Contains(AllOf(
                at("/numbers/2", Reason::unsupported_by_gaining),
                Field(&Problem::message, HasSubstr(area))
            ))
        );
    }
}

TEST(Validate, RefusesThatTheMainNumberLeavesWhileOthersStay) {
    auto given = order();
    given["btn"] = "+14165550101";
    EXPECT_THAT(problems_of(given), IsEmpty());
    given["remaining"] = json::array{"+14165550103"};
    EXPECT_THAT(problems_of(given), Contains(at("/new_btn", Reason::btn_porting_with_remainder)));
    given["new_btn"] = "+14165550199";
    EXPECT_THAT(problems_of(given), Contains(at("/new_btn", Reason::none)));
    given["new_btn"] = "+14165550103";
    EXPECT_THAT(problems_of(given), IsEmpty());
}

TEST(Validate, RefusesANumberInTwoLists) {
    for (const auto* list : {"remaining", "disconnect"}) {
        auto given = order();
        given[list] = json::array{"+14165550102"};
        EXPECT_THAT(problems_of(given), Contains(at(std::string("/") + list, Reason::none)));
    }
    auto twice = order();
    twice["numbers"].as_array().push_back("+14165550102");
    EXPECT_THAT(problems_of(twice), Contains(at("/numbers", Reason::none)));
}

TEST(Validate, RefusesADayOfTheWeekendAndATimeThatIsNone) {
    auto given = order();
    given["requested_date"] = "2026-12-05";
    EXPECT_THAT(problems_of(given), Contains(at("/requested_date", Reason::due_date_unmet)));
    given["requested_date"] = "2026-12-04";
    for (const auto* time : {"9:30", "24:00", "09:60", "09.30"}) {
        given["requested_time"] = time;
        EXPECT_THAT(problems_of(given), Contains(at("/requested_time", Reason::none))) << time;
    }
    given["requested_time"] = "09:30";
    EXPECT_THAT(problems_of(given), IsEmpty());
    given.erase("requested_date");
    EXPECT_THAT(problems_of(given), Contains(at("/requested_time", Reason::none)));
}

TEST(Validate, TakesTheLosingSideFromTheDetails) {
    for (const auto* details :
         {R"({"current_provider":12})", R"({"current_reseller":"Reseller"})",
          R"({"current_provider_not_mandatory":true})"}) {
        auto given = order();
        given.erase("losing_carrier");
        given["target"].as_object()["details"] = parsed(details);
        EXPECT_THAT(problems_of(given), IsEmpty()) << details;
    }
}

TEST(Validate, RefusesDetailsThatNobodyKnowsOrThatAreOfAnotherType) {
    const std::pair<const char*, const char*> wrong[] = {
        {R"({"colour":"red"})", "/target/details/colour"},
        {R"({"floor":2})", "/target/details/floor"},
        {R"({"current_provider":"12"})", "/target/details/current_provider"},
        {R"({"contact_me_blif":"yes"})", "/target/details/contact_me_blif"},
        {R"({"additional_emails":["nobody"]})", "/target/details/additional_emails"},
        {R"({"extra_details":[{"key":"a"}]})", "/target/details/extra_details"},
        {R"({"translated_number":"+33123456789"})", "/target/details/translated_number"},
        {R"({"numbers":{}})", "/target/details/numbers"},
        {R"({"numbers":[{"label":"x"}]})", "/target/details/numbers/0"},
        {R"({"numbers":[{"number":"+14165550101","label":1}]})",
         "/target/details/numbers/0/label"},
        {R"({"numbers":[{"number":"+14165550101","floor":"1"}]})",
         "/target/details/numbers/0/floor"},
        {R"({"pri_remains_active":true})", "/target/details/pri_circuit"},
        {R"({"fax_email":"a@b.example"})", "/target/details/fax_email"},
    };
    for (const auto& [details, field] : wrong) {
        auto given = order();
        given["target"].as_object()["details"] = parsed(details);
        EXPECT_THAT(
            problems_of(given),
            Contains(AllOf(Field(&Problem::field, field), Field(&Problem::blocking, true)))
        ) << details;
    }
}

TEST(Validate, WarnsOnlyOfDetailsOfASiblingsNumber) {
    auto given = order();
    given["target"].as_object()["details"] =
        parsed(R"({"numbers":[{"number":"+18885550101","label":"x"}]})");
    const auto problems = problems_of(given);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_FALSE(problems[0].blocking);
}

TEST(Validate, WarnsThatTheTollFreeFormHasNoFieldForOtherNumbers) {
    const auto problems = problems_of(parsed(file("order-toll-free.json")).as_object());
    EXPECT_THAT(
        problems,
        Contains(AllOf(Field(&Problem::field, "/remaining"), Field(&Problem::blocking, false)))
    );
}

TEST(Validate, WarnsOnlyOfAMissingInvoice) {
    auto given = order();
    given["documents"].as_array().pop_back();
    const auto problems = problems_of(given);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_FALSE(problems[0].blocking);
}

TEST(Validate, WantsTheRespOrgFormForTollFree) {
    auto given = parsed(file("order-toll-free.json")).as_object();
    given["documents"] = json::array{};
    EXPECT_THAT(problems_of(given), Contains(at("/documents", Reason::tollfree_resporg)));
}

TEST(Validate, LeavesAnOfferingToTheSubmissionButRefusesTwoTargets) {
    auto given = order();
    given["target"] = json::object{{"offering", "OFF-4"}};
    EXPECT_THAT(problems_of(given), IsEmpty());
    given["target"] = json::object{{"offering", "OFF-4"}, {"trunk", "7005551212"}};
    EXPECT_THAT(problems_of(given), Contains(at("/target", Reason::none)));
}

TEST(Validate, TellsAPurchaseByItsFields) {
    const json::object purchase{
        {"reference", "pu-7"},
        {"country", "CA"},
        {"numbers", {"+17805552001"}},
        {"target", {{"trunk", "7005551212"}}}
    };
    EXPECT_THAT(problems_of(purchase), IsEmpty());
    auto without = purchase;
    without.erase("target");
    EXPECT_THAT(problems_of(without), Contains(at("/target/trunk", Reason::none)));
    EXPECT_THAT(problems_of(without, R"({"trunk":"7005551212"})"), IsEmpty());
    auto toll_free = purchase;
    toll_free["numbers"] = json::array{"+18885550101"};
    EXPECT_THAT(
        problems_of(toll_free), Contains(at("/numbers/0", Reason::unsupported_by_gaining))
    );
}

TEST(Split, KeepsTollFreeApartInTheOrderGiven) {
    Script(thinktel(), "split", R"({"numbers":["+18005550101","+14165550102","+14165550101"]})")
        .ends_with(R"([
        {"numbers":["+14165550102","+14165550101"],"note_en":"standard numbers"},
        {"numbers":["+18005550101"],"note_fr":"numéros sans frais"}])");
}

TEST(Split, KnowsEveryTollFreeAreaCode) {
    for (const auto* area : {"800", "833", "844", "855", "866", "877", "888"}) {
        const auto number = "+1" + std::string(area) + "5550101";
        Script(
            thinktel(), "split",
            canonical(json::object{{"numbers", json::array{json::string(number), "+14165550101"}}})
        )
            .ends_with(canonical(json::array{
                json::object{{"numbers", json::array{"+14165550101"}}},
                json::object{{"numbers", json::array{json::string(number)}}}
            }));
    }
    Script(thinktel(), "split", R"({"numbers":["+18225550101","+18995550101"]})")
        .ends_with(R"([{"numbers":["+18225550101","+18995550101"]}])");
}

TEST(Split, LeavesOneKindAlone) {
    Script(thinktel(), "split", R"({"numbers":["+14165550102"]})")
        .ends_with(R"([{"numbers":["+14165550102"]}])");
    Script(thinktel(), "split", R"({"numbers":[]})").ends_exactly("[]");
}

TEST(Requirements, AreThereInBothLanguages) {
    for (const auto* type : {"local", "toll_free"}) {
        Script script(
            thinktel(), "requirements",
            canonical(json::object{{"number_type", type}, {"action", "port_in"}})
        );
        const auto list = script.result<Requirements>();
        EXPECT_GE(list.items.size(), 7u);
        for (const auto& each : list.items) {
            EXPECT_THAT(each.label_en, Not(IsEmpty())) << each.code;
            EXPECT_THAT(each.label_fr, Not(IsEmpty())) << each.code;
            EXPECT_THAT(each.help_fr, Not(IsEmpty())) << each.code;
        }
        EXPECT_EQ(list.notes_en.size(), list.notes_fr.size());
        EXPECT_EQ(requirement(list, "detail_fax_email").field, "/target/details/fax_email");
        EXPECT_THAT(
            requirement(list, "parent").help_fr, ::testing::HasSubstr("un service général rattaché")
        );
        for (const auto& each : list.items)
            EXPECT_THAT(each.help_fr, Not(::testing::HasSubstr("pour enfants"))) << each.code;
        for (const auto* code : {"target", "parent", "customer_name", "account_number", "service_address",
                                 "losing_carrier", "requested_date", "requested_time"})
            EXPECT_FALSE(requirement(list, code).field.empty()) << code;
        // CARRIERS.md 3.4: the files of a form, of which a toll-free one has its own.
        const bool local = std::string_view(type) == "local";
        EXPECT_TRUE(requirement(list, local ? "loa" : "resporg").required);
        for (const auto* code : {"invoice", "blif"}) {
            EXPECT_EQ(requirement(list, code).kind, "document") << code;
            EXPECT_FALSE(requirement(list, code).required) << code;
        }
    }
}

TEST(Requirements, OfAPurchaseAreATrunkAndWhat911Wants) {
    Script script(thinktel(), "requirements", R"({"action":"purchase"})");
    const auto list = script.result<Requirements>();
    EXPECT_TRUE(requirement(list, "target").required);
    for (const auto* code : {"numbers", "area", "emergency_address", "caller"})
        EXPECT_FALSE(requirement(list, code).required) << code;
}

TEST(Operations, ThatThinkTelDoesNotHaveAreNotThere) {
    for (const auto* name : {"preflight", "activate_port", "read_mail", ""}) {
        const OneRun run(thinktel(), name, "{}", "{}");
        EXPECT_EQ(run.first().returned, PORTEUR_E_UNSUPPORTED) << name;
        EXPECT_EQ(run.first().error.kind, ErrorKind::unsupported) << name;
    }
}

TEST(Operations, RefuseAnInputThatIsNotTheirs) {
    Script(thinktel(), "submit_port", R"({"numbers":["4165550101"]})")
        .fails_with(ErrorKind::invalid_input, Reason::none, ::testing::HasSubstr("/numbers/0"));
}

}  // namespace
}  // namespace porteur::testkit
