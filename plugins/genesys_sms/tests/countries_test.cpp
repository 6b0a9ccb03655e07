// SPDX-License-Identifier: Apache-2.0
// The operator's file of countries, and what it makes an order need: requirements and validate.
#include "countries.hpp"

#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using genesys::Countries;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* mail_countries[] = {"AU", "AT", "BE", "CZ", "EE", "FR", "DE", "HK", "HU",
                                          "IT", "LT", "MY", "PL", "PT", "SG", "ES", "CH"};

Countries shipped() { return Countries::from(parsed(file("countries.json"))); }
std::vector<std::string> wrong_with(const std::string& country) {
    return Countries::from(parsed("{\"FR\":" + country + "}")).problems();
}
Requirements requirements_of(const std::string& country) {
    Script script(
        genesys(), "requirements", R"({"country":")" + country + R"(","action":"purchase"})",
        settings()
    );
    return script.result<Requirements>();
}
std::vector<Problem> problems_of(const json::object& given, std::string_view more = "{}") {
    Script script(genesys(), "validate", canonical(given), settings(more));
    return script.result<Findings>().problems;
}

// ------------------------------------------------------------- the file

TEST(Countries, OfTheBriefAreServedByMailAndNoOthers) {
    const auto countries = shipped();
    EXPECT_THAT(countries.problems(), IsEmpty());
    for (const auto* code : mail_countries) {
        const auto* country = countries.find(code);
        ASSERT_NE(country, nullptr) << code;
        EXPECT_THAT(country->name_en, Not(IsEmpty())) << code;
        EXPECT_THAT(country->name_fr, Not(IsEmpty())) << code;
        EXPECT_EQ(country->review_min, 2) << code;
        EXPECT_EQ(country->review_max, 5) << code;
        EXPECT_EQ(country->beta, country->code == "IT") << code;
        EXPECT_EQ(country->wants.empty(), !country->unknown.empty()) << code;
        for (const auto& each : country->wants) {
            EXPECT_THAT(each.source, Not(IsEmpty())) << code;
            EXPECT_NE(each.grade, "official") << code << ": Genesys' own list is not public";
        }
    }
    for (const auto* code : {"US", "CA", "GB", "CL", "", "fr"})
        EXPECT_EQ(countries.find(code), nullptr) << code;
    EXPECT_EQ(countries.name("DE", "fr"), "Allemagne");
    EXPECT_EQ(countries.name("DE", "en"), "Germany");
    EXPECT_EQ(countries.name("CL", "fr"), "CL");
}

TEST(Countries, SayWhatDoesNotFitAndWhere) {
    EXPECT_THAT(
        wrong_with(
            R"({"name":"France","name_fr":"France","review_days":[2,5],"unknown":"-","colour":1})"
        ),
        ElementsAre(
            AllOf(HasSubstr("countries: FR: \"colour\" is no key of it"), HasSubstr("name_fr"))
        )
    );
    EXPECT_THAT(wrong_with(R"({"name_fr":"France"})"), Contains(HasSubstr("FR: name is missing")));
    EXPECT_THAT(wrong_with(R"({"name":7})"), Contains(HasSubstr("FR: name is missing")));
    EXPECT_THAT(wrong_with("7"), ElementsAre(HasSubstr("FR: is no table")));
    EXPECT_THAT(
        wrong_with(R"({"beta":"yes"})"), Contains(HasSubstr("beta is neither true nor false"))
    );
    EXPECT_THAT(
        wrong_with(R"({"holidays":["25.12."]})"), Contains(HasSubstr("\"25.12.\"; write month"))
    );
    for (const auto* day : {"13-01", "easter+1", "easter + x", "easter + 100", "2026-02-30", "Easter"})
        EXPECT_THAT(
            wrong_with(R"({"holidays":[")" + std::string(day) + "\"]}"),
            Contains(HasSubstr('"' + std::string(day) + '"'))
        );
    EXPECT_THAT(wrong_with(R"({"holidays":"12-25"})"), Contains(HasSubstr("holidays is no list")));
    EXPECT_THAT(wrong_with("{}"), Contains(HasSubstr("wants nothing and does not say why")));
    EXPECT_THAT(wrong_with(R"({"note":"n"})"), Contains(HasSubstr("note and note_fr go together")));
    for (const auto* days : {"[5,2]", "[0,5]", "[2]", "[2,99]", "5", "\"2-5\""})
        EXPECT_THAT(
            wrong_with(R"({"review_days":)" + std::string(days) + "}"),
            Contains(HasSubstr("write it as [2, 5]"))
        ) << days;
    EXPECT_THAT(
        Countries::from(parsed(R"({"france":{}})")).problems(),
        Contains(HasSubstr("france: is not a country's two capital letters"))
    );
    EXPECT_THAT(Countries::from(json::value()).problems(), ElementsAre(HasSubstr("names no file")));
}

