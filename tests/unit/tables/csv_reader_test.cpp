// SPDX-License-Identifier: Apache-2.0
#include "tables/csv_reader.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "csv_corpus.hpp"
#include "support/result_matchers.hpp"
#include "tables/csv_cell.hpp"
#include "tables/csv_writer.hpp"

namespace porteur::tables {
namespace {

using porteur::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Cells = std::vector<std::string>;

struct Read {
    Result<void> result;
    std::vector<Cells> rows;
    std::vector<std::size_t> numbers;
    std::vector<std::string> faults;  // "row:column:fault"
    char separator = '\0';
};

Read read(std::string_view text, std::size_t piece = 1 << 20, CsvLimits limits = {}) {
    Read out;
    CsvReader reader(
        [&](const CsvRow& row) {
            out.rows.emplace_back(row.cells.begin(), row.cells.end());
            out.numbers.push_back(row.row);
            for (const auto& fault : row.faults)
                out.faults.push_back(
                    std::to_string(row.row) + ":" + std::to_string(fault.column) + ":" +
                    (fault.fault == CellFault::quotes     ? "quotes"
                     : fault.fault == CellFault::encoding ? "encoding"
                                                          : "control")
                );
            return Result<void>{};
        },
        limits
    );
    for (std::size_t at = 0; at < text.size() && out.result; at += piece)
        out.result = reader.append(text.substr(at, piece));
    if (out.result) out.result = reader.finish();
    out.separator = reader.separator().value_or('\0');
    return out;
}

TEST(CsvReader, ReadsCellsQuotesAndLineEndsOfEveryKind) {
    for (const char* end : {"\r\n", "\n", "\r"}) {
        const auto e = std::string(end);
        const auto found =
            read("a,\"b,1\",c" + e + "\"say \"\"hi\"\"\",\"two\nlines\"," + e + ",,x");
        ASSERT_TRUE(found.result);
        EXPECT_THAT(
            found.rows,
            ElementsAre(
                Cells{"a", "b,1", "c"}, Cells{"say \"hi\"", "two\nlines", ""}, Cells{"", "", "x"}
            )
        );
    }
    EXPECT_THAT(read("").rows, IsEmpty());
    EXPECT_THAT(read("a,b\r\n").rows, ElementsAre(Cells{"a", "b"}));
    EXPECT_THAT(read("\"a\"").rows, ElementsAre(Cells{"a"}));
    EXPECT_THAT(read("a\"b,c").rows, ElementsAre(Cells{"a\"b", "c"}))
        << "a mark inside of a cell is itself";
}

TEST(CsvReader, CountsEmptyRowsAsASpreadsheetDoesAndGivesThemNot) {
    const auto found = read("a,b\n\n\nc,\"d\nd\"\ne,f\n");
    EXPECT_THAT(found.numbers, ElementsAre(1, 4, 5));
}

TEST(CsvReader, FindsTheSeparator) {
    EXPECT_EQ(read("a;b;c\n1;2,5;3\n").separator, ';');
    EXPECT_EQ(read("a\tb\n1,0\t2,5\n").separator, '\t');
    EXPECT_EQ(read("a,b\n\"x;y;z\",2\n").separator, ',');
    EXPECT_EQ(read("a|b\nc|d").separator, '|');
    EXPECT_EQ(read("+15145550100\n+15145550101\n").separator, ',');
    const auto told = read("sep=;\r\na,b;c\r\n");
    EXPECT_EQ(told.separator, ';');
    EXPECT_THAT(told.rows, ElementsAre(Cells{"a,b", "c"}));
    EXPECT_THAT(told.numbers, ElementsAre(2));
}

TEST(CsvReader, ReadsUtf8WithAMarkAndWindows1252Without) {
    EXPECT_THAT(read("\xEF\xBB\xBFNuméro,x\n").rows, ElementsAre(Cells{"Numéro", "x"}));
    EXPECT_THAT(
        read("Num\xE9ro,\x80 5,\x93x\x94\nUtilis\xE9,1,2").rows,
        ElementsAre(Cells{"Numéro", "€ 5", "“x”"}, Cells{"Utilisé", "1", "2"})
    );
    const auto mixed = read("Numéro,x\nUtilis\xE9,y\n");
    EXPECT_THAT(mixed.faults, ElementsAre("2:0:encoding")) << "the file began as UTF-8";
    EXPECT_THAT(read("\xE9\x81,x\n").faults, ElementsAre("1:0:encoding"))
        << "81 is no character of Windows-1252";
}

TEST(CsvReader, RefusesWhatIsNoCsv) {
    EXPECT_THAT(
        read(std::string_view(
                 "\xFF\xFE"
                 "a\0,\0",
                 6
             ))
            .result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("UTF-16"))
    );
    EXPECT_THAT(
        read("PK\x03\x04xxx").result, FailsWith(ErrorKind::invalid_input, HasSubstr("spreadsheet"))
    );
    EXPECT_THAT(
        read(std::string_view("a\0b", 3)).result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("no text"))
    );
}

