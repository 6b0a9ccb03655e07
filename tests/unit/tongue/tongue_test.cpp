// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/json.hpp>
#include <porteur/model.hpp>
#include <porteur/phrase.hpp>

#include "mail/threading.hpp"
#include "tongue/sdk_sentences.hpp"
#include "tongue/sentence.hpp"
#include "tongue/tongue.hpp"

namespace porteur {
namespace {

const Tongue& french() { return Tongue::of(Language::french); }
const Tongue& english() { return Tongue::of(Language::english); }

// What typography puts before ":" and ";" and within « », so that no line breaks there.
#define NB "\u00a0"

TEST(French, SaysASentenceWithItsValues) {
    EXPECT_EQ(french().text("to be sent to acme-1, attempt 2"), "à envoyer à acme-1, tentative 2");
    EXPECT_EQ(
        french().text(phrase("order {1} is being sent already; see its timeline", "01JD9Y4V8K3ZQ")),
        "la commande 01JD9Y4V8K3ZQ est déjà en cours d'envoi" NB "; voyez son historique"
    );
}

TEST(French, TurnsWordsAndDatesWithinASentence) {
    EXPECT_EQ(
        french().text(
            "submitted -> confirmed, FOC date 2026-12-01 (carrier: \"FOC\"); needs_documents"
        ),
        "soumise -> confirmée, date de bascule (FOC)" NB ": 1 décembre 2026 (opérateur" NB
        ": \"FOC\"); needs_documents"
    );
    EXPECT_EQ(
        french().text("POSTAL_CODE_MISMATCH (carrier code 4A): ZIP is wrong"),
        "code postal non concordant (code de l'opérateur" NB ": 4A)" NB ": ZIP is wrong"
    );
}

TEST(French, TurnsEachClauseAndLineThatItKnows) {
    EXPECT_EQ(
        french().text("submit_port: what only the carrier knows; tried again in 5 s"),
        "envoi de la demande de portabilité" NB
        ": what only the carrier knows; nouvel essai dans 5 s"
    );
    EXPECT_EQ(
        french().text("/pin: is missing\n/numbers/0: is missing"),
        "/pin: manque\n/numbers/0: manque"
    );
    EXPECT_EQ(
        french().text(
            "the carrier said \"is missing; is missing\" (draft), which cannot follow completed"
        ),
        "l'opérateur a dit \"is missing; is missing\" («" NB "brouillon" NB
        "»), ce qui ne peut pas suivre «" NB "terminée" NB "»"
    );
}

TEST(French, TurnsASentenceBeforeWhatOthersSayOfIt) {
    EXPECT_EQ(
        french().text("http://127.0.0.1:1 cannot be connected to: Connection refused; try again"),
        "http://127.0.0.1:1" NB ": connexion impossible" NB ": Connection refused; réessayez"
    );
}

TEST(French, TurnsASentenceOfSeveralClausesBehindWordsThatSayWhere) {
    EXPECT_EQ(
        french().text("submit_port: thinktel: there is no ticket \"7\"; a person must ask ThinkTel"),
        "envoi de la demande de portabilité" NB ": thinktel: il n'y a pas de billet \"7\"" NB
        "; une personne doit demander à ThinkTel"
    );
    EXPECT_EQ(
        french().text("genesys: /country: give the country's two letters; /numbers: is missing"),
        "genesys: /country: donnez les deux lettres du pays; /numbers: manque"
    );
    EXPECT_EQ(
        french().text("the carrier answered 503: it may have acted all the same; it is looked up first"),
        "l'opérateur a répondu 503" NB ": il a peut-être agi malgré tout" NB "; on vérifie d'abord"
    );
    EXPECT_EQ(
        french().text("smtp 127.0.0.1:25: did not answer in time; the server may have the mail, so "
                      "proof is looked for before it is sent again"),
        "smtp 127.0.0.1:25" NB ": n'a pas répondu à temps; le serveur a peut-être le courriel, donc "
        "une preuve est cherchée avant tout nouvel envoi"
    );
}

TEST(French, TakesNoIntroductionForTheFirstValueOfASentence) {
    EXPECT_EQ(
        french().text("must be mended: +*******0196 cannot leave RingCentral (\"Mobile\", \"Mobile\"): "
                      "a mobile operator holds it"),
        "à corriger" NB ": +*******0196 ne peut pas quitter RingCentral (\"Mobile\", \"Mobile\")" NB
        ": il est détenu par un opérateur mobile"
    );
    EXPECT_EQ(
        french().text("note: \"a: b\" is not an SMTP reply"),
        "remarque" NB ": \"a: b\" n'est pas une réponse SMTP"
    );
}

TEST(French, TurnsEachPieceOfAList) {
    EXPECT_EQ(
        french().text("choose one of \"HQ, main\" (pilot number ending in 1212), \"PCF\" (offering "
                      "\"42\")"),
        "choisissez parmi \"HQ, main\" (numéro pilote finissant par 1212), \"PCF\" (offre \"42\")"
    );
    EXPECT_EQ(
        french().text("Genesys wants other or more documents: proof of identity, a passport"),
        "Genesys demande d'autres documents ou des documents supplémentaires" NB
        ": pièce d'identité, a passport"
    );
}

TEST(French, SaysWhyAMailWaits) {
    ReplyLookups lookups;
    EXPECT_EQ(french().text(match_reply({}, lookups).reason), "rien n'y indique une commande");
    ReceivedMail named;
    named.subject = "Your order po-1234";
    lookups.order_by_reference = [](std::string_view) { return std::optional<std::string>("A"); };
    EXPECT_EQ(
        french().text(match_reply(named, lookups).reason),
        "son objet nomme la commande, ce que n'importe qui peut écrire"
    );
}

TEST(French, LeavesAloneWhatItDoesNotKnow) {
    for (const auto* text :
         {"", "Le client rappellera", "a; b: c", "order", "/x", "to be sent to ", "99 red balloons",
          "\"", "\\", "\"; \"; "})
        EXPECT_EQ(french().text(text), text);
}

TEST(French, SpendsNoTimeOnLongTexts) {
    for (const auto* piece : {": ", "; ", " (", "\"", "a is b "}) {
        std::string text;
        while (text.size() < 1'000'000) text += piece;
        EXPECT_EQ(french().text(text), text);
        text.resize(2000 / std::string_view(piece).size() * std::string_view(piece).size());
        EXPECT_EQ(french().text(text), text);
    }
}

TEST(French, ChoosesTheFormByTheNumber) {
    // In French nothing is singular, too.
    EXPECT_EQ(french().text(phrase_n(0, "{1:n} number", "{1:n} numbers", 0)), "0 numéro");
    EXPECT_EQ(french().text(phrase_n(1, "{1:n} number", "{1:n} numbers", 1)), "1 numéro");
    EXPECT_EQ(french().text(phrase_n(2, "{1:n} number", "{1:n} numbers", 2)), "2 numéros");
    EXPECT_EQ(french().text("ACME-1 (2 numbers, toll_free)"), "ACME-1 (2 numéros, toll_free)");
}

TEST(French, GroupsTheDigitsOfCounts) {
    EXPECT_EQ(
        french().text("the body has 1500000 bytes; at most 1048576 are taken"),
        "le corps compte 1\u00a0500\u00a0000 octets" NB "; 1\u00a0048\u00a0576 au plus sont admis"
    );
    EXPECT_EQ(french().number("x"), "x");
}

TEST(French, WritesDays) {
    EXPECT_EQ(french().date("2026-02-28"), "28 février 2026");
    EXPECT_EQ(french().date("1969-12-31"), "31 décembre 1969");
    for (const auto* text : {"2026-02-30", "2026-2-28", "tomorrow", ""})
        EXPECT_EQ(french().date(text), text);
}

TEST(French, SaysWhatTheReadersOfTheSdkSay) {
    const auto said = [](const std::string& body) {
        auto read = from_text<PortOrder>(body, UnknownKeys::refuse);
        return read ? std::string() : read.error().message;
    };
    struct Case {
        const char* body;
        const char* expected;
    };
    for (const auto& [body, expected] : std::initializer_list<Case>{
             {R"([])", "document attendu" NB ": un objet" NB "; reçu" NB ": \"[]\""},
             {R"({"nambers":[]})", "/nambers: ce champ n'existe pas"},
             {R"({"numbers":7})", "/numbers: attendu" NB ": une liste" NB "; reçu" NB ": \"7\""},
             {R"({"end_user":[]})", "/end_user: attendu" NB ": un objet" NB "; reçu" NB ": \"[]\""},
             {R"({"account_number":7})",
              "/account_number: attendu" NB ": un texte" NB "; reçu" NB ": \"7\""},
             {R"({"end_user":{"kind":"x"}})",
              "/end_user/kind: attendu" NB ": un mot parmi business individual" NB "; reçu" NB
              ": \"\\\"x\\\"\""},
             {R"({"requested_date":"x"})",
              "/requested_date: attendu" NB ": une date comme 2026-12-01" NB "; reçu" NB
              ": \"\\\"x\\\"\""},
             {R"({"numbers":["x"]})",
              "/numbers/0: attendu" NB ": un numéro au format E.164, comme +14165550101" NB
              "; reçu" NB ": \"\\\"x\\\"\""},
         })
        EXPECT_EQ(french().text(said(body)), expected) << said(body);
    EXPECT_TRUE(french().text(said("{")).starts_with("pas du JSON à l'octet"))
        << french().text(said("{"));
}

TEST(French, KnowsEachSentenceOfTheSdk) {
    for (const auto each : sdk_sentences()) EXPECT_NE(french().heading(each), each);
}

TEST(English, SaysAllAsItIs) {
    EXPECT_EQ(english().text("to be sent to acme-1, attempt 2"), "to be sent to acme-1, attempt 2");
    EXPECT_EQ(english().date("2026-12-01"), "2026-12-01");
    EXPECT_EQ(english().number("1500"), "1500");
    EXPECT_EQ(english().word("state", "in_review"), "in review");
    EXPECT_EQ(english().word("state", "unheard_of"), "unheard_of");
}

}  // namespace
}  // namespace porteur
