// SPDX-License-Identifier: Apache-2.0
#include "tables/import_reader.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

#include "support/result_matchers.hpp"
#include "tables/seen_numbers.hpp"

namespace porteur::tables {
namespace {

using porteur::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
    Result<void> result;
    ImportCounts counts;
    std::vector<std::string> rows;  // one line each
    std::vector<ImportFinding> findings;

    std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const auto& each : findings)
            out.push_back(
                std::to_string(each.row) + each.column + " " + each.column_name + " \"" +
                each.value + "\": " + each.sentence
            );
        return out;
    }
};

Read read(
    std::string_view text, ImportOptions options = {.region = "CA"}, std::size_t piece = 1 << 20
) {
    Read out;
    ImportReader reader(
        std::move(options),
        [&](std::span<const ImportRow> rows) {
            for (const auto& row : rows) {
                auto line = std::to_string(row.row) + " " + std::string(row.number.text()) + " " +
                            std::string(row.country);
                for (const auto& text :
                     {row.used_by, row.use_type, row.company, row.var, row.provider, row.state})
                    line += "/" + std::string(text);
                line += "/" + std::string(row.cost_amount) + std::string(row.cost_currency);
                if (row.type) line += "/" + std::to_string(static_cast<int>(*row.type));
                for (const auto& tag : row.tags) line += " #" + std::string(tag);
                for (const auto& [name, value] : row.custom)
                    line += " " + std::string(name) + "=" + std::string(value);
                out.rows.push_back(line);
            }
            return Result<void>{};
        },
        [&](const ImportFinding& finding) {
            out.findings.push_back(finding);
            return Result<void>{};
        }
    );
    for (std::size_t at = 0; at < text.size() && out.result; at += piece)
        out.result = reader.append(text.substr(at, piece));
    if (out.result) out.result = reader.finish();
    out.counts = reader.counts();
    return out;
}

TEST(ImportReader, GivesCheckedRows) {
    const auto found = read(
        "Number,Used by,Use type,Company,VAR,Provider,Tags,State,Cost,Floor\n"
        "514 555-0100,Ann,User,Acme,North,thinktel,vip; night,assigned,1.5 CAD,3\n"
        "+33 1 44 00 00 00,,,,,,,,,\n"
    );
    ASSERT_TRUE(found.result);
    EXPECT_THAT(found.told(), IsEmpty());
    EXPECT_THAT(
        found.rows,
        ElementsAre(
            "2 +15145550100 CA/Ann/user/Acme/North/thinktel/assigned/1.5CAD/0 #night #vip Floor=3",
            "3 +33144000000 FR////////0"
        )
    );
    EXPECT_EQ(found.counts.rows, 2U);
    EXPECT_EQ(found.counts.good, 2U);
}

TEST(ImportReader, ReadsAFrenchSpreadsheetsFile) {
    const auto found = read(
        "Num\xE9ro;Utilis\xE9 par;Type d'utilisation;Co\xFBt;Devise\r\n"
        "514 555-0100;\xC9lise;Groupe;1,50;CAD\r\n"
    );
    EXPECT_THAT(found.told(), IsEmpty());
    EXPECT_THAT(
        found.rows, ElementsAre("2 +15145550100 CA/Élise/group////"
                                "/1.50CAD/0")
    );
}

TEST(ImportReader, NamesEachBadCellByRowColumnAndWhatToDo) {
    const auto found = read(
        "Number,Use type,Country,Type,State,Cost,Currency\n"
        "514 555-010,robot,XX,round,asleep,a lot,dollars\n"
        "+33144000000,user,CA,,,1.50,CAD\n"
    );
    EXPECT_THAT(
        found.told(),
        ElementsAre(
            "2A Number \"514 555-010\": the number is too short for CA; look for a missing digit",
            "2B Use type \"robot\": this is no use type; write user, service or group",
            "2C Country \"XX\": this is no country that has numbers; write its two letters, as in "
            "CA",
            "2D Type \"round\": this is no type of number; write local, mobile, national, "
            "toll_free, shared_cost or short_code",
            "2E State \"asleep\": this is no state of a number; write one such as available, "
            "assigned or in_service",
            "2F Cost \"a lot\": this is no amount; write one as in 1.50 or 1.50 CAD",
            "2G Currency \"dollars\": this is no currency; write its three letters, as in CAD",
            "3C Country \"CA\": the number belongs to FR; correct the number or the country"
        )
    );
    EXPECT_THAT(found.rows, IsEmpty());
    EXPECT_EQ(found.counts.bad, 2U);
    EXPECT_EQ(found.counts.bad_cells, 8U);
}

