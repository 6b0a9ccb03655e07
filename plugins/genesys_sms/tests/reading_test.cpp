// SPDX-License-Identifier: Apache-2.0
// read_mail: what an answer of the desk proposes.
#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

MailReading reading(
    const std::string& text, const char* from = "genesyscloudsms@genesys.com",
    std::string_view more = "{}", const char* subject = "Re: SMS number purchase request"
) {
    Script script(
        genesys(), "read_mail",
        canonical(json::object{{"from", from}, {"subject", subject}, {"text", text}}),
        settings(more)
    );
    cut_everywhere(script);
    return script.result<MailReading>();
}
MailReading of(const std::string& name) { return reading(file("mail-" + name + ".txt")); }

TEST(ReadMail, FindsOurReferenceInWhatIsQuoted) { EXPECT_EQ(of("approved").about, "po-9"); }

TEST(ReadMail, ReadsAnApproval) {
    EXPECT_EQ(of("approved").state, OrderState::completed);
    EXPECT_TRUE(of("approved").rejections.empty());
}

TEST(ReadMail, ReadsARefusalWithItsWords) {
    const auto ours = of("refused");
    EXPECT_EQ(ours.state, OrderState::exception);
    ASSERT_EQ(ours.rejections.size(), 1u);
    EXPECT_THAT(ours.rejections[0].text, HasSubstr("the company could not be verified"));
}

TEST(ReadMail, IsNeverCertainAsGenesysPublishesNoWording) {
    for (const auto* name :
         {"approved", "both", "gone", "not-approved", "nothing", "papers", "refused", "waiting"})
        EXPECT_FALSE(of(name).certain) << name;
}

TEST(ReadMail, NeverReadsNotApprovedAsApproved) {
    EXPECT_EQ(of("not-approved").state, OrderState::exception);
}

TEST(ReadMail, ReadsThatPapersAreWanted) {
    const auto ours = of("papers");
    EXPECT_EQ(ours.state, OrderState::needs_documents);
    ASSERT_EQ(ours.rejections.size(), 1u);
    EXPECT_EQ(ours.rejections[0].reason, Reason::document_refused) << "it is illegible";
    EXPECT_EQ(ours.note, "Genesys wants other or more documents: register excerpt");
    EXPECT_EQ(ours.rejections[0].fields, std::vector<std::string>{"/documents"});
}

TEST(ReadMail, TellsOurNumbersFromThoseOffered) {
    const auto ours = of("gone");
    EXPECT_EQ(ours.state, OrderState::alternates_offered);
    ASSERT_EQ(ours.numbers.size(), 1u);
    EXPECT_EQ(ours.numbers[0].text(), "+33644550101");
    ASSERT_EQ(ours.alternates.size(), 2u);
    EXPECT_EQ(ours.alternates[0].text(), "+33644550177");
    EXPECT_EQ(ours.alternates[1].text(), "+33644550178");
}

TEST(ReadMail, ReadsThatAReviewGoesOn) { EXPECT_EQ(of("waiting").state, OrderState::in_review); }

TEST(ReadMail, LeavesToAPersonWhatSaysTwoThingsOrNothing) {
    EXPECT_FALSE(of("both").state);
    EXPECT_THAT(of("both").note, HasSubstr("several things"));
    EXPECT_FALSE(of("nothing").state);
    EXPECT_THAT(of("nothing").note, HasSubstr("a person reads it"));
    EXPECT_FALSE(reading("").state);
}

TEST(ReadMail, WeighsOnlyWhatTheDeskWroteNotWhatItQuotes) {
    EXPECT_FALSE(
        reading("Thank you.\n> If a number is no longer available, please contact us.\n").state
    );
    EXPECT_FALSE(
        reading("Thank you.\n\n-----Original Message-----\nthe request was rejected\n").state
    );
}

TEST(ReadMail, NamesTheDocumentsThatAreWanted) {
    const std::pair<const char*, const char*> rows[] = {
        {"We also need a copy of the representative's passport.", ": proof of identity"},
        {"Please provide a proof of address and the VAT certificate.",
         ": proof of address, tax document"},
        {"Please send the certificate of incorporation.", ": register excerpt"},
        {"Il manque une pièce d'identité du représentant.", ": proof of identity"},
        {"Veuillez joindre un extrait Kbis de moins de trois mois.", ": register excerpt"},
        {"We need one more document.", "documents"},
    };
    for (const auto& [text, note] : rows) {
        const auto ours = reading(text);
        EXPECT_EQ(ours.state, OrderState::needs_documents) << text;
        EXPECT_TRUE(ours.note.ends_with(note)) << ours.note;
        ASSERT_EQ(ours.rejections.size(), 1u) << text;
        EXPECT_EQ(ours.rejections[0].reason, Reason::documents_required) << text;
        EXPECT_EQ(ours.rejections[0].text, text);
    }
}

