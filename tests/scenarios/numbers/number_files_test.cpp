// SPDX-License-Identifier: Apache-2.0
// Files of numbers and of calls as an operator gives them: from the command line, over HTTP, into the daemon's
// store. Every bad cell is named, and what was given once changes nothing when it is given again.
#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include <gmock/gmock.h>

#include "../support/daemon_host.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

/// A kind of bad cell: what stands in which column of number, company, var, used by, use type, country, cost, tags,
/// state, and a part of what is said of it.
struct Bad {
    std::size_t column;
    const char* cell;
    const char* said;
};
constexpr std::array<const char*, 9> headers{"Number",  "Company", "VAR",  "Used by", "Use type",
                                             "Country", "Cost",    "Tags", "State"};
constexpr std::array bad_cells{
    Bad{0, "reception", "number"},
    Bad{0, "+1514555", "digit"},
    Bad{0, "1.51455E+10", "spreadsheet"},
    Bad{1, "Nobody Inc.", "no company of this name"},
    Bad{1, "Twice", "name the VAR as well"},
    Bad{2, "Nobody", "no VAR of this name"},
    Bad{2, "South", "not below this VAR"},
    Bad{4, "robot", "user, service or group"},
    Bad{5, "FR", "belongs to CA"},
    Bad{6, "cheap", "1.50 CAD"},
    Bad{7, "two/words", "is no tag"},
    Bad{8, "released", "available or reserved"},
};

class NumberFiles : public ::testing::Test {
protected:
    void SetUp() override {
        host.account("thinktel", "thinktel", thinktel_account("http://127.0.0.1:9"), thinktel_secrets);
        host.start();
        const auto north = tenant("North", "var", ""), south = tenant("South", "var", "");
        tenant("Acme", "company", north);
        tenant("Twice", "company", north);
        tenant("Twice", "company", south);
    }
    std::string tenant(const std::string& name, const std::string& kind, const std::string& below) const {
        Words words{"tenant", "create", name, "--kind", kind};
        if (!below.empty()) words.insert(words.end(), {"--below", below});
        return json::serialize(host.told(words).at("id"));
    }
    /// A file of so many rows of which every hundredth has a bad cell; `bad` is told which: row -> kind.
    static std::string file_of(int rows, std::map<std::int64_t, std::size_t>& bad) {
        std::string out;
        for (const auto* each : headers) out += std::string(out.empty() ? "" : ",") + each;
        out += "\r\n";
        char number[16];
        for (int at = 0; at < rows; ++at) {
            std::snprintf(number, sizeof number, "+1514%07d", 2'000'000 + at);
            std::array<std::string, headers.size()> cells{number, "Acme", "North", "", "", "CA", "1.50 CAD", "vip night", ""};
            if (at % 3 == 0) cells[3] = "Anna Roy";
            if (at % 5 == 0) cells[1].clear(), cells[3].clear();
            if (at % 100 == 42) {
                const auto kind = bad.size() % bad_cells.size();
                bad[at + 2] = kind;
                cells[1] = "Acme";
                cells[bad_cells[kind].column] = bad_cells[kind].cell;
                if (std::string_view(bad_cells[kind].cell) == "Twice") cells[2].clear();
            }
            for (std::size_t column = 0; column < cells.size(); ++column) out += (column == 0 ? "" : ",") + cells[column];
            out += "\r\n";
        }
        return out;
    }
    json::value imported(const std::string& path, int status) const {
        const auto ended = host.porteur({"numbers", "import", path, "--provider", "thinktel", "--region", "CA"});
        EXPECT_EQ(ended.status, status) << host.errors();
        return json::parse(ended.output);
    }
    std::int64_t how_many() const {
        std::int64_t count = 0;
        for (const auto& each : host.told({"numbers", "list", "--limit", "1"}).at("total").as_object())
            if (each.key() == "count") count = each.value().as_int64();
        return count;
    }

    DaemonHost host;
};