TEST(ImportReader, TakesTagsAsWords) {
    EXPECT_THAT(
        read("Number;Tags\n5145550100;vip  night,vip|day\n").rows,
        ElementsAre(HasSubstr(" #day #night #vip"))
    );
}

TEST(ImportReader, RefusesATagThatTheInventoryWouldNotTake) {
    const auto told = read("Number;Tags\n5145550100;vip a/b\n").told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0], HasSubstr("\"a/b\" is no tag"));
}

TEST(ImportReader, TakesTheCountryOfTheFileWhereSeveralShareACode) {
    EXPECT_THAT(
        read("Number,Country\n18005550199,CA\n").rows, ElementsAre(HasSubstr("+18005550199 CA"))
    );
}

TEST(ImportReader, ChecksLengthsTagsAndProviders) {
    auto options = ImportOptions{.region = "CA"};
    options.has_provider = [](std::string_view name) { return name == "thinktel"; };
    std::string tags;
    for (int index = 0; index < 51; ++index) tags += "t" + std::to_string(index) + ";";
    const auto found = read(
        "Number,Name,Tags,Provider,Floor\n"
        "5145550100," +
            std::string(201, 'x') + "," + tags + ",other," + std::string(201, 'y') +
            "\n"
            "5145550101,Ann," +
            std::string(41, 'z') + ",thinktel,1\n",
        options
    );
    const auto told = found.told();
    ASSERT_EQ(told.size(), 5U);
    EXPECT_THAT(
        told[0],
        AllOf(HasSubstr("2B Name \"xxx"), HasSubstr("…\""), HasSubstr("longer than 200 characters"))
    );
    EXPECT_THAT(told[1], HasSubstr("more than 50 tags"));
    EXPECT_THAT(told[2], HasSubstr("2D Provider \"other\": no account is called like this"));
    EXPECT_THAT(told[3], HasSubstr("more than 200 bytes"));
    EXPECT_THAT(told[4], HasSubstr("3C Tags"));
    std::string long_in_bytes;
    for (int index = 0; index < 200; ++index) long_in_bytes += "é";
    EXPECT_THAT(read("Number,Name\n5145550100," + long_in_bytes + "\n").told(), IsEmpty());
}

TEST(ImportReader, ExplainsDuplicates) {
    const auto found =
        read("Number,Name\n5145550100,Ann\n+1 514 555 0100,Ann\n(514) 555-0100,Bob\n");
    EXPECT_THAT(
        found.told(), ElementsAre(
                          "3A Number \"+1 514 555 0100\": row 2 has this number already, with the "
                          "same values; this row adds nothing",
                          "4A Number \"(514) 555-0100\": row 2 has this number already, with other "
                          "values; keep one of the two rows"
                      )
    );
    EXPECT_TRUE(found.findings[0].repeated);
    EXPECT_FALSE(found.findings[1].repeated);
    EXPECT_EQ(found.counts.good, 1U);
    EXPECT_EQ(found.counts.repeated, 1U);
    EXPECT_EQ(found.counts.bad, 1U);
}

TEST(ImportReader, TellsCellsBeyondTheLastColumnAndCellsThatCannotBeRead) {
    const auto found =
        read("Number,Name\n5145550100,Ann,,x\n5145550101,\"A\"nn\n5145550102\n5145550103,Bob,,\n");
    EXPECT_THAT(
        found.told(), ElementsAre(
                          "2D  \"x\": the row has a cell beyond the last column; look for a "
                          "separator too many before it",
                          "3B Name \"A\": text stands behind the closing quotation mark; double "
                          "the marks that belong to the text"
                      )
    );
    EXPECT_THAT(found.rows, ElementsAre(HasSubstr("4 +15145550102"), HasSubstr("5 +15145550103")));
}

