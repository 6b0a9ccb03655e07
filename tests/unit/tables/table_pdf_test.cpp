// SPDX-License-Identifier: Apache-2.0
// Lists as PDF, read back by pdftotext.
#include "tables/table_pdf.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <string>

#include "support/pdf_words.hpp"
#include "support/result_matchers.hpp"

namespace porteur::tables {
namespace {

using porteur::testing::FailsWith;
using porteur::testing::said_of_pdf;
using porteur::testing::words_of_pdf;
using ::testing::HasSubstr;
using ::testing::Not;

TableDocument document() {
    return {
        .title = "Phone numbers",
        .filter = "Used, provider thinktel",
        .date = "26 novembre 2026",
        .page = "Page {page} of {pages}",
        .columns =
            {{.word = "number", .title = "Number", .width = 2, .kind = ColumnKind::number},
             {.word = "used_by", .title = "Utilisé par", .width = 3},
             {.word = "cost", .title = "Cost", .width = 1, .kind = ColumnKind::amount}},
        .font_folder = PORTEUR_FONT_FOLDER,
    };
}

std::string pdf_of(const TableDocument& about, const std::vector<std::vector<std::string>>& rows) {
    std::string out;
    std::size_t at = 0;
    const auto done = table_pdf(
        about,
        [&](std::vector<std::string_view>& row) -> Result<bool> {
            if (at == rows.size()) return false;
            row.assign(rows[at].begin(), rows[at].end());
            ++at;
            return true;
        },
        [&](std::string_view bytes) {
            out += bytes;
            return Result<void>{};
        }
    );
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return out;
}

std::vector<std::vector<std::string>> rows_of(int count) {
    std::vector<std::vector<std::string>> rows;
    for (int index = 0; index < count; ++index)
        rows.push_back(
            {"+1514555" + std::to_string(1000 + index), "Person " + std::to_string(index), "1.50"}
        );
    return rows;
}

TEST(TablePdf, ShowsTitleFilterDateHeaderAndCellsWithTheirAccents) {
    const auto text = words_of_pdf(pdf_of(
        document(), {{"+15145550100", "Zoé Bélanger-Nuñez, l’Œuvre – 5 €", "-1.50"},
                     {"", "", "2"},
                     {"", "", ""},
                     {"+15145550101", "", ""}}
    ));
    for (const char* part :
         {"Phone numbers", "26 novembre 2026", "Used, provider thinktel", "Number Utilisé par Cost",
          "+15145550100 Zoé Bélanger-Nuñez, l’Œuvre – 5 € -1.50 2 +15145550101", "Page 1 of 1"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(TablePdf, ShowsCharactersOutsideOfWesternEuropeToo) {
    const auto text = words_of_pdf(pdf_of(
        document(),
        {{"+15145550100", "Łukasz Żółw, Ελένη, Иван", "1"}, {"+15145550101", "Ann", "1"}}
    ));
    EXPECT_THAT(text, HasSubstr("+15145550100 Łukasz Żółw, Ελένη, Иван 1 +15145550101 Ann 1"));
}

TEST(TablePdf, RepeatsTheHeaderOnEachPageAndCountsPages) {
    const auto pdf = pdf_of(document(), rows_of(150));
    const auto text = words_of_pdf(pdf);
    EXPECT_THAT(text, HasSubstr("Page 3 of 3"));
    std::size_t headers = 0;
    for (auto at = text.find("Number Utilisé par Cost"); at != text.npos;
         at = text.find("Number Utilisé par Cost", at + 1))
        ++headers;
    EXPECT_EQ(headers, 3U);
    for (const auto& row : rows_of(150))
        EXPECT_THAT(text, HasSubstr(row[0] + " " + row[1] + " 1.50"));
}

TEST(TablePdf, CutsLongCellsWithAnEllipsisSoThatNoColumnRunsIntoTheNext) {
    const auto pdf = pdf_of(
        document(),
        {{std::string(200, '8'), "Wide " + std::string(300, 'W'), "12345678901234567890123456"},
         {"+15145550100", "Ελένη " + std::string(300, 'W'), "1"}}
    );
    const auto text = words_of_pdf(pdf);
    EXPECT_THAT(text, HasSubstr("888…"));
    EXPECT_THAT(text, HasSubstr("WWW…"));
    EXPECT_THAT(text, HasSubstr("Ελένη WWW"));
    // Where each word stands: none over the left end of the next column.
    const auto boxes = said_of_pdf("pdftotext -bbox FILE -", pdf);
    const std::regex word("xMin=\"([0-9.]+)\" yMin=\"([0-9.]+)\" xMax=\"([0-9.]+)\"[^>]*>([^<]*)<");
    double number_end = 0, used_begin = 0, used_end = 0, cost_end = 0;
    for (std::sregex_iterator each(boxes.begin(), boxes.end(), word), end; each != end; ++each) {
        const auto text_of_word = (*each)[4].str();
        const double left = std::stod((*each)[1]), right = std::stod((*each)[3]);
        if (text_of_word.starts_with("888")) number_end = right;
        if (text_of_word == "Wide") used_begin = left;
        if (text_of_word.starts_with("WWW")) used_end = std::max(used_end, right);
        if (text_of_word.starts_with("1234")) cost_end = right;
    }
    EXPECT_GT(number_end, 100);
    EXPECT_LT(number_end, used_begin);
    EXPECT_GT(used_end, used_begin);
    EXPECT_LT(used_end, cost_end);
    EXPECT_LT(cost_end, 595 - 36 + 1) << "A4 has a margin at the right";
}

TEST(TablePdf, LiesOnItsSideWhereItIsWideUnlessToldOtherwise) {
    auto about = document();
    const auto size_of = [&] { return said_of_pdf("pdfinfo FILE", pdf_of(about, rows_of(1))); };
    EXPECT_THAT(size_of(), HasSubstr("595.276 x 841.89"));
    about.a4 = false;
    EXPECT_THAT(size_of(), HasSubstr("612 x 792"));
    about.columns.resize(8, {.word = "x", .title = "X"});
    EXPECT_THAT(size_of(), HasSubstr("792 x 612"));
    about.landscape = false;
    EXPECT_THAT(size_of(), HasSubstr("612 x 792"));
}

TEST(TablePdf, IsTheSameForTheSameRows) {
    EXPECT_EQ(pdf_of(document(), rows_of(100)), pdf_of(document(), rows_of(100)));
    EXPECT_NE(pdf_of(document(), rows_of(100)), pdf_of(document(), rows_of(99)));
}

TEST(TablePdf, HasOnePageWithoutRowsAndTakesAnyBytes) {
    EXPECT_THAT(words_of_pdf(pdf_of(document(), {})), HasSubstr("Page 1 of 1"));
    EXPECT_THAT(
        words_of_pdf(pdf_of(
            document(), {{"a\xFF\xC3", "line\nend\ttab", "\xF0\x9F\x98\x80"}, {"last", "x", "1"}}
        )),
        HasSubstr("line end tab")
    );
    auto about = document();
    about.columns.clear();
    EXPECT_THAT(words_of_pdf(pdf_of(about, {{"x"}})), HasSubstr("Page 1 of 1"));
}

TEST(TablePdf, FailsWithoutItsFontsAndWithItsSource) {
    auto about = document();
    const auto none = [](std::vector<std::string_view>&) -> Result<bool> { return false; };
    const auto nowhere = [](std::string_view) { return Result<void>{}; };
    about.font_folder = "/nowhere";
    EXPECT_THAT(
        table_pdf(about, none, nowhere),
        FailsWith(ErrorKind::unavailable, HasSubstr("fonts-dejavu-core"))
    );
    about = document();
    EXPECT_THAT(
        table_pdf(
            about,
            [](std::vector<std::string_view>&) -> Result<bool> {
                return failure(ErrorKind::unavailable, "store");
            },
            nowhere
        ),
        FailsWith(ErrorKind::unavailable, HasSubstr("store"))
    );
    EXPECT_THAT(
        table_pdf(
            about, none,
            [](std::string_view) -> Result<void> { return failure(ErrorKind::cancelled, "gone"); }
        ),
        FailsWith(ErrorKind::cancelled, HasSubstr("gone"))
    );
}

}  // namespace
}  // namespace porteur::tables
