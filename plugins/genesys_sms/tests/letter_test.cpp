// SPDX-License-Identifier: Apache-2.0
// What is written to the desk.
#include "letter.hpp"

#include <gtest/gtest.h>

#include "desk.hpp"
#include "genesys.hpp"
#include "reading.hpp"

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

genesys::Letter request_in(const char* language, json::object more = {}) {
    auto given = order("order-france.json");
    given["language"] = language;
    for (const auto& [name, value] : more) given[name] = value;
    const auto read = from_json<PurchaseOrder>(given);
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    const auto countries = genesys::Countries::from(parsed(file("countries.json")));
    return genesys::request_letter(*read, read->numbers, "org-1", countries);
}
genesys::DeskRequest request_about(const char* language) {
    genesys::DeskRequest request;
    request.reference = "po-9";
    request.country = "DE";
    request.language = language;
    request.organization_id = "org-1";
    request.asked_on = "2026-11-16";
    request.numbers = {*PhoneNumber::from_json_text("+4915255550101")};
    return request;
}
genesys::Letter reminder_in(const char* language) {
    return genesys::reminder_letter(
        request_about(language), genesys::Countries::from(parsed(file("countries.json")))
    );
}
genesys::Letter cancel_in(const char* language) {
    return genesys::cancel_letter(
        request_about(language), genesys::Countries::from(parsed(file("countries.json")))
    );
}
MailReading read_back(const std::string& text) {
    MailText mail;
    mail.from = desk;
    mail.text = text;
    return genesys::reading_of(mail, {.desk_address = desk});
}

TEST(RequestLetter, HasAllThatTheDeskAsksForInEnglish) {
    const auto letter = request_in("");
    EXPECT_EQ(letter.text(), file("ask-desk.txt"));
    EXPECT_EQ(letter.subject, "SMS number purchase request: France, 2 numbers, reference po-9");
}

TEST(RequestLetter, IsInTheLanguageOfTheOrder) {
    const auto letter = request_in("fr");
    EXPECT_EQ(letter.text(), file("ask-desk-fr.txt"));
    EXPECT_EQ(letter.subject, "Demande d'achat de numéros SMS : France, 2 numéros, référence po-9");
    EXPECT_THAT(letter.html(), HasSubstr("<html lang=\"fr\">"));
}

TEST(RequestLetter, SaysWhetherGenesysMayChooseOtherNumbers) {
    EXPECT_THAT(request_in("en").text(), HasSubstr("please contact us so that we choose"));
    EXPECT_THAT(request_in("fr").text(), HasSubstr("veuillez nous contacter avant d'en choisir"));
    const json::object choose{{"alternates", "choose_for_us"}};
    EXPECT_THAT(request_in("en", choose).text(), HasSubstr("please choose another one for us"));
    EXPECT_THAT(
        request_in("fr", choose).text(), HasSubstr("veuillez en choisir un autre pour nous")
    );
}

TEST(RequestLetter, NamesTheCountryInEnglishBesideTheFrenchName) {
    EXPECT_THAT(
        request_in("fr", {{"country", "DE"}}).text(), HasSubstr("Pays : Allemagne (Germany)\n")
    );
    EXPECT_THAT(request_in("en", {{"country", "DE"}}).text(), HasSubstr("Country: Germany\n"));
}

TEST(RequestLetter, SaysFromTheSecondAttemptOnThatItGoesOnWithTheFirst) {
    const auto letter = request_in("en", {{"attempt", 2}});
    EXPECT_THAT(letter.subject, HasSubstr("Re: SMS number purchase request: France"));
    EXPECT_THAT(
        letter.text(),
        AllOf(
            HasSubstr("goes on with our request of the same reference"),
            HasSubstr("If you asked us for a document"), HasSubstr("Our reference: po-9")
        )
    );
    EXPECT_THAT(request_in("fr", {{"attempt", 2}}).text(), HasSubstr("fait suite à notre demande"));
}

