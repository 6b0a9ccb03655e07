// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"

#include <gmock/gmock.h>

#include "text.hpp"

namespace porteur::cli {
namespace {

using ::testing::ElementsAre;

TEST(CutTo, LeavesWhatFitsAndMarksWhatDoesNot) {
    EXPECT_EQ(cut_to("abcde", 5), "abcde");
    EXPECT_EQ(cut_to("abcdef", 5), "abcd…");
    EXPECT_EQ(cut_to("", 5), "");
    EXPECT_EQ(cut_to("abc", 1), "…");
}

TEST(CutTo, CountsColumnsAndNeitherBytesNorColours) {
    EXPECT_EQ(cut_to("é\u00e9t\u00e9s", 5), "é\u00e9t\u00e9s");
    EXPECT_EQ(cut_to("\u6771\u4eac\u6771", 5), "\u6771\u4eac…") << "two columns each";
    EXPECT_EQ(cut_to("\u6771\u4eac\u6771", 4), "\u6771…");
    EXPECT_EQ(cut_to(painted("abcde", Colour::red), 5), painted("abcde", Colour::red));
    const auto cut = cut_to(painted("abcdef", Colour::red), 5);
    EXPECT_TRUE(cut.ends_with("\x1b[0m")) << "the colour would run over the rest of the screen";
    EXPECT_EQ(display_width("abcd…"), 5u);
}

std::vector<std::string> lines(std::size_t count) {
    std::vector<std::string> out{"HEAD"};
    for (std::size_t at = 1; at <= count; ++at) out.push_back("row " + std::to_string(at));
    return out;
}

TEST(Fitted, ShowsAllWhereThereIsRoom) {
    EXPECT_THAT(fitted({{.title = "A", .lines = lines(2)}}, {.columns = 80, .rows = 4}), ElementsAre("A", "HEAD", "row 1", "row 2"));
}

TEST(Fitted, TakesFromTheLongestAndSaysHowMany) {
    const auto more = [](std::size_t count) { return std::to_string(count) + " more"; };
    const auto shown = fitted(
        {{.title = "A", .lines = lines(2), .kept = 1, .more = more}, {.title = "B", .lines = lines(9), .kept = 1, .more = more}}, {.columns = 80, .rows = 9}
    );
    EXPECT_THAT(shown, ElementsAre("A", "HEAD", "row 1", "row 2", "B", "HEAD", "row 1", "row 2", "7 more"));
}

TEST(Fitted, IsNeverTallerNorWiderThanTheScreen) {
    std::vector<Section> many;
    for (int at = 0; at < 20; ++at) many.push_back({.title = std::string(100, 'x'), .lines = lines(30)});
    for (const std::size_t rows : {1u, 2u, 5u, 24u}) {
        const auto shown = fitted(many, {.columns = 10, .rows = rows});
        EXPECT_LE(shown.size(), rows);
        for (const auto& line : shown) EXPECT_LE(display_width(line), 10u);
    }
}

}  // namespace
}  // namespace porteur::cli