TEST(Countries, SayWhatDoesNotFitInOneThingWanted) {
    const auto wrong = [](const std::string& wanted) {
        return wrong_with(
            R"({"name":"France","name_fr":"France","review_days":[2,5],"wants":[)" + wanted + "]}"
        );
    };
    const std::string rest = R"("en":"e","fr":"f","source":"s","grade":"own"})";
    EXPECT_THAT(wrong(R"({"kind":"address",)" + rest), IsEmpty());
    EXPECT_THAT(
        wrong(R"({"kind":"pet",)" + rest),
        ElementsAre(HasSubstr("FR.wants[0]: kind = \"pet\" is none of document"))
    );
    EXPECT_THAT(wrong(R"({"kind":"document",)" + rest), ElementsAre(HasSubstr("types is missing")));
    EXPECT_THAT(
        wrong(R"({"kind":"address","types":["id"],)" + rest),
        ElementsAre(HasSubstr("for a document only"))
    );
    EXPECT_THAT(
        wrong(R"({"kind":"document","types":["kbis"],)" + rest),
        ElementsAre(HasSubstr("\"kbis\", which is none of loa"))
    );
    EXPECT_THAT(
        wrong(R"({"kind":"address","en":"e","fr":"f"})"),
        ElementsAre(HasSubstr("source is missing"), HasSubstr("grade is missing"))
    );
    EXPECT_THAT(
        wrong(R"({"kind":"address","en":"e","fr":"f","source":"s","grade":"sure"})"),
        ElementsAre(HasSubstr("grade = \"sure\""))
    );
    EXPECT_THAT(wrong("7"), Contains(HasSubstr("FR.wants[0]: is no table")));
}

TEST(Countries, ThatDoNotFitStopAPurchaseBeforeAnythingLeaves) {
    const auto* broken = R"({"countries":{"FR":{"name":"France"}}})";
    purchase(order("order-france.json"), broken)
        .fails_with(ErrorKind::invalid_input, Reason::none, HasSubstr("FR: name_fr is missing"));
    EXPECT_THAT(
        problems_of(order("order-france.json"), broken),
        Contains(Field(&Problem::message, HasSubstr("FR: name_fr is missing")))
    );
}

// ------------------------------------------------------------- what an order needs

TEST(Requirements, NameTheSourceAndGradeOfEachThingInEachOfThe17Countries) {
    for (const auto* country : mail_countries) {
        const auto list = requirements_of(country);
        EXPECT_THAT(list.notes_en, Contains(HasSubstr("2 to 5 business days"))) << country;
        EXPECT_THAT(list.notes_en, Contains(HasSubstr("Sample data"))) << country;
        EXPECT_THAT(list.notes_fr, Contains(HasSubstr("Données d'exemple"))) << country;
        EXPECT_EQ(list.notes_en.size(), list.notes_fr.size()) << country;
        for (const auto& each : list.items) {
            EXPECT_THAT(each.label_fr, Not(IsEmpty())) << country << " " << each.code;
            EXPECT_THAT(each.help_fr, Not(IsEmpty())) << country << " " << each.code;
            if (each.code.find('_') == each.code.npos) continue;
            EXPECT_THAT(each.help_en, HasSubstr("source: ")) << country << " " << each.code;
            EXPECT_THAT(each.help_fr, HasSubstr("source : ")) << country << " " << each.code;
        }
    }
}

TEST(Requirements, NameTheLicencesAndThePermissionEverywhere) {
    for (const auto* country : {"US", "FR", ""}) {
        const auto list = requirements_of(country);
        EXPECT_THAT(
            list.items,
            Contains(AllOf(
                Field(&Requirement::code, "licence"),
                Field(
                    &Requirement::label_en,
                    AllOf(
                        HasSubstr("CX 1 Digital Add-on II"), HasSubstr("CX 2"),
                        HasSubstr("CX 2 Digital"), HasSubstr("CX 3"), HasSubstr("CX 3 Digital")
                    )
                )
            ))
        ) << country;
        EXPECT_EQ(requirement(list, "licence").kind, "action") << country;
        EXPECT_EQ(requirement(list, "permission").kind, "action") << country;
    }
}

