// SPDX-License-Identifier: Apache-2.0
// Documents that list what the code has: both say the same.
#include <algorithm>
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

}  // namespace
}  // namespace porteur::architecture
