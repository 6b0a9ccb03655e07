// SPDX-License-Identifier: Apache-2.0
#include "plugin_pages.hpp"

#include <stdlib.h>

#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "passing_folder.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/toml_reader.hpp"

namespace porteur::plugin_tool {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

PluginFile plugin_of(const std::string& toml) {
    PluginFile out{.path = "porteur-x.so", .bytes = {}, .toml = toml, .about = {}, .words = {}};
    auto about = parse_descriptor(toml, "descriptor.toml");
    EXPECT_TRUE(about) << about.error().message;
    if (about) out.about = *about;
    auto words = words_in_descriptor(toml, "descriptor.toml");
    if (words) out.words = *words;
    return out;
}

const std::string small = R"(schema = 1
id = "small"
name = "Small | Co"
version = "1.0.0"
abi = "0.0"
countries = ["CA"]
[operations.check_account]
[operations.purchase]
idempotency = "key"
key = { header = "Idempotency-Key" }
window = "24h"
worst = "2d"
[operations.submit_port]
[settings.limit]
type = "integer"
default = 7
min = 1
max = 9
help = "How many | at once"
[settings.pause]
type = "duration"
default = "90s"
help = "How long"
[secrets.token]
help = "From the *console*"
[http]
hosts = ["api.small.example"]
rate = "300/m"
[words."error code"]
"E1" = { means = "rejected, NUMBER_TAKEN", test = "A.B" }
"E2" = { means = "PIN_INVALID", test = "A.C" }
"E3" = { means = "rejected, NOT_NUMBER_TAKEN", test = "A.D" }
)";

PluginFile built(const std::string& name) {
    auto read = read_plugin_file(std::string(PORTEUR_TEST_PLUGINS "/porteur-") + name + ".so");
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : PluginFile{};
}

TEST(PluginPage, SaysWhatTheDescriptorSays) {
    const auto page = page_of(plugin_of(small));
    EXPECT_THAT(
        page,
        AllOf(
            HasSubstr("# Small | Co\n\nPlugin `small`, version 1.0.0, interface 0.0. Countries: CA.\n"),
            HasSubstr("| `purchase` | sent again under the same key, which the carrier honours for 1d |  | 2d |\n"),
            HasSubstr("| `submit_port` | once; after a lost answer a person is asked, and nothing is sent again |  |  |\n"),
            HasSubstr("| `limit` | integer | `7` | 1 to 9 | no | How many \\| at once |\n"), HasSubstr("| `pause` | duration | `90s` |  | no | How long |\n"),
            HasSubstr("| `token` | secret | required |  | yes | From the \\*console\\* |\n"), HasSubstr("| rate | at most 300 requests in 1m |\n")
        )
    );
}

TEST(PluginPage, GathersTheCarriersWordsUnderTheirReasons) {
    const auto page = page_of(plugin_of(small));
    EXPECT_THAT(page, AllOf(HasSubstr("| `PIN_INVALID` | `E2` |\n| `NUMBER_TAKEN` | `E1` |\n"), HasSubstr("### error code\n\n| word | means | test |")));
}

TEST(PluginMatrix, HasARowForEachOperationAndAColumnForEachPlugin) {
    const auto matrix = matrix_of({plugin_of(small), built("acme")});
    EXPECT_THAT(
        matrix, AllOf(
                    HasSubstr("| operation | [acme](carriers/acme.md) | [small](carriers/small.md) |\n"), HasSubstr("| `purchase` | once, looked up | key |\n"),
                    HasSubstr("| `submit_port` | once, looked up | once, by a person |\n"), HasSubstr("| `discover` | - | - |\n"), HasSubstr("| countries | US CA | CA |\n"),
                    HasSubstr("| carrier | ACME Telecom | Small \\| Co |\n")
                )
    );
    for (const auto& each : interface_operations) EXPECT_THAT(matrix, HasSubstr("| `" + std::string(each.name) + "` |"));
}

TEST(PluginFile, IsReadOutOfTheLibraryWithoutRunningIt) {
    const auto plugin = built("thinktel");
    EXPECT_EQ(plugin.about.id, "thinktel");
    EXPECT_GT(plugin.words.size(), 50U);
}

TEST(PluginFile, SaysWhatIsNoPlugin) {
    const auto text = read_plugin_file(PORTEUR_SOURCE_DIR "/README.md");
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr("is not an ELF file"));
    const auto none = read_plugin_file("nowhere.so");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message, "cannot read \"nowhere.so\"");
}

TEST(PluginFile, AFolderStandsForThePluginsInIt) {
    const auto found = libraries_of({PORTEUR_TEST_PLUGINS});
    ASSERT_TRUE(found);
    EXPECT_GE(found->size(), 2U);
    EXPECT_FALSE(libraries_of({PORTEUR_SOURCE_DIR "/docs"}));
    EXPECT_FALSE(libraries_of({"nowhere"}));
}

