// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A Monday.
constexpr auto monday = "2026-11-16T09:00:00Z";

std::string head_of(const Script& script, std::size_t effect) {
    return script.recording().exchanges.at(effect).turn.effects.at(0).head;
}

TEST(PurchaseByMail, WritesToTheDeskWithThePapersAttached) {
    auto script = purchase(order("order-france.json"));
    script.expects_http("GET", organization)
        .answers_file(200, "organization.json")
        .expects_mail(desk)
        .named("ask-desk")
        .once()
        .with_head(R"({"subject":"SMS number purchase request: France, 2 numbers, reference po-9",
                       "documents":[{"id":"doc-1","name":"kbis.pdf"},{"id":"doc-2","name":"pièce.pdf"}]})"
        );
    EXPECT_THAT(head_of(script, 0), HasSubstr("<li>+33644550101</li>"));
    script.is_taken("<op.1@acme.example>")
        .asks_time(monday)
        .ends_with(R"({"state":"in_review","carrier_id":"<op.1@acme.example>","check_again":21600,
                       "numbers":[{"number":"+33644550101","state":"in_review"},{"number":"+33644550102"}],
                       "keep":{"+33644550101":{"what":"mailed"},"desk":{"country":"FR","language":"en",
                               "asked_on":"2026-11-16","due":"2026-11-23T09:00:00Z","may_choose":false},
                               "due":"2026-11-23","then":"reminder"},
                       "note":"mailed to Genesys with 2 documents; an answer is due by 2026-11-23"})"
        );
    EXPECT_EQ(cut_everywhere(script), 4u);
}

TEST(PurchaseByMail, TakesTheSettingsForOrganizationAndDesk) {
    auto given = order("order-france.json");
    given["alternates"] = "choose_for_us";
    given["language"] = "fr";
    auto script =
        purchase(given, R"({"organization_id":"org-1","desk_address":"desk@genesys.example"})");
    script.expects_mail("desk@genesys.example")
        .is_taken("<m>")
        .asks_time(monday)
        .ends_with(
            R"({"state":"in_review","keep":{"desk":{"language":"fr","organization_id":"org-1","may_choose":true}}})"
        );
    const auto& mail = script.recording().first.effects.at(0).body;
    EXPECT_THAT(
        mail,
        AllOf(
            HasSubstr("en choisir un autre pour nous"), HasSubstr("ID de l'organisation : org-1\n")
        )
    );
}

TEST(PurchaseByMail, IsShownInFullAndLeavesOnlyWhenApproved) {
    const auto* asks_first = R"({"organization_id":"org-1","approve_mails":true})";
    auto script = purchase(order("order-france.json"), asks_first);
    script.expects_manual()
        .named("approve-mail")
        .with_head(
            R"({"choices":["send","refuse"],"title":"Approve the mail to GenesysCloudSMS@genesys.com","remind_seconds":86400})"
        );
    const auto shown = script.recording().first.effects.at(0).body;
    script.is_answered("send")
        .expects_mail(desk)
        .named("ask-desk")
        .is_taken("<m>")
        .asks_time(monday);
    script.ends_with(R"({"state":"in_review"})");
    const auto sent = script.recording().exchanges.at(0).turn.effects.at(0).body;
    EXPECT_THAT(
        shown,
        AllOf(
            HasSubstr(
                "To: GenesysCloudSMS@genesys.com\nSubject: SMS number purchase request: France"
            ),
            HasSubstr("Attached: pièce.pdf (id, "), HasSubstr("\n\n" + sent)
        )
    );
    EXPECT_EQ(cut_everywhere(script), 4u);

    purchase(order("order-france.json"), asks_first)
        .expects_manual()
        .is_answered("refuse", "the second number is wrong")
        .fails_with(
            ErrorKind::invalid_input, Reason::none,
            AllOf(
                HasSubstr("was not approved"), HasSubstr("the second number is wrong"),
                HasSubstr("nothing was sent")
            )
        );
}

TEST(PurchaseByMail, IsShownInFrenchWhereTheOrderIsFrench) {
    auto french = order("order-france.json");
    french["language"] = "fr";
    auto script = purchase(french, R"({"organization_id":"org-1","approve_mails":true})");
    script.expects_manual().named("approve-mail").with_head(
        R"({"choices":["send","refuse"],"title":"Approuver le courriel à GenesysCloudSMS@genesys.com","remind_seconds":86400})"
    );
    const auto shown = script.recording().first.effects.at(0).body;
    EXPECT_THAT(
        shown,
        AllOf(
            HasSubstr("À : GenesysCloudSMS@genesys.com\nObjet : Demande d'achat de numéros SMS : France"),
            HasSubstr("Pièce jointe : pièce.pdf (id, "), HasSubstr(" octets, document ")
        )
    );
    for (const auto* english : {"To:", "Subject:", "Attached:", " bytes"})
        EXPECT_THAT(shown, Not(HasSubstr(english)));
}