TEST_F(NumberFiles, AHundredThousandRowsWithAThousandBadCellsNameEachOfThemAndAgainChangeNothing) {
    constexpr int rows = 100'000;
    std::map<std::int64_t, std::size_t> bad;
    const auto path = host.folder().write("numbers.csv", file_of(rows, bad)).string();
    ASSERT_EQ(bad.size(), 1'000U);

    const auto began = std::chrono::steady_clock::now();
    const auto first = imported(path, 1);
    RecordProperty(
        "seconds", std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count())
    );
    const auto& job = first.at("job");
    EXPECT_EQ(job.at("state").as_string(), "done") << json::serialize(job);
    EXPECT_EQ(job.at("done").as_int64(), rows);
    EXPECT_EQ(job.at("refused").as_int64(), 1'000);
    EXPECT_EQ(job.at("changed").as_int64(), rows - 1'000);
    auto unnamed = bad;
    for (const auto& result : first.at("results").as_array()) {
        const auto row = result.at("row").as_int64();
        const auto found = unnamed.find(row);
        ASSERT_NE(found, unnamed.end()) << "row " << row << " has no bad cell, or was named before";
        const auto& kind = bad_cells[found->second];
        const std::string column(1, static_cast<char>('A' + kind.column));
        EXPECT_EQ(result.at("column").as_string(), column + " (" + headers[kind.column] + ")") << json::serialize(result);
        EXPECT_EQ(result.at("number").as_string(), kind.cell) << json::serialize(result);
        EXPECT_THAT(std::string(result.at("problem").as_string()), HasSubstr(kind.said));
        unnamed.erase(found);
    }
    EXPECT_TRUE(unnamed.empty()) << unnamed.size() << " bad cells were not named";
    EXPECT_EQ(how_many(), rows - 1'000);

    const auto versions = [&] { return host.told({"numbers", "show", "+15142000001"}); };
    const auto before = versions();
    const auto second = imported(path, 1);
    EXPECT_EQ(second.at("job").at("changed").as_int64(), 0);
    EXPECT_EQ(second.at("job").at("same").as_int64(), rows - 1'000);
    EXPECT_EQ(second.at("job").at("refused").as_int64(), 1'000);
    EXPECT_EQ(second.at("results"), first.at("results"));
    EXPECT_EQ(how_many(), rows - 1'000);
    EXPECT_EQ(versions(), before) << "neither its fields nor its history";
}

TEST_F(NumberFiles, AnImportThatACrashCutOffSaysSoAndTheFileGivenAgainFinishesIt) {
    constexpr int rows = 30'000;
    std::map<std::int64_t, std::size_t> bad;
    const auto path = host.folder().write("numbers.csv", file_of(rows, bad)).string();
    const auto begun = host.told({"numbers", "import", path, "--provider", "thinktel", "--region", "CA", "--no-wait"});
    const auto id = std::string(begun.at("job").at("id").as_string());
    host.kill_and_start();
    const auto job = host.told({"numbers", "job", id});
    const auto changed = job.at("changed").as_int64();
    EXPECT_EQ(how_many(), changed) << "what is told of the job is what was done";
    ASSERT_NE(job.at("state").as_string(), "done") << "the import was through before the kill: it needs a longer file";
    EXPECT_EQ(job.at("state").as_string(), "failed");
    EXPECT_THAT(std::string(job.at("problem").as_string()), HasSubstr("Wish it again"));
    const auto again = imported(path, 1);
    EXPECT_EQ(again.at("job").at("same").as_int64(), changed);
    EXPECT_EQ(again.at("job").at("changed").as_int64(), rows - std::ssize(bad) - changed);
    EXPECT_EQ(how_many(), rows - std::ssize(bad));
}

TEST_F(NumberFiles, CallRecordsMakeNumbersActiveOnceAndNumbersAreChangedByTheirFilters) {
    std::map<std::int64_t, std::size_t> bad;
    host.folder().write("numbers.csv", file_of(42, bad));
    EXPECT_EQ(imported((host.folder().path / "numbers.csv").string(), 0).at("job").at("changed").as_int64(), 42);
    const auto calls = host.folder().write(
        "Master.csv", R"("","+16135550100","5142000001","","","","","","","2026-11-26 09:05:00","","","","","","","1"
"","+16135550100","+15142000001","","","","","","","2026-11-26 09:06:00","","","","","","","2"
"","+16135550100","+15149999999","","","","","","","2026-11-26 09:07:00","","","","","","","3"
"","+16135550100","201","","","","","","","2026-11-26 09:08:00","","","","","","","4"
)"
    );
    const Words import{"calls", "import", calls.string(), "--format", "asterisk", "--region", "CA", "--zone=-05:00"};
    const auto first = host.told(import);
    EXPECT_EQ(first.at("first").as_int64(), 1);
    EXPECT_EQ(first.at("known").as_int64(), 1);
    EXPECT_EQ(first.at("no_number").as_int64(), 1);
    const auto shown = host.told({"numbers", "show", "+15142000001"});
    EXPECT_EQ(shown.at("number").at("status").as_string(), "active");
    EXPECT_THAT(std::string(shown.at("number").at("first_call").as_string()), HasSubstr("2026-11-26T14:05:00"));
    EXPECT_EQ(host.told(import).at("first").as_int64(), 0);
    EXPECT_EQ(host.told({"numbers", "show", "+15142000001"}), shown);

    const auto tagged = host.told({"numbers", "options", "--status", "active", "--add-tag", "called"});
    EXPECT_EQ(tagged.at("job").at("changed").as_int64(), 1);
    const auto tried = host.told({"numbers", "unassign", "--range", "+15142000000..+15142000041", "--dry-run"});
    EXPECT_EQ(tried.at("job").at("done").as_int64(), 42);
    const auto job = std::string(tagged.at("job").at("id").as_string());
    EXPECT_EQ(host.told({"numbers", "undo", job}).at("job").at("changed").as_int64(), 1);
    EXPECT_EQ(host.porteur({"numbers", "cancel", job}).status, 6) << "it has ended";
    EXPECT_THAT(host.shell("porteur --lang fr numbers job " + job).output, HasSubstr("Annulée par"));
}

}  // namespace
}  // namespace porteur::testing