TEST(Requirements, SayWhereNothingIsKnown) {
    for (const auto* country : {"EE", "HK", "LT", "MY", "SG"})
        EXPECT_THAT(requirements_of(country).notes_en, Contains(HasSubstr("no public source")))
            << country;
    EXPECT_THAT(requirements_of("FR").notes_en, Not(Contains(HasSubstr("no public source"))));
}

TEST(Requirements, CallItalyABetaAndNoOther) {
    for (const auto* country : mail_countries) {
        const auto notes = requirements_of(country).notes_en;
        EXPECT_EQ(
            std::ranges::any_of(
                notes, [](const auto& each) { return each.find("a beta") != each.npos; }
            ),
            std::string(country) == "IT"
        ) << country;
    }
}

TEST(Requirements, NameTheKbisForFranceAndNothingForTheUnitedStates) {
    EXPECT_THAT(
        requirements_of("FR").items, Contains(Field(&Requirement::label_en, HasSubstr("Kbis")))
    );
    EXPECT_THAT(requirements_of("US").items, Not(Contains(Field(&Requirement::kind, "document"))));
}

/// CARRIERS.md 2.6, line by line: what of it an order is stopped for.
TEST(Validate, AsksForWhatEachCountryWants) {
    const std::pair<const char*, std::vector<const char*>> rows[] = {
        {"AU", {"/address"}},
        {"AT", {"/address", "/documents"}},
        {"BE", {"/end_user/name", "/end_user/tax_id", "/documents", "/documents"}},
        {"CZ", {"/address"}},
        {"EE", {}},
        {"FR", {"/address", "/documents"}},
        {"DE", {"/address", "/documents"}},
        {"HK", {}},
        {"HU", {"/end_user/tax_id", "/documents"}},
        {"IT", {"/address", "/end_user/tax_id"}},
        {"LT", {}},
        {"MY", {}},
        {"PL", {"/end_user/name", "/end_user/authorized_person/telephone", "/address", "/documents"}
        },
        {"PT", {"/end_user/tax_id", "/address"}},
        {"SG", {}},
        {"ES", {"/end_user/tax_id", "/documents"}},
        {"CH", {"/address", "/end_user/tax_id"}},
    };
    for (const auto& [country, fields] : rows) {
        const auto problems =
            problems_of({{"country", country}, {"numbers", json::array{"+33644550101"}}});
        std::vector<std::string> blocking;
        for (const auto& each : problems)
            if (each.blocking) blocking.push_back(each.field);
        EXPECT_THAT(blocking, ::testing::ElementsAreArray(fields)) << country;
    }
}

TEST(Validate, IsContentWithAnyOfTheDocumentsThatWillDo) {
    for (const auto* type : {"registration", "address_proof", "tax"}) {
        auto given = order("order-france.json");
        given["documents"] = json::array{json::object{{"id", "d"}, {"type", type}, {"name", "n"}}};
        EXPECT_THAT(problems_of(given), IsEmpty()) << type;
    }
    auto given = order("order-france.json");
    given["documents"] = json::array{json::object{{"id", "d"}, {"type", "invoice"}, {"name", "n"}}};
    EXPECT_THAT(
        problems_of(given),
        ElementsAre(AllOf(
            Field(&Problem::reason, Reason::documents_required),
            Field(&Problem::message, HasSubstr("attach it as registration, address_proof, tax"))
        ))
    );
}

TEST(Validate, OnlyWarnsOfWhatIsNotRequired) {
    const auto problems = problems_of(
        {{"country", "AU"},
         {"numbers", json::array{"+61491570100"}},
         {"address", {{"street", "s"}, {"city", "c"}, {"postal_code", "1"}, {"country", "AU"}}}}
    );
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_FALSE(problems[0].blocking);
    EXPECT_THAT(problems[0].message, HasSubstr("ID of the representative"));
}

TEST(Validate, WantsTheAddressToBeInTheCountry) {
    auto given = order("order-france.json");
    given["address"].as_object()["country"] = "BE";
    EXPECT_THAT(problems_of(given), ElementsAre(Field(&Problem::field, "/address")));
}

TEST(Validate, FindsWhatNoPurchaseCanBeWithout) {
    EXPECT_THAT(
        problems_of({{"country", ""}, {"number_type", "short_code"}}),
        ElementsAre(
            Field(&Problem::field, "/numbers"), Field(&Problem::field, "/country"),
            Field(&Problem::field, "/number_type")
        )
    );
    EXPECT_THAT(problems_of(order()), IsEmpty());
}

}  // namespace
}  // namespace porteur::testkit
