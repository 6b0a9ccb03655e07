// SPDX-License-Identifier: Apache-2.0
// Documents that list what the code has: both say the same.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "text_rules.hpp"

namespace porteur::architecture {
namespace {

using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::NotNull;

std::string text_of_file(const std::string& path) {
    std::string text;
    if (const auto* file = find(project(), path))
        for (const auto& line : file->lines) text += line + "\n";
    return text;
}

TEST(Dependencies, SayWhatEachInstalledPackageIsFor) {
    const auto document = text_of_file("docs/dependencies.md");
    const auto* setup = find(project(), "tools/setup");
    ASSERT_THAT(setup, NotNull());
    const auto open = std::ranges::find(setup->lines, "packages=(");
    const auto close = std::find(open, setup->lines.end(), ")");
    ASSERT_NE(close, setup->lines.end());
    int package_count = 0;
    for (auto line = open + 1; line != close; ++line) {
        std::istringstream words(*line);
        for (std::string word; words >> word && word != "#";) {
            EXPECT_THAT(document, HasSubstr("`" + word + "`"));
            ++package_count;
        }
    }
    EXPECT_THAT(package_count, Gt(30));
}

TEST(Readme, OpensWithItsTwoCommands) {
    const auto text = text_of_file("README.md").substr(0, 400);
    EXPECT_THAT(text, HasSubstr("tools/demo"));
    EXPECT_THAT(text, HasSubstr("tools/test"));
}

TEST(Readme, LeadsToEveryPageOfDocs) {
    const auto text = text_of_file("README.md");
    int page_count = 0;
    for (const auto& file : project()) {
        const bool is_page = file.path.starts_with("docs/") && file.path.ends_with(".md") &&
                             !file.path.starts_with("docs/decisions/");
        if (!is_page) continue;
        EXPECT_THAT(text, HasSubstr("](" + file.path + ")"));
        ++page_count;
    }
    EXPECT_THAT(page_count, Gt(7));
}

TEST(Cookbook, ShowsTheCodeThatIsTried) {
    const auto page = text_of_file("docs/plugins/cookbook.md"), code = text_of_file("sdk/examples/cookbook/src/cookbook.cpp");
    const std::string opens = "// [recipe: ", closes = "// [end]\n";
    int recipes = 0;
    for (auto at = code.find(opens); at != code.npos; at = code.find(opens, at), ++recipes) {
        const auto name_at = at + opens.size(), name_end = code.find("]\n", name_at), end = code.find(closes, name_end);
        ASSERT_NE(end, code.npos);
        const auto name = code.substr(name_at, name_end - name_at), recipe = code.substr(name_end + 2, end - name_end - 2);
        EXPECT_THAT(page, HasSubstr("<!-- recipe: " + name + " -->\n```cpp\n" + recipe + "```\n")) << "copy the recipe \"" << name << "\" of cookbook.cpp into the page";
        at = end;
    }
    EXPECT_THAT(recipes, Gt(5));
}

TEST(LifeOfAnOrder, NamesFilesWhereTheyAre) {
    const auto text = text_of_file("docs/life_of_an_order.md");
    const std::regex path("`((?:core|config|plugins|sdk|tools)/[^` ]*\\.[a-z]+)`");
    int path_count = 0;
    for (std::sregex_iterator each(text.begin(), text.end(), path), end; each != end; ++each, ++path_count)
        EXPECT_THAT(find(project(), (*each)[1].str()), NotNull()) << (*each)[1].str() << " is not there";
    EXPECT_THAT(path_count, Gt(60));
    // A name without its folder would have to be looked for.
    const std::regex bare("`[a-z_]+\\.[ch]pp`");
    std::smatch found;
    EXPECT_FALSE(std::regex_search(text, found, bare)) << found.str();
}

TEST(Documents, LinkOnlyToWhatIsThere) {
    const auto is_there = [](const std::filesystem::path& path) {
        const auto name = path.generic_string();
        // A picture is no text, so the tree has none.
        if (name.ends_with(".png")) return std::filesystem::is_regular_file(std::filesystem::path(PORTEUR_SOURCE_DIR) / path);
        return std::ranges::any_of(project(), [&](const File& file) {
            return file.path == name ||
                   file.path.starts_with(name.ends_with('/') ? name : name + "/");
        });
    };
    const std::regex link(R"re(\]\(([^)#: ]+)(#[^)]*)?\))re");
    int link_count = 0;
    for (const auto& file : project()) {
        if (!file.path.ends_with(".md")) continue;
        for (const auto& line : file.lines)
            for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
                const auto folder = std::filesystem::path(file.path).parent_path();
                const auto target = (folder / (*at)[1].str()).lexically_normal();
                EXPECT_TRUE(is_there(target)) << file.path << " links to " << target;
                ++link_count;
            }
    }
    EXPECT_THAT(link_count, Gt(15));
}

/// The SDK brings docs/plugins and effects.md: what they lead to has to be there as well.
TEST(Documents, OfTheSdkLinkOnlyToWhatItBrings) {
    const std::regex link(R"re(\]\(([^)#: ]+)(#[^)]*)?\))re");
    int link_count = 0;
    for (const auto& file : project()) {
        const auto is_brought = [](const std::string& path) { return path == "docs/effects.md" || path.starts_with("docs/plugins/"); };
        if (!is_brought(file.path) || !file.path.ends_with(".md")) continue;
        for (const auto& line : file.lines)
            for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at, ++link_count) {
                const auto target = (std::filesystem::path(file.path).parent_path() / (*at)[1].str()).lexically_normal().generic_string();
                EXPECT_TRUE(is_brought(target)) << file.path << " leads to " << target << ", which the SDK does not bring: name it as `" << target << "`";
            }
    }
    EXPECT_THAT(link_count, Gt(20));
}

}  // namespace
}  // namespace porteur::architecture
