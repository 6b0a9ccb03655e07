// SPDX-License-Identifier: Apache-2.0
#include "tables/csv_writer.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "csv_corpus.hpp"
#include "support/result_matchers.hpp"
#include "tables/csv_cell.hpp"

namespace porteur::tables {
namespace {

using porteur::testing::FailsWith;
using ::testing::HasSubstr;

std::string written(
    ColumnKind kind, const std::vector<std::string_view>& cells, CsvForm form = {}
) {
    std::string out;
    std::vector<Column> columns(
        cells.size(), Column{.word = "x", .title = "X", .width = 1, .kind = kind}
    );
    CsvWriter writer(columns, form, [&](std::string_view bytes) {
        out += bytes;
        return Result<void>{};
    });
    EXPECT_TRUE(writer.row(cells));
    EXPECT_TRUE(writer.finish());
    return out;
}

std::string as_text(std::string_view cell) { return written(ColumnKind::text, {cell}); }

TEST(CsvWriter, WritesPlainCellsAsTheyAre) {
    EXPECT_EQ(
        written(ColumnKind::text, {"Reception", "Montréal", "", "12"}), "Reception,Montréal,,12\r\n"
    );
}

TEST(CsvWriter, QuotesSeparatorsQuotesLineEndsAndBlanksAtTheEnds) {
    EXPECT_EQ(as_text("a,b"), "\"a,b\"\r\n");
    EXPECT_EQ(as_text("a;b"), "\"a;b\"\r\n");
    EXPECT_EQ(as_text("say \"hi\""), "\"say \"\"hi\"\"\"\r\n");
    EXPECT_EQ(as_text("a\r\nb"), "\"a\r\nb\"\r\n");
    EXPECT_EQ(as_text("a "), "\"a \"\r\n");
    EXPECT_EQ(as_text(" a"), "\" a\"\r\n");
    EXPECT_EQ(as_text(""), "\"\"\r\n") << "a line with nothing on it would be no row";
}

TEST(CsvWriter, WritesTheTitlesAndTheMarkOfUtf8WhereWanted) {
    std::string out;
    CsvWriter writer(
        {{.word = "number", .title = "Number", .kind = ColumnKind::number},
         {.word = "used_by", .title = "Used by"}},
        {.bom = true, .separator = ';'},
        [&](std::string_view bytes) {
            out += bytes;
            return Result<void>{};
        }
    );
    ASSERT_TRUE(writer.header());
    ASSERT_TRUE(writer.row(std::vector<std::string_view>{"+15145550100", "Ann"}));
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(out, "\xEF\xBB\xBFNumber;Used by\r\n+15145550100;Ann\r\n");
}

TEST(CsvWriter, LeavesANumberInAColumnOfNumbersAsItIs) {
    EXPECT_EQ(written(ColumnKind::number, {"+15145550100"}), "+15145550100\r\n");
    EXPECT_EQ(written(ColumnKind::text, {"+15145550100"}), "'+15145550100\r\n");
    for (const std::string_view cell :
         {"+1514555+1", "+1", "+15145550100=1", "+cmd|' /C calc'!A0", "+12345678901234567"})
        EXPECT_THAT(written(ColumnKind::number, {cell}), HasSubstr("'+")) << cell;
}

TEST(CsvWriter, LeavesAPlainAmountAsItIs) {
    EXPECT_EQ(written(ColumnKind::amount, {"-1.50", "3", "-0.005"}), "-1.50,3,-0.005\r\n");
    EXPECT_EQ(written(ColumnKind::amount, {"-1+1"}), "'-1+1\r\n");
    EXPECT_EQ(written(ColumnKind::text, {"-1.50"}), "'-1.50\r\n");
}

/// The cells that a program sees that takes `separator`, and knows no quotes but those around a
/// whole cell.
std::vector<std::string> seen_by(char separator, std::string_view line) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char letter = line[at];
        if (quoted) {
            if (letter != '"')
                out.back() += letter;
            else if (at + 1 < line.size() && line[at + 1] == '"') {
                out.back() += letter;
                ++at;
            } else
                quoted = false;
        } else if (letter == '"' && out.back().empty()) {
            quoted = true;
        } else if (letter == separator || letter == '\r' || letter == '\n') {
            out.emplace_back();
        } else {
            out.back() += letter;
        }
    }
    return out;
}

