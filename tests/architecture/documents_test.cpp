// SPDX-License-Identifier: Apache-2.0
// Documents that list what the code has: both say the same.
#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <porteur/reason.hpp>
#include <porteur/result.hpp>

#include "text_rules.hpp"

namespace porteur::architecture {
namespace {

using ::testing::ElementsAreArray;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::NotNull;

const Tree& project() {
    static const Tree tree = read_tree(PORTEUR_SOURCE_DIR);
    return tree;
}

std::string text_of_file(const std::string& path) {
    std::string text;
    if (const auto* file = find(project(), path))
        for (const auto& line : file->lines) text += line + "\n";
    return text;
}

TEST(Vocabulary, ListsEveryReasonOfARefusalOnceAndInOrder) {
    const auto* document = find(project(), "docs/vocabulary.md");
    ASSERT_THAT(document, NotNull());
    std::vector<std::string> in_code;
    for (const auto& [reason, text] : detail::reason_texts) in_code.emplace_back(text);
    EXPECT_THAT(words_under(*document, "## Reasons of a refusal"), ElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryKindOfError) {
    const auto* document = find(project(), "docs/vocabulary.md");
    ASSERT_THAT(document, NotNull());
    std::vector<std::string> in_code;
    for (int number = 1; number <= static_cast<int>(ErrorKind::internal); ++number)
        in_code.emplace_back(name_of(static_cast<ErrorKind>(number)));
    EXPECT_THAT(words_under(*document, "## Kinds of error"), ElementsAreArray(in_code));
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

}  // namespace
}  // namespace porteur::architecture