TEST(StalePages, AreThoseThatSayAnything) {
    const PassingFolder folder("porteur-pages");
    const std::vector plugins{plugin_of(small), built("acme")};
    EXPECT_THAT(stale_pages(plugins, folder.path()), SizeIs(3)) << "nothing is there yet";
    const auto written = write_pages(plugins, folder.path());
    ASSERT_TRUE(written);
    EXPECT_THAT(*written, SizeIs(3));
    EXPECT_THAT(stale_pages(plugins, folder.path()), IsEmpty());

    auto newer = plugins;
    newer[0].about.settings[0].help = "Less";
    const auto stale = stale_pages(newer, folder.path());
    ASSERT_THAT(stale, SizeIs(1));
    EXPECT_EQ(stale[0].path, folder.path() / "carriers/small.md");
    EXPECT_THAT(stale[0].difference, AllOf(HasSubstr("\n-| `limit` | integer | `7` | 1 to 9 | no | How many \\| at once |\n+| `limit` | integer | `7` | 1 to 9 | no | Less |\n"), ::testing::StartsWith("@ line ")));
}

TEST(StalePages, AreThoseOfAPluginThatIsGone) {
    const PassingFolder folder("porteur-pages");
    ASSERT_TRUE(write_pages({plugin_of(small), built("acme")}, folder.path()));
    std::ofstream(folder.path() / "carriers/by_hand.md") << "# Mine\n";
    const auto stale = stale_pages({built("acme")}, folder.path());
    ASSERT_THAT(stale, SizeIs(2)) << "its page, and the matrix";
    EXPECT_EQ(stale[1].path.filename(), "small.md");
    ASSERT_TRUE(write_pages({built("acme")}, folder.path()));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "carriers/small.md"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "carriers/by_hand.md")) << "nobody's but the author's";
}

TEST(StalePage, TellsAJudgeWhetherOnePageIsFresh) {
    const PassingFolder folder("porteur-pages");
    const auto page = folder.path() / "acme.md";
    const auto library = std::filesystem::path(PORTEUR_TEST_PLUGINS "/porteur-acme.so");
    auto missing = stale_page(library, page);
    ASSERT_TRUE(missing && *missing);
    EXPECT_EQ((*missing)->difference, "it is not there\n");
    std::ofstream(page) << page_of(built("acme"));
    const auto fresh = stale_page(library, page);
    ASSERT_TRUE(fresh);
    EXPECT_FALSE(*fresh);
    EXPECT_FALSE(stale_page("nowhere.so", page));
}

TEST(Difference, IsOfLines) {
    EXPECT_EQ(difference_of("a\nb\nc\n", "a\nb\nc\n"), "");
    EXPECT_EQ(difference_of("a\nb\nc\n", "a\nx\nc\n"), "@ line 2\n-b\n+x\n");
    EXPECT_EQ(difference_of("a\nb\nc\nd\n", "b\nc\nd\ne\n"), "@ line 1\n-a\n@ line 5\n+e\n");
    EXPECT_EQ(difference_of("", "a\n"), "@ line 1\n+a\n");
    EXPECT_EQ(difference_of("a\n", ""), "@ line 1\n-a\n");
    EXPECT_EQ(difference_of("a", "a\n"), "its last line has no end, or one too many\n");
    // Pages that have nothing in common and are too large to be compared line by line.
    std::string one, other;
    for (int line = 0; line < 3000; ++line) one += "a" + std::to_string(line) + "\n", other += "b" + std::to_string(line) + "\n";
    EXPECT_THAT(difference_of(one, other), AllOf(HasSubstr("-a2999\n"), HasSubstr("+b2999\n"), Not(HasSubstr("@ line 2\n"))));
}

/// The rows of docs/plugins/descriptor.md, by their key.
std::map<std::string, std::string> rows_of_the_page() {
    std::map<std::string, std::string> out;
    std::ifstream in(PORTEUR_SOURCE_DIR "/docs/plugins/descriptor.md");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("| `")) EXPECT_TRUE(out.emplace(line.substr(3, line.find('`', 3) - 3), line).second) << "twice: " << line;
    return out;
}

TEST(DescriptorPage, HasEachKeyThatTheReaderKnowsAndNoOther) {
    TomlReading reading{"descriptor.toml", {}};
    TableReader in{reading, nullptr, ""};
    Descriptor nothing;
    read_descriptor(in, nothing);
    auto rows = rows_of_the_page();
    for (const auto& each : reading.known()) {
        EXPECT_TRUE(rows.contains(each)) << "docs/plugins/descriptor.md has no row of `" << each << "`";
        rows.erase(each);
    }
    // A name of the author's is no key of the reader's.
    for (const auto& [key, row] : rows) EXPECT_TRUE(key.ends_with(".*")) << "nobody reads: " << row;
    EXPECT_GT(reading.known().size(), 60U);
}

TEST(DescriptorPage, SaysTheDefaultsThatTheReaderHas) {
    const auto rows = rows_of_the_page();
    const HttpSpec http;
    const auto row = [&](const char* key) { return rows.contains(key) ? rows.at(key) : std::string(); };
    const auto in_quotes = [](const std::string& text) { return HasSubstr(" `\"" + text + "\"` "); };
    EXPECT_THAT(row("http.timeout"), in_quotes(duration_text(http.timeout)));
    EXPECT_THAT(row("http.response_size_max"), in_quotes(size_text(http.response_size_max_bytes)));
    EXPECT_THAT(row("http.retry.times"), HasSubstr(" `" + std::to_string(http.retry.times) + "` "));
    EXPECT_THAT(row("http.retry.first"), in_quotes(duration_text(http.retry.first)));
    EXPECT_THAT(row("http.retry.max"), in_quotes(duration_text(http.retry.max)));
    EXPECT_THAT(row("operations.*.idempotency"), HasSubstr("| `\"none\"` |"));
}

}  // namespace
}  // namespace porteur::plugin_tool