TEST(CsvReader, TellsCellsThatItCannotTrust) {
    EXPECT_THAT(read("\"a\"b,c\n").faults, ElementsAre("1:0:quotes"));
    EXPECT_THAT(read("\"a\" ,c\n").faults, IsEmpty()) << "blanks behind a mark are nothing";
    EXPECT_THAT(read("x,a\x01\n").faults, ElementsAre("1:1:control"));
    EXPECT_THAT(read("x,\"a\x07\"\n").faults, ElementsAre("1:1:control"));
}

TEST(CsvReader, SaysWhereAQuotationMarkStaysOpen) {
    EXPECT_THAT(
        read("a,b\nc,\"d\ne,f\n").result,
        FailsWith(
            ErrorKind::invalid_input, AllOf(HasSubstr("row 2, column B"), HasSubstr("never closed"))
        )
    );
    const auto endless = "a,b\nc,\"d\n" + std::string(200'000, 'x');
    EXPECT_THAT(
        read(endless, 10'000).result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("row 2, column B"))
    );
}

TEST(CsvReader, BoundsRowsAndColumns) {
    EXPECT_THAT(
        read("a\n" + std::string(2000, 'x') + "\n", 1 << 20, {.row_size_max = 1000}).result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("row 2 is longer than 1000 bytes"))
    );
    EXPECT_THAT(
        read("a,b\na,b,c,d\n", 1 << 20, {.column_count_max = 3}).result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("row 2 has 4 columns"))
    );
}

TEST(CsvReader, EndsWithTheErrorOfItsHandler) {
    CsvReader reader([](const CsvRow&) -> Result<void> {
        return failure(ErrorKind::cancelled, "enough");
    });
    ASSERT_TRUE(reader.append("a,b\n"));
    EXPECT_THAT(reader.finish(), FailsWith(ErrorKind::cancelled, HasSubstr("enough")));
}

TEST(CsvReader, NamesColumnsAsASpreadsheetDoes) {
    EXPECT_EQ(column_letters(0), "A");
    EXPECT_EQ(column_letters(25), "Z");
    EXPECT_EQ(column_letters(26), "AA");
    EXPECT_EQ(column_letters(701), "ZZ");
    EXPECT_EQ(column_letters(702), "AAA");
}

TEST(CsvRoundTrip, GivesBackWhateverCellsWereWrittenInPiecesOfAnySize) {
    constexpr std::uint64_t seed = 4180;
    std::mt19937_64 chance(seed);
    const std::vector<std::string_view> parts = {
        "a", "=", "+", "'", "\"",           ",",  ";", "\t", "\r", "\n",        "\r\n",
        "|", " ", "é", "…", "\xEF\xBC\x9D", "😀", "-", "@",  "12", "Ann-Marie", "\xEF\xBC\x8B"
    };
    for (int round = 0; round < 300; ++round) {
        std::vector<Cells> rows;
        // A first row without surprises tells the separator.
        rows.push_back({"n", "b", "c"});
        // Some files are longer than what the reader gathers.
        for (auto count = chance() % (round % 25 == 0 ? 6000U : 30U) + 1; count > 0; --count) {
            auto& row = rows.emplace_back();
            for (int column = 0; column < 3; ++column) {
                auto& cell = row.emplace_back();
                if (chance() % 8 == 0)
                    cell = attacks[chance() % attacks.size()];
                else
                    for (auto size = chance() % 9; size > 0; --size)
                        cell += parts[chance() % parts.size()];
            }
        }
        std::string text;
        const char separator = ",;\t"[chance() % 3];
        CsvWriter writer(
            {{.word = "n", .title = "n"}, {.word = "b", .title = "b"}, {.word = "c", .title = "c"}},
            {.bom = chance() % 2 == 0, .separator = separator},
            [&](std::string_view bytes) {
                text += bytes;
                return Result<void>{};
            }
        );
        for (const auto& row : rows)
            ASSERT_TRUE(writer.row(std::vector<std::string_view>(row.begin(), row.end())));
        ASSERT_TRUE(writer.finish());
        // The separator is told, as random cells may hold more of another one.
        if (!text.starts_with("\xEF"))
            text = std::string("sep=") + separator + "\r\n" + text;
        else
            text.insert(3, std::string("sep=") + separator + "\r\n");
        const auto found = read(text, 1 + chance() % 200);
        ASSERT_TRUE(found.result) << "seed " << seed << ", round " << round;
        ASSERT_EQ(found.rows.size(), rows.size()) << "seed " << seed << ", round " << round;
        std::string room;
        for (std::size_t row = 0; row < rows.size(); ++row)
            for (std::size_t column = 0; column < 3; ++column)
                ASSERT_EQ(restored(found.rows[row][column], room), rows[row][column])
                    << "seed " << seed << ", round " << round << ", row " << row;
    }
}

TEST(CsvReader, SurvivesAnyBytes) {
    std::mt19937_64 chance(7);
    for (int round = 0; round < 400; ++round) {
        std::string text;
        for (auto size = chance() % 3000; size > 0; --size)
            text += chance() % 3 == 0 ? ",\"\n\r;\t"[chance() % 6]
                                      : static_cast<char>(chance() % 255 + 1);
        static_cast<void>(read(text, 1 + chance() % 500));
    }
}

}  // namespace
}  // namespace porteur::tables