bool could_run(std::string_view cell) {
    // Some programs drop blanks and marks in front.
    const auto begin = cell.find_first_not_of(" \"");
    if (begin == cell.npos) return false;
    cell.remove_prefix(begin);
    for (const std::string_view sign :
         {"=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
          "\xEF\xBC\xA0"})
        if (cell.starts_with(sign)) return true;
    return false;
}

TEST(CsvInjection, LeavesNoCellThatCouldRunWhateverSeparatorTheReaderTakes) {
    for (const auto attack : attacks)
        for (const auto kind : {ColumnKind::text, ColumnKind::number, ColumnKind::amount}) {
            const auto line = written(kind, {"a", attack, "b"});
            for (const char separator : {',', ';', '\t', '|'})
                for (const auto& cell : seen_by(separator, line))
                    EXPECT_FALSE(could_run(cell))
                        << attack << " came out as " << line << " with a cell " << cell;
        }
}

TEST(CsvInjection, IsUndoneExactlyByTheReader) {
    std::string room;
    for (const auto attack : attacks) EXPECT_EQ(restored(defused(attack), room), attack);
    for (const std::string_view plain :
         {"", "it's", "'quoted'", "O'Brien; it's", "' x", "Ann-Marie", "a+b", "a = b"}) {
        EXPECT_EQ(restored(plain, room), plain);
        EXPECT_EQ(defused(plain), plain);
    }
    EXPECT_EQ(restored("'=1", room), "=1");
    EXPECT_EQ(defused("'=1"), "''=1");
}

TEST(CsvWriter, KeepsItsBufferSmallAndEveryByteInOrder) {
    std::string out;
    std::size_t pieces = 0, largest = 0;
    CsvWriter writer(
        {{.word = "a", .title = "A"}, {.word = "b", .title = "B"}}, {},
        [&](std::string_view bytes) {
            ++pieces;
            largest = std::max(largest, bytes.size());
            out += bytes;
            return Result<void>{};
        }
    );
    std::string expected;
    for (int index = 0; index < 50'000; ++index) {
        const auto text = std::to_string(index);
        ASSERT_TRUE(writer.row(std::vector<std::string_view>{text, "x"}));
        expected += text + ",x\r\n";
    }
    const std::string large(300'000, '"');
    ASSERT_TRUE(writer.row(std::vector<std::string_view>{large, "y"}));
    expected += "\"" + large + large + "\",y\r\n";
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(out, expected);
    EXPECT_GT(pieces, 4U);
    EXPECT_LE(largest, 3 * large.size() + 100);
}

TEST(CsvWriter, EndsWithTheErrorOfItsSink) {
    CsvWriter writer({{.word = "a", .title = "A"}}, {}, [](std::string_view) -> Result<void> {
        return failure(ErrorKind::unavailable, "the reader has gone");
    });
    const std::string cell(60'000, 'x');
    ASSERT_TRUE(writer.row(std::vector<std::string_view>{"first"}));
    EXPECT_THAT(
        writer.row(std::vector<std::string_view>{cell}),
        FailsWith(ErrorKind::unavailable, HasSubstr("gone"))
    );
}

TEST(CsvWriter, WritesRowsOfTooFewOrTooManyCellsAsWideAsItsColumns) {
    std::string out;
    CsvWriter writer(
        {{.word = "a", .title = "A"}, {.word = "b", .title = "B"}}, {},
        [&](std::string_view bytes) {
            out += bytes;
            return Result<void>{};
        }
    );
    ASSERT_TRUE(writer.row(std::vector<std::string_view>{"1"}));
    ASSERT_TRUE(writer.row(std::vector<std::string_view>{"1", "2", "3"}));
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(out, "1,\r\n1,2\r\n");
}

}  // namespace
}  // namespace porteur::tables