TEST(ReadMail, ReadsFrench) {
    const std::pair<const char*, std::optional<OrderState>> rows[] = {
        {"Votre demande a été approuvée.", OrderState::completed},
        {"Les numéros sont maintenant dans votre inventaire.", OrderState::completed},
        {"Votre demande n'a pas été approuvée.", OrderState::exception},
        {"Votre demande n\u2019a pas été approuvée.", OrderState::exception},
        {"Votre demande a été refusée par l'opérateur.", OrderState::exception},
        {"Votre demande est en cours d'examen.", OrderState::in_review},
        {"Une fois approuvée, vous verrez les numéros.", OrderState::in_review},
        {"Ce numéro n'est plus disponible.", OrderState::alternates_offered},
        {"Le document est illisible.", OrderState::needs_documents},
        {"VOTRE DEMANDE A ÉTÉ REFUSÉE.", OrderState::exception},
        {"Bonjour, merci pour votre message.", std::nullopt},
    };
    for (const auto& [text, state] : rows) EXPECT_EQ(reading(text).state, state) << text;
}

TEST(ReadMail, NeverTakesWhatWillBeForWhatIs) {
    for (const auto* text :
         {"Once approved, the request goes to the carrier.", "It is not yet approved.",
          "The request is pending approval.", "Une fois approuvée, nous vous écrirons."})
        EXPECT_EQ(reading(text).state, OrderState::in_review) << text;
}

TEST(ReadMail, WeighsNothingBelowTheDividersOfMailPrograms) {
    for (const auto* divider :
         {"On Mon, 23 Nov 2026 at 10:00, Acme <sms@acme.example> wrote:",
          "On Mon, 23 Nov 2026 at 10:00, Acme\n<sms@acme.example> wrote:",
          "Le lun. 23 nov. 2026 à 10:00, Acme <sms@acme.example> a écrit :",
          "-----Original Message-----", "-----Message d'origine-----",
          "From: Acme <sms@acme.example>", "De : Acme <sms@acme.example>",
          "________________________________"}) {
        const auto ours = reading(
            std::string("Your request was declined.\n\n") + divider + "\nit has been approved\n"
        );
        EXPECT_EQ(ours.state, OrderState::exception) << divider;
    }
}

TEST(ReadMail, TellsOfferedNumbersByTheirSentenceWhereNothingIsQuoted) {
    const auto ours =
        reading("+33644550101 is no longer available. We can offer +33644550177 instead.");
    EXPECT_EQ(ours.state, OrderState::alternates_offered);
    ASSERT_EQ(ours.numbers.size(), 1u);
    EXPECT_EQ(ours.numbers[0].text(), "+33644550101");
    ASSERT_EQ(ours.alternates.size(), 1u);
    EXPECT_EQ(ours.alternates[0].text(), "+33644550177");
}

TEST(ReadMail, FindsOurReferenceInTheSubjectAndLeavesTheDesksOwnAlone) {
    const auto with = [](const char* subject) {
        return reading(
                   "Our reference: GC-77. It is under review.", "genesyscloudsms@genesys.com", "{}",
                   subject
        )
            .about;
    };
    EXPECT_EQ(with("Re: SMS number purchase request: France, 2 numbers, reference po-9"), "po-9");
    EXPECT_EQ(
        with("RE: Demande d'achat de numéros SMS : France, 2 numéros, référence po-9 [GC-77]"),
        "po-9"
    );
    EXPECT_EQ(with("Ticket GC-77"), "");
}

TEST(ReadMail, IsCertainOnlyWhereTheAccountSaysSoAndSomethingIsRecognised) {
    const auto* follow = R"({"follow_desk_mails":true})";
    const auto* from = "genesyscloudsms@genesys.com";
    EXPECT_TRUE(reading(file("mail-papers.txt"), from, follow).certain);
    EXPECT_FALSE(reading(file("mail-both.txt"), from, follow).certain);
    EXPECT_FALSE(reading(file("mail-nothing.txt"), from, follow).certain);
    EXPECT_FALSE(reading(file("mail-papers.txt"), "desk@evil.example", follow).certain);
}

TEST(ReadMail, BelievesNobodyElse) {
    const auto ours = reading(file("mail-approved.txt"), "desk@genesys.com.evil.example");
    EXPECT_FALSE(ours.state);
    EXPECT_THAT(ours.note, HasSubstr("not from the desk's domain"));
    EXPECT_EQ(ours.about, "po-9");
}

}  // namespace
}  // namespace porteur::testkit
