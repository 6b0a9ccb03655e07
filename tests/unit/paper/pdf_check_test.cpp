// SPDX-License-Identifier: Apache-2.0
#include "paper/pdf_check.hpp"

#include <random>

#include <gmock/gmock.h>

#include "pdf_maker.hpp"
#include "support/result_matchers.hpp"

namespace porteur::paper {
namespace {

using namespace paper::testing;
using ::porteur::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

Result<PdfFacts> checked(const std::string& pdf, PdfRules rules = {}) {
    return check_pdf(pdf, rules);
}

TEST(PdfCheck, TakesADocumentAndCountsItsPages) {
    const auto one = checked(one_page());
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(*one, (PdfFacts{.pages = 1, .repaired = false}));
    EXPECT_EQ(checked(in_object_streams(pages(7)))->pages, 7U);
}

TEST(PdfCheck, TakesWhatOnlyMovesWithinTheDocumentOrWaitsForAClick) {
    for (const auto* catalog :
         {"/OpenAction [3 0 R /XYZ null null 0]",  // as LibreOffice writes
          "/OpenAction << /S /GoTo /D [3 0 R /Fit] >>",
          "/Names << /Dests << /Names [(a) [3 0 R /Fit]] >> >>",
          "/Annots [<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://a.example) >> >>]",
          "/AA 4 0 R", "/JS 4 0 R", "/Title (JavaScript, Launch and EmbeddedFile)"}) {
        const auto found = checked(one_page(catalog, {stream_object("a picture")}));
        EXPECT_TRUE(found) << catalog << ": " << found.error().message;
    }
}

struct Bad {
    const char* catalog;
    const char* object;  // 4
    const char* word;
};

constexpr Bad bad[] = {
    {"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", "null", "runs a script"},
    {"/OpenAction 4 0 R", "<< /S /JavaScript /JS (app.alert(1)) >>", "runs a script"},
    {"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", "<< /S /JavaScript /JS (x) >>",
     "runs a script"},
    {"", "<< /S /JavaScript /JS 3 0 R >>", "runs a script"},
    {"/X [[<< /Y << /JS (x) >> >>]]", "null", "runs a script"},
    {"/X << /S /J#61vaScript >>", "null", "runs a script"},
    {"/OpenAction << /S /Launch /F (a.exe) >>", "null", "starts a program"},
    {"/X << /A << /S /La#75nch >> >>", "null", "starts a program"},
    {"/OpenAction << /S /URI /URI (http://a.example) >>", "null", "acts when it is opened"},
    {"/OpenAction << /S /GoTo /D [3 0 R] /Next << /S /URI /URI (x) >> >>", "null",
     "acts when it is opened"},
    {"/OpenAction 4 0 R", "<< /S /Named /N /Print >>", "acts when it is opened"},
    {"/AA << /WC << /S /Named /N /Print >> >>", "null", "acts by itself"},
    {"/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>", "<< /Type /Filespec >>", "another file"
    },
    {"", "<< /Type /Filespec /EF << /F 3 0 R >> >>", "another file"},
    {"", "<< /Type /EmbeddedFile >>", "another file"},
    {"/Annots [<< /Subtype /FileAttachment >>]", "null", "another file"},
    {"/X << /S /GoToE >>", "null", "opens a file inside"},
    {"/X << /S /GoToR /F (a.pdf) >>", "null", "opens another file"},
    {"/X << /S /SubmitForm /F (http://a.example) >>", "null", "to somebody"},
    {"/X << /S /ImportData >>", "null", "reads another file"},
    {"/AcroForm << /XFA [(a) 4 0 R] >>", "null", "XFA"},
    {"/Annots [<< /Subtype /RichMedia >>]", "null", "sound or film"},
    {"/Annots [<< /Subtype /3D >>]", "null", "scene"},
    {"/Annots [<< /Subtype /Movie >>]", "null", "film"},
    {"/X << /S /Rendition /JS (x) >>", "null", "sound or film"},
};

TEST(PdfCheck, RefusesWhatActsAndSaysWhatItDoes) {
    for (const auto& each : bad) {
        const auto pdf = one_page(each.catalog, {each.object});
        EXPECT_THAT(
            checked(pdf), FailsWith(
                              ErrorKind::invalid_input,
                              AllOf(HasSubstr(each.word), HasSubstr("print it into a new PDF"))
                          )
        ) << each.catalog
          << " " << each.object;
    }
}

TEST(PdfCheck, FindsItInObjectStreamsWhereASearchForWordsFindsNothing) {
    for (const auto& each : bad) {
        // The writer keeps only what is referred to.
        const auto pdf =
            in_object_streams(one_page(std::string(each.catalog) + " /Z 4 0 R", {each.object}));
        EXPECT_EQ(pdf.find("/JavaScript"), pdf.npos);
        EXPECT_EQ(pdf.find("/Launch"), pdf.npos);
        EXPECT_THAT(checked(pdf), FailsWith(ErrorKind::invalid_input, HasSubstr(each.word)))
            << each.catalog << " " << each.object;
    }
}

TEST(PdfCheck, FindsItInAnObjectThatNothingRefersTo) {
    EXPECT_THAT(
        checked(one_page("", {"<< /S /JavaScript /JS (x) >>"})),
        FailsWith(ErrorKind::invalid_input, HasSubstr("runs a script"))
    );
}

TEST(PdfCheck, RefusesWhatIsEncryptedWithAndWithoutAPassword) {
    for (const auto* user : {"", "secret"})
        EXPECT_THAT(
            checked(encrypted(one_page(), user, "owner")),
            FailsWith(ErrorKind::invalid_input, HasSubstr("is encrypted; save it without"))
        ) << user;
    EXPECT_THAT(
        checked(pdf_of(
            {"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"},
            "/Encrypt << /Filter /Own >>"
        )),
        FailsWith(ErrorKind::invalid_input, HasSubstr("is encrypted"))
    );
}

TEST(PdfCheck, RefusesTooManyPagesAndNone) {
    EXPECT_EQ(checked(pages(200))->pages, 200U);
    EXPECT_THAT(
        checked(pages(201)),
        FailsWith(ErrorKind::invalid_input, HasSubstr("has 201 pages; at most 200 are taken"))
    );
    EXPECT_TRUE(checked(pages(3), {.pages_max = 3}));
    EXPECT_FALSE(checked(pages(4), {.pages_max = 3}));
    EXPECT_THAT(checked(pages(0)), FailsWith(ErrorKind::invalid_input, HasSubstr("has no page")));
}

TEST(PdfCheck, RefusesWhatUnpacksIntoFarMoreThanItShows) {
    const auto bomb = one_page("", {bomb_object(9)});
    EXPECT_LT(bomb.size(), 100'000U);
    EXPECT_TRUE(checked(bomb));
    EXPECT_THAT(
        checked(bomb, {.stream_max_bytes = 8 << 20}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("unpacks into more than 8 MiB"))
    );
    // Many that are each small enough.
    EXPECT_THAT(
        checked(
            one_page("", {bomb_object(5), bomb_object(5), bomb_object(5)}),
            {.stream_max_bytes = 8 << 20, .unpacked_max_bytes = 12 << 20}
        ),
        FailsWith(ErrorKind::invalid_input, HasSubstr("unpacks into too much in all"))
    );
    // A bomb in a bomb.
    const auto twice = one_page("", {stream_object(std::string(64 << 20, '\0'), 2)});
    EXPECT_LT(twice.size(), 5000U);
    EXPECT_FALSE(checked(twice, {.stream_max_bytes = 8 << 20}));
    EXPECT_THAT(
        checked(one_page("", {stream_object("x", 4)})),
        FailsWith(ErrorKind::invalid_input, HasSubstr("more than 3 times"))
    );
}

TEST(PdfCheck, RefusesAnObjectStreamThatUnpacksIntoFarMore) {
    // An object stream of its own making: 40 MiB of blanks, then a dictionary.
    std::string inside = "5 0 ";
    const auto first = inside.size();
    inside += std::string(40 << 20, ' ') + "<< >>";
    const auto packed = deflated(inside);
    std::string pdf = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X 5 0 R >>\nendobj\n";
    std::vector<std::size_t> places{9};
    const auto add = [&](const std::string& text) {
        places.push_back(pdf.size());
        pdf += std::to_string(places.size()) + " 0 obj\n" + text + "\nendobj\n";
    };
    add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] >>");
    add("<< /Type /ObjStm /N 1 /First " + std::to_string(first) + " /Length " +
        std::to_string(packed.size()) + " /Filter /FlateDecode >>\nstream\n" + packed +
        "\nendstream");
    const auto table = pdf.size();
    std::string entries("\0\0\0\0\0", 5);
    const auto entry = [&](int type, std::size_t place, int index) {
        entries += static_cast<char>(type);
        for (const int shift : {16, 8, 0}) entries += static_cast<char>(place >> shift);
        entries += static_cast<char>(index);
    };
    for (const auto place : places) entry(1, place, 0);
    entry(2, 4, 0);
    entry(1, table, 0);
    pdf += "6 0 obj\n<< /Type /XRef /Size 7 /W [1 3 1] /Root 1 0 R /Length " +
           std::to_string(entries.size()) + " >>\nstream\n" + entries + "\nendstream\nendobj\n" +
           "startxref\n" + std::to_string(table) + "\n%%EOF\n";
    EXPECT_THAT(
        checked(pdf),
        FailsWith(ErrorKind::invalid_input, HasSubstr("unpacks into more than 32 MiB"))
    );
}

TEST(PdfCheck, TakesADamagedTableThatCanBeMadeAnewAndLooksAtAllItsBytesThen) {
    auto pdf = one_page();
    pdf.replace(pdf.find("xref\n0"), 6, "xerf\n0");
    const auto found = checked(pdf);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, (PdfFacts{.pages = 1, .repaired = true}));

