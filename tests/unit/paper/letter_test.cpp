// SPDX-License-Identifier: Apache-2.0
// Letters of authorization, read back by pdftotext: what a person at a carrier sees, as text.
#include "paper/letter.hpp"

#include <random>
#include <regex>

#include <gmock/gmock.h>

#include "paper/letter_pdf.hpp"
#include "paper/pdf_check.hpp"
#include "paper/signature.hpp"
#include "pdf_maker.hpp"
#include "support/pdf_words.hpp"
#include "support/result_matchers.hpp"

namespace porteur::paper {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using paper::testing::small_png;
using porteur::testing::said_of_pdf;
using ::porteur::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

PhoneNumber number(int last) {
    char text[16];
    std::snprintf(text, sizeof text, "+1416555%04d", last);
    return *PhoneNumber::from_json_text(text);
}

PortOrder order() {
    PortOrder made;
    made.reference = "PO-2026-17";
    made.numbers = {number(101), number(102)};
    made.btn = number(101);
    made.losing_carrier = "RingCentral";
    made.account_number = "4165550101";
    made.end_user.name = "Société Générale d'Œuvres «Noël» Inc.";
    made.end_user.authorized_person = {
        "Zoé", "Bélanger-Nuñez", "Présidente", "zoe@acme.example", "+1 416 555 0109"
    };
    made.service_address = {"200", "King", "St", "W", "12", "Toronto", "ON", "M5H 3T4", "CA"};
    return made;
}

Letter letter(const PortOrder& of = order(), const std::string& language = "en") {
    auto made = letter_of(of, "ThinkTel", language);
    if (!made) throw std::runtime_error(made.error().message);
    return *made;
}

std::string pdf_of(const Letter& of, std::string_view picture = {}) {
    auto made = letter_pdf(of, picture, PORTEUR_FONT_FOLDER);
    if (!made) throw std::runtime_error(made.error().message);
    return *made;
}

/// Its text with runs of blanks and line ends made one blank.
std::string text_of(const std::string& pdf) {
    return std::regex_replace(said_of_pdf("pdftotext -layout FILE -", pdf), std::regex("\\s+"), " ");
}

TEST(Letter, SaysWhoMovesWhatFromWhomToWhom) {
    auto of = order();
    of.requested_date = std::chrono::year_month_day{2026y / 12 / 15};
    const auto text = text_of(pdf_of(letter(of)));
    for (const auto* part :
         {"Letter of authorization", "Customer Société Générale d'Œuvres «Noël» Inc.",
          "Current carrier RingCentral", "New carrier ThinkTel", "Account number 4165550101",
          "Billing telephone number +1 416-555-0101", "200 King St W, 12", "Toronto ON M5H 3T4",
          "Name Zoé Bélanger-Nuñez", "Title Présidente", "E-mail zoe@acme.example",
          "Requested date 2026-12-15", "Numbers to be transferred (2)", "+1 416-555-0102",
          "from RingCentral to ThinkTel", "Page 1 of 1", "PO-2026-17",
          "To be signed and dated by the authorized person"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, Not(HasSubstr("{")));
}

TEST(Letter, SaysTheSameInFrench) {
    const auto text = text_of(pdf_of(letter(order(), "fr")));
    for (const auto* part :
         {"Lettre d’autorisation", "Client Société Générale", "Fournisseur actuel RingCentral",
          "Nouveau fournisseur ThinkTel", "Numéro de compte", "Numéro de facturation",
          "Adresse de service", "Numéros à transférer (2)", "Téléphone", "Courriel",
          "À signer et à dater par la personne autorisée", "Page 1 de 1",
          "les sommes dues en vertu de l’entente avec RingCentral restent dues"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, Not(HasSubstr("{")));
    EXPECT_THAT(text, Not(HasSubstr("Customer")));
    // No name stands behind "de", where it would want "d'" before a vowel.
    auto of = order();
    of.losing_carrier = "Allstream";
    of.end_user.name = "Acme";
    const auto vowels = text_of(pdf_of(letter(of, "fr")));
    for (const auto* wrong : {" de Allstream", " de Acme", " de ThinkTel"})
        EXPECT_THAT(vowels, Not(HasSubstr(wrong)));
}

TEST(Letter, LeavesOutWhatTheOrderDoesNotSay) {
    auto of = order();
    of.btn.reset();
    of.account_number.clear();
    of.end_user.authorized_person.email.clear();
    const auto text = text_of(pdf_of(letter(of)));
    for (const auto* part : {"Billing telephone", "Account number", "E-mail", "Requested date"})
        EXPECT_THAT(text, Not(HasSubstr(part)));
}

TEST(Letter, HoldsTwoHundredNumbersOverSeveralPages) {
    auto of = order();
    of.numbers.clear();
    for (int each = 0; each < 200; ++each) of.numbers.push_back(number(each));
    const auto pdf = pdf_of(letter(of));
    const auto text = text_of(pdf);
    for (int each = 0; each < 200; ++each) {
        char last[24];
        std::snprintf(last, sizeof last, "+1 416-555-%04d", each);
        EXPECT_THAT(text, HasSubstr(last));
    }
    const auto facts = check_pdf(pdf, {});
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_GE(facts->pages, 2U);
    const auto last_page =
        "Page " + std::to_string(facts->pages) + " of " + std::to_string(facts->pages);
    EXPECT_THAT(text, HasSubstr(last_page));
}

TEST(Letter, WrapsLongNamesAndLosesNoLetterOfThem) {
    auto of = order();
    of.end_user.name =
        "Compagnie générale des télécommunications et des réseaux interurbains de la région de "
        "l'Abitibi-Témiscamingue et du Nord-du-Québec (2019) limitée";
    const auto text = text_of(pdf_of(letter(of)));
    for (const auto* word :
         {"Compagnie", "télécommunications", "interurbains", "l'Abitibi-Témiscamingue",
          "Nord-du-Québec", "limitée"})
        EXPECT_THAT(text, HasSubstr(word));
    // One word, longer than a line: cut, and within the page.
    of.end_user.name = std::string(60, 'W') + std::string(60, 'm');
    const auto boxes = said_of_pdf("pdftotext -bbox FILE -", pdf_of(letter(of)));
    std::string joined;
    const std::regex word("xMax=\"([0-9.]+)\"[^>]*>([Wm]+)</word>");
    for (std::sregex_iterator each(boxes.begin(), boxes.end(), word), end; each != end; ++each) {
        EXPECT_LE(std::stod((*each)[1]), 612 - 59);
        joined += (*each)[2];
    }
    EXPECT_THAT(joined, HasSubstr(of.end_user.name));
}

TEST(Letter, IsOnThePaperOfItsCountry) {
    EXPECT_THAT(said_of_pdf("pdfinfo FILE", pdf_of(letter())), HasSubstr("612 x 792 pts (letter)"));
    auto of = order();
    of.service_address.country = "FR";
    EXPECT_THAT(said_of_pdf("pdfinfo FILE", pdf_of(letter(of))), HasSubstr("(A4)"));
}

TEST(Letter, EmbedsItsFontsAndCanBeSearched) {
    const auto fonts = said_of_pdf("pdffonts FILE", pdf_of(letter()));
    const std::regex row("DejaVuSans\\S*.* yes (yes|no) yes ");
    EXPECT_EQ(
        std::distance(
            std::sregex_iterator(fonts.begin(), fonts.end(), row), std::sregex_iterator()
        ),
        2
    ) << fonts;
}

TEST(Letter, OfTheSameOrderAndDateHasTheSameBytes) {
    auto signed_one = letter();
    const auto drawn = drawing_of_path("M0 0 C 10 0 20 10 30 10 S 50 0 60 5");
    ASSERT_TRUE(drawn);
    signed_one.strokes = drawn->strokes;
    signed_one.drawing_width = drawn->width;
    signed_one.drawing_height = drawn->height;
    signed_one.date = 2026y / 12 / 1;
    const auto first = pdf_of(signed_one);
    EXPECT_EQ(first, pdf_of(signed_one));
    signed_one.date = 2026y / 12 / 2;
    EXPECT_NE(first, pdf_of(signed_one));
    EXPECT_EQ(said_of_pdf("pdfinfo FILE", first).find("CreationDate"), std::string::npos);
}

TEST(Letter, ShowsADrawnSignatureAndItsDate) {
    const auto plain = text_of(pdf_of(letter()));
    auto with = letter();
    const auto drawn = drawing_of_strokes(json::parse("[[[0,0],[50,40],[100,0]],[[10,10]]]"));
    ASSERT_TRUE(drawn);
    with.strokes = drawn->strokes;
    with.drawing_width = drawn->width;
    with.drawing_height = drawn->height;
    with.date = 2026y / 12 / 1;
    const auto text = text_of(pdf_of(with));
    EXPECT_THAT(text, AllOf(HasSubstr("2026-12-01"), Not(HasSubstr("To be signed"))));
    EXPECT_THAT(plain, Not(HasSubstr("2026-12-01")));
    EXPECT_NE(pdf_of(with), pdf_of(letter()));
}

TEST(Letter, ShowsAPictureOfASignature) {
    auto with = letter();
    with.picture = "image/png";
    with.date = 2026y / 12 / 1;
    const auto pdf = pdf_of(with, small_png());
    EXPECT_THAT(said_of_pdf("pdfimages -list FILE", pdf), HasSubstr("image       2     1"));
    EXPECT_THAT(text_of(pdf), HasSubstr("2026-12-01"));
    EXPECT_TRUE(check_pdf(pdf, {}));
}

TEST(Letter, RefusesAPictureThatUnpacksIntoTooMuch) {
    auto with = letter();
    with.picture = "image/png";
    EXPECT_THAT(
        letter_pdf(
            with, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xFF\xFF\0\0\xFF\xFF\10\2\0\0\0"s,
            PORTEUR_FONT_FOLDER
        ),
        FailsWith(ErrorKind::invalid_input, HasSubstr("pixels; at most 4000000"))
    );
}

TEST(LetterOfOrder, NamesEachFieldThatItMisses) {
    const auto found = letter_of({}, "ThinkTel", "en");
    for (const auto* line :
         {"/request/end_user/name: is missing", "/request/losing_carrier: is missing",
          "/request/service_address: is not whole",
          "/request/numbers: ", "/request/end_user/authorized_person: is missing"})
        EXPECT_THAT(found, FailsWith(ErrorKind::invalid_input, HasSubstr(line)));
}

TEST(LetterOfOrder, NamesACharacterThatItCannotShow) {
    auto of = order();
    of.end_user.name = "中文 Ltd";
    EXPECT_THAT(
        letter_of(of, "ThinkTel", "en"),
        FailsWith(
            ErrorKind::invalid_input,
            HasSubstr("/request/end_user/name: holds the character U+4E2D, which the letter")
        )
    );
    for (const auto* fine :
         {"Ελλάς Α.Ε.", "Привет ООО", "Łódź – “Żółw” € 100 №5", "Cafe\xcc\x81"}) {
        of.end_user.name = fine;
        EXPECT_TRUE(letter_of(of, "ThinkTel", "en")) << fine;
    }
    for (const auto* bad : {"\xF0\x9F\x98\x80", "\xC0\xAF", "\xFF", "a\xE2\x82", "\xE2\x80\xAE"}) {
        of.end_user.name = bad;
        EXPECT_FALSE(letter_of(of, "ThinkTel", "en")) << quoted(bad);
    }
    of.end_user.name = "Acme\r\n\tInc \x01";
    EXPECT_EQ(letter_of(of, "ThinkTel", "en")->customer, "Acme Inc");
}

TEST(LetterOfOrder, HasANameForItsFile) {
    EXPECT_EQ(letter_name(letter()), "letter-of-authorization-PO-2026-17.pdf");
    auto of = order();
    of.reference = "../../x y/é";
    EXPECT_EQ(letter_name(letter(of, "fr")), "lettre-d-autorisation-xy.pdf");
}

TEST(ReadableNumber, IsGroupedInNorthAmericaOnly) {
    EXPECT_EQ(readable_number(number(101)), "+1 416-555-0101");
    EXPECT_EQ(readable_number(*PhoneNumber::from_json_text("+33142685300")), "+33142685300");
}

TEST(Drawing, ReadsAPathWithEveryCommand) {
    const auto found = drawing_of_path(
        "M10,10 L20 10 h10v10 H10z m5 5l1-1 c1 1 2 2 3 3 s1 1 2 2 q1 1 2 2 t1 1 Q20 20 30,30T40 40"
    );
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->strokes.size(), 2U);
    EXPECT_EQ(std::max(found->width, found->height), 10'000);
    // A square's corners, whatever the letters.
    const std::vector<std::int64_t> square{0, 0, 10000, 0, 10000, 10000, 0, 10000, 0, 0};
    for (const auto* path :
         {"M0 0 L5 0 L5 5 L0 5 Z", "m 0,0 5,0 0,5 -5,0 z", "M0 0H5V5H0V0", "M-.5-.5h5v5h-5z",
          "M1e1 1e1 15 10 15 15 10 15Z"}) {
        const auto drawn = drawing_of_path(path);
        ASSERT_TRUE(drawn) << path;
        ASSERT_EQ(drawn->strokes.size(), 1U) << path;
        EXPECT_EQ(drawn->strokes[0].points, square) << path;
    }
}

TEST(Drawing, RefusesWhatIsNoPath) {
    for (const auto* path :
         {"", "M", "M1", "M 1 1", "L0 0 5 5", "M0 0 A1 1 0 0 0 2 2", "M0 0 L5", "M0 0 L nan 5",
          "M0 0 Linf 5", "M0 0 L1e300 5", "M0 0 L5 5 z 3", "M0 0 hello", "<svg>",
          "M0 0 L1000001 0"})
        EXPECT_THAT(
            drawing_of_path(path), FailsWith(ErrorKind::invalid_input, HasSubstr("/signature: "))
        ) << path;
    std::string endless = "M0 0";
    for (int each = 0; each < 30'000; ++each) endless += "l1 1";
    EXPECT_THAT(
        drawing_of_path(endless), FailsWith(ErrorKind::invalid_input, HasSubstr("20000 points"))
    );
}

TEST(Drawing, StaysInItsFieldWhateverThePath) {
    constexpr std::string_view signs = "MmLlHhVvCcSsQqTtZz0123456789.-+eE, ";
    std::mt19937 random(20261125);
    int taken = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string path = "M0 0L9 9";
        for (auto count = random() % 40; count > 0; --count) path += signs[random() % signs.size()];
        const auto found = drawing_of_path(path);
        if (!found) continue;
        ++taken;
        for (const auto& stroke : found->strokes)
            for (const auto each : stroke.points)
                ASSERT_TRUE(each >= 0 && each <= 10'000) << path << ": " << each;
    }
    EXPECT_GT(taken, 100);
}

TEST(Drawing, ReadsStrokesAndNamesTheOneThatIsWrong) {
    const auto found = drawing_of_strokes(json::parse("[[[0,0,0.5],[100,50,0.7]],[],[[20,20]]]"));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->width, 10'000);
    EXPECT_EQ(found->height, 5'000);
    EXPECT_EQ(found->strokes.size(), 2U);
    for (const auto& [text, word] :
         {std::pair{"{}", "list of strokes"},
          {"[]", "nothing is drawn"},
          {"[[]]", "nothing"},
          {"[5]", "stroke 0"},
          {"[[[0,0]],[[1,\"a\"]]]", "stroke 1, point 0"},
          {"[[[0]]]", "stroke 0, point 0"},
          {"[[[3,3],[3,3]]]", "single point"},
          {"[[[0,1e9]]]", "point 0"}})
        EXPECT_THAT(
            drawing_of_strokes(json::parse(text)),
            FailsWith(ErrorKind::invalid_input, HasSubstr(word))
        ) << text;
}

}  // namespace
}  // namespace porteur::paper
