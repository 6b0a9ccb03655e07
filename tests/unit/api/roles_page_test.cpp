// SPDX-License-Identifier: Apache-2.0
// docs/roles.md says who may do what, where, and which routes that opens: as the code does.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "api/routes.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAreArray;

std::vector<std::string> lines_of_page(std::string_view from, std::string_view beginning) {
    std::ifstream file(PORTEUR_SOURCE_DIR "/docs/roles.md");
    std::vector<std::string> found;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) inside = line == "## " + std::string(from);
        if (inside && line.starts_with(beginning)) found.push_back(line);
    }
    return found;
}

std::string reach_of(Role role, Right right) {
    if (may(role, right, Relation::below)) return "tree";
    return may(role, right, Relation::own) ? "own" : "–";
}

TEST(RolesPage, SaysOfEachRoleWhatItMayDoAndWhere) {
    std::vector<std::string> expected;
    for (const auto right : all_rights()) {
        std::string line = "| `" + std::string(word_of(right)) + "` |";
        for (const auto role : all_roles()) line += " " + reach_of(role, right) + " |";
        expected.push_back(std::move(line));
    }
    EXPECT_THAT(lines_of_page("What each may do, and where", "| `"), ElementsAreArray(expected));
}

TEST(RolesPage, SaysWhichRoutesEachRightOpens) {
    std::vector<std::string> expected;
    for (const auto right : all_rights()) {
        std::string line;
        for (const auto& route : routes())
            if (route.permission.access == Access::by_right && route.permission.right == right)
                line += (line.empty() ? "" : ", ") + ("`" + std::string(route.method)) + " " + std::string(route.path) + "`";
        if (!line.empty()) expected.push_back("- `" + std::string(word_of(right)) + "`: " + line);
    }
    EXPECT_THAT(lines_of_page("Which routes each right opens", "- `"), ElementsAreArray(expected));
}

}  // namespace
}  // namespace porteur