TEST(RequestLetter, EscapesInHtmlWhatThePersonWroteAndKeepsItOnItsLine) {
    const auto letter = request_in(
        "en", {{"comment", "<script>alert(1)</script>\r\nOrganization ID: other & \"more\""}}
    );
    const auto html = letter.html();
    EXPECT_THAT(
        html,
        HasSubstr(
            "&lt;script&gt;alert(1)&lt;/script&gt;  Organization ID: other &amp; &quot;more&quot;"
        )
    );
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(letter.text(), Not(HasSubstr("\nOrganization ID: other")));
}

TEST(RequestLetter, SaysTheSameInBothForms) {
    const auto letter = request_in("fr");
    const auto html = letter.html();
    for (const auto& part : letter.parts) {
        for (const auto& [label, value] : part.rows)
            EXPECT_THAT(html, HasSubstr("<td>" + value)) << label;
        for (const auto& each : part.items) EXPECT_THAT(html, HasSubstr("<li>" + each + "</li>"));
    }
    EXPECT_THAT(html, AllOf(Not(HasSubstr("src=")), Not(HasSubstr("http"))));
}

TEST(ReminderLetter, NamesTheRequestAndItsDay) {
    EXPECT_THAT(
        reminder_in("en").text(),
        AllOf(
            HasSubstr("no answer yet to our request of 2026-11-16."),
            HasSubstr("Our reference: po-9\n"), HasSubstr("+4915255550101")
        )
    );
    EXPECT_EQ(
        reminder_in("en").subject,
        "Re: SMS number purchase request: Germany, 1 number, reference po-9"
    );
    EXPECT_THAT(
        reminder_in("fr").text(), HasSubstr("pas encore de réponse à notre demande du 2026-11-16.")
    );
    EXPECT_EQ(
        reminder_in("fr").subject,
        "Re: Demande d'achat de numéros SMS : Allemagne, 1 numéro, référence po-9"
    );
}

TEST(CancelLetter, NamesTheRequestAndItsDay) {
    EXPECT_THAT(
        cancel_in("en").text(),
        AllOf(
            HasSubstr("please cancel our purchase request of 2026-11-16."),
            HasSubstr("Our reference: po-9\n"), HasSubstr("+4915255550101")
        )
    );
    EXPECT_THAT(
        cancel_in("fr").text(), HasSubstr("veuillez annuler notre demande d'achat du 2026-11-16.")
    );
    EXPECT_EQ(cancel_in("fr").subject, reminder_in("fr").subject) << "the same thread";
}

TEST(OurLetters, QuotedInAnyWayOrNotMarkedAtAllAreNeverTakenForTheDesksWords) {
    const genesys::Letter letters[] = {
        request_in("en"),
        request_in("fr"),
        request_in("en", {{"attempt", 2}}),
        request_in("fr", {{"attempt", 2}}),
        request_in("en", {{"alternates", "choose_for_us"}}),
        request_in("fr", {{"alternates", "choose_for_us"}}),
        reminder_in("en"),
        reminder_in("fr"),
        cancel_in("en"),
        cancel_in("fr")
    };
    for (const auto& letter : letters) {
        const auto text = letter.text();
        std::string marked;
        for (const char each : "\n" + text)
            marked += each == '\n' ? std::string("\n> ") : std::string(1, each);
        for (const auto& quoted : {text, marked, "> " + marked}) {
            EXPECT_FALSE(read_back(quoted).state) << quoted;
            EXPECT_FALSE(read_back("Thank you.\n\n" + quoted).state) << quoted;
            const auto approved = read_back("Your request has been approved.\n\n" + quoted);
            EXPECT_EQ(approved.state, OrderState::completed) << quoted;
            EXPECT_EQ(approved.about, "po-9") << quoted;
            EXPECT_TRUE(approved.alternates.empty()) << quoted;
        }
    }
}

}  // namespace
}  // namespace porteur::testkit