    auto hiding = one_page("", {"(an old revision: /S /JavaScript)"});
    EXPECT_TRUE(checked(hiding)) << "a text is none";
    hiding.replace(hiding.find("xref\n0"), 6, "xerf\n0");
    EXPECT_THAT(
        checked(hiding),
        FailsWith(ErrorKind::invalid_input, HasSubstr("is damaged and runs a script"))
    );
}

TEST(PdfCheck, RefusesWhatIsNoPdfInside) {
    for (const std::string pdf :
         {"%PDF-1.7\n%%EOF\n", "%PDF-1.7 and nothing\n%%EOF", "%PDF-1.7\ntrailer << >>\n%%EOF",
          "%PDF-1.7\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF"})
        EXPECT_THAT(
            checked(pdf), FailsWith(ErrorKind::invalid_input, HasSubstr("the PDF is damaged"))
        ) << pdf;
}

TEST(PdfCheck, EndsOnTreesThatBiteTheirTails) {
    EXPECT_FALSE(checked(pdf_of(
        {"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>",
         "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] >>"}
    )));
    EXPECT_TRUE(checked(one_page("/X 4 0 R", {"<< /Y 5 0 R >>", "<< /Y 4 0 R >>"})));
    // The library's own limit is 500; whatever it says, it comes back.
    for (const int depth : {400, 600, 200'000})
        (void)checked(one_page(
            "", {std::string(static_cast<std::size_t>(depth), '[') +
                 std::string(static_cast<std::size_t>(depth), ']')}
        ));
}

/// Documents with every part that the check walks through.
std::vector<std::string> seeds() {
    const auto rich = one_page(
        "/OpenAction [3 0 R /Fit] /Names << /Dests << /Names [(a) [3 0 R]] >> >> /X [1 2.5 (t) "
        "<00>]",
        {stream_object("q 1 0 0 1 0 0 cm Q"), "<< /S /URI /URI (https://a.example) >>"}
    );
    return {one_page(), rich, in_object_streams(rich), encrypted(rich, "", "o"), pages(20)};
}

TEST(PdfCheck, NeverCrashesOnWhatIsCutShort) {
    for (const auto& seed : seeds())
        for (std::size_t length = 0; length < seed.size(); length += 1 + seed.size() / 300)
            (void)checked(seed.substr(0, length) + "\n%%EOF");
}

TEST(PdfCheck, NeverCrashesOnWhatIsChangedAnywhere) {
    const auto all = seeds();
    std::mt19937 random(20261125);
    int taken = 0, refused = 0;
    for (int round = 0; round < 1500; ++round) {
        auto pdf = all[round % all.size()];
        for (auto changes = 1 + random() % 8; changes > 0; --changes) {
            const auto at = random() % pdf.size();
            switch (random() % 4) {
                case 0:
                    pdf[at] = static_cast<char>(random());
                    break;
                case 1:
                    pdf[at] ^= static_cast<char>(1U << (random() % 8));
                    break;
                case 2:
                    pdf.erase(at, 1 + random() % 5);
                    break;
                default:
                    pdf.insert(at, pdf.substr(random() % pdf.size(), 1 + random() % 40));
            }
        }
        const auto found = checked(pdf, {.stream_max_bytes = 1 << 20});
        (found ? taken : refused) += 1;
        if (!found) {
            EXPECT_EQ(found.error().kind, ErrorKind::invalid_input);
            for (const char letter : found.error().message)
                ASSERT_TRUE(letter >= ' ' && letter <= '~') << found.error().message;
        }
    }
    // Both happen, or the loop shows nothing.
    EXPECT_GT(taken, 50);
    EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace porteur::paper