TEST(ImportReader, TakesBackWhatAnExportMadeHarmless) {
    EXPECT_THAT(
        read("Number,Name\n'+15145550100,'=Ann\n").rows,
        ElementsAre(HasSubstr("+15145550100 CA/=Ann/"))
    );
}

TEST(ImportReader, UsesTheDefaultsForWhatRowsDoNotSay) {
    const auto found = read("5145550100\n", {.region = "CA", .provider = "thinktel"});
    EXPECT_THAT(found.rows, ElementsAre(HasSubstr("/thinktel/")));
    EXPECT_THAT(
        read("Number,Cost\n5145550100,2\n", {.region = "CA", .currency = "EUR"}).rows,
        ElementsAre(HasSubstr("/2EUR"))
    );
}

TEST(ImportReader, RefusesAFileThatItCannotRead) {
    EXPECT_THAT(
        read("a,b\nc,d\n").result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("no column of telephone numbers"))
    );
    EXPECT_THAT(read("").result, FailsWith(ErrorKind::invalid_input, HasSubstr("empty")));
    EXPECT_THAT(
        read("Number\n5145550100\n", {.region = "CA", .columns = "number=9"}).result,
        FailsWith(ErrorKind::invalid_input, HasSubstr("no column \"9\""))
    );
}

TEST(ImportReader, NamesAThousandBadCellsAmongAHundredThousandRows) {
    constexpr std::uint64_t seed = 100;
    std::mt19937_64 chance(seed);
    std::set<std::size_t> bad;
    while (bad.size() < 1000) bad.insert(chance() % 100'000);
    std::string text = "Number;Used by;Cost\r\n";
    std::vector<std::string> expected;
    for (std::size_t index = 0; index < 100'000; ++index) {
        const auto row = index + 2;
        const bool is_bad = bad.contains(index);
        const bool number_is_bad = is_bad && index % 2 == 0;
        text += number_is_bad ? "+1514555" : std::to_string(15145000000 + index);
        text += ";Person " + std::to_string(index) + ";" +
                (is_bad && !number_is_bad ? "free" : "1,50") + "\r\n";
        if (is_bad) expected.push_back(std::to_string(row) + (number_is_bad ? "A" : "C"));
    }
    const auto found = read(text, {.region = "CA"}, 70'000);
    ASSERT_TRUE(found.result);
    std::vector<std::string> told;
    for (const auto& each : found.findings) told.push_back(std::to_string(each.row) + each.column);
    EXPECT_EQ(told, expected) << "seed " << seed;
    EXPECT_EQ(found.counts.good, 99'000U);
    EXPECT_EQ(found.counts.bad, 1000U);
    EXPECT_EQ(found.rows.size(), 99'000U);
}

TEST(ImportReader, AccountsForEveryRowOfAnyText) {
    std::mt19937_64 chance(31);
    for (int round = 0; round < 200; ++round) {
        std::string text = "Number,Name,Tags\n";
        for (auto size = chance() % 2000; size > 0; --size)
            text += chance() % 4 == 0 ? ",\"\n;'= "[chance() % 7] : "0123456789+aé"[chance() % 12];
        const auto found = read(text, {.region = "CA", .batch_size = 7}, 1 + chance() % 900);
        if (!found.result) continue;
        EXPECT_EQ(found.counts.rows, found.counts.good + found.counts.bad + found.counts.repeated)
            << "round " << round;
        std::set<std::size_t> told;
        for (const auto& each : found.findings) told.insert(each.row);
        EXPECT_EQ(told.size(), found.counts.bad + found.counts.repeated) << "round " << round;
    }
}

TEST(SeenNumbers, KeepTheFirstRowOfEachNumber) {
    SeenNumbers seen;
    std::map<std::uint64_t, std::uint64_t> standard;
    std::mt19937_64 chance(5);
    for (std::uint64_t row = 1; row < 20'000; ++row) {
        const auto number = 15145550000 + chance() % 9000;
        const auto* first = seen.see(number, {row, number});
        const auto [found, is_new] = standard.emplace(number, row);
        ASSERT_EQ(first == nullptr, is_new);
        if (first) ASSERT_EQ(first->row, found->second);
    }
    EXPECT_EQ(seen.count(), standard.size());
}

}  // namespace
}  // namespace porteur::tables