TEST(PurchaseByMail, IsTheWayWhereTheApiSaysThatPapersAreWanted) {
    for (const auto* name : {"error-bundle.json", "error-document.json"}) {
        auto given = order();
        given["country"] = "CL";
        auto script = purchase(given, R"({"organization_id":"org-1"})");
        script.expects_http("POST", numbers)
            .answers_file(400, name)
            .expects_mail(desk)
            .is_taken("<m>")
            .asks_time(monday)
            .ends_with(R"({"state":"in_review","keep":{"desk":{"due":"2026-11-23T09:00:00Z"}}})");
        cut_everywhere(script);
    }
}

TEST(PurchaseByMail, CountsTheBusinessDaysOfTheCountry) {
    const std::pair<const char*, const char*> rows[] = {
        {"2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z"},  // Monday to Monday
        {"2026-11-21T23:30:00Z", "2026-11-27T23:30:00Z"},  // from a Saturday: to the Friday
        {"2026-12-23T09:00:00Z", "2026-12-31T09:00:00Z"
        },  // the 25th is a holiday, the 26th a Saturday
        {"2026-11-10T09:00:00Z", "2026-11-18T09:00:00Z"},  // 11 November
        {"2027-03-25T09:00:00Z", "2027-04-02T09:00:00Z"},  // Easter Monday is 29 March
        {"2027-05-04T09:00:00Z", "2027-05-12T09:00:00Z"},  // Ascension is 6 May
        {"2027-05-13T09:00:00Z", "2027-05-21T09:00:00Z"},  // Whit Monday is 17 May
        {"2024-03-28T09:00:00Z", "2024-04-05T09:00:00Z"},  // Easter Monday was 1 April
    };
    for (const auto& [asked, due] : rows)
        purchase(order("order-france.json"), R"({"organization_id":"org-1"})")
            .expects_mail(desk)
            .is_taken("<m>")
            .asks_time(asked)
            .ends_with(std::string(R"({"keep":{"desk":{"due":")") + due + "\"}}}");
}

TEST(PurchaseByMail, IsNotSentWithoutThePapersThatTheCountryWants) {
    auto given = order("order-france.json");
    given.erase("documents");
    purchase(given).fails_with(
        ErrorKind::invalid_input, Reason::documents_required,
        AllOf(HasSubstr("France wants: One of: register excerpt (Kbis)"), HasSubstr("(attach it as "))
    );
    given["language"] = "fr";
    purchase(given).fails_with(
        ErrorKind::invalid_input, Reason::documents_required,
        AllOf(
            HasSubstr("France exige : L'un de : extrait Kbis"), HasSubstr("(à joindre comme "),
            Not(HasSubstr("wants")), Not(HasSubstr("One of"))
        )
    );
}

TEST(PurchaseByMail, AsksOnlyForWhatAnEarlierAttemptDidNotGet) {
    auto again = order("order-france.json");
    again["attempt"] = 2;
    auto script = purchase(again, R"({"organization_id":"org-1"})");
    script.expects_http("GET", numbers)
        .named("got-before")
        .answers_file(200, "inventory-france-active.json");
    script.expects_http("GET", numbers)
        .named("got-before-2")
        .answers_file(200, "inventory-none.json");
    script.expects_mail(desk)
        .with_head(
            R"({"subject":"Re: SMS number purchase request: France, 1 number, reference po-9"})"
        )
        .is_taken("<m2>")
        .asks_time(monday)
        .ends_with(R"({"state":"in_review","numbers":[{"number":"+33644550101","state":"completed"},
                       {"number":"+33644550102","state":"in_review"}],"keep":{"desk":{"numbers":["+33644550102"]}}})"
        );
    cut_everywhere(script);
}

TEST(PurchaseByMail, StaysInDoubtWhenNobodyKnowsWhetherTheMailLeft) {
    auto script = purchase(order("order-france.json"), R"({"organization_id":"org-1"})");
    script.expects_mail(desk).in_doubt().fails_with(
        ErrorKind::in_doubt, Reason::none, HasSubstr("whether it left")
    );
    cut_everywhere(script);
}

TEST(PurchaseByMail, PassesOnThatTheMailServerRefusesIt) {
    purchase(order("order-france.json"), R"({"organization_id":"org-1"})")
        .expects_mail(desk)
        .fails(ErrorKind::rejected, "550 no such user")
        .fails_with(ErrorKind::rejected, Reason::none, HasSubstr("550 no such user"));
}

}  // namespace
}  // namespace porteur::testkit
