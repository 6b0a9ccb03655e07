// SPDX-License-Identifier: Apache-2.0
// docs/cli.md says what the program does.
#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>

#include "command.hpp"
#include "parse.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

std::string page() {
    std::ifstream file(PORTEUR_SOURCE_DIR "/docs/cli.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(CliPage, NamesEveryCommand) {
    const auto text = page();
    for (const auto& command : all_commands()) {
        // Both kinds of orders have the same commands, and one table names them.
        if (command.path.starts_with("purchase ")) continue;
        EXPECT_THAT(text, HasSubstr("`porteur " + command.path)) << command.path;
    }
}

TEST(CliPage, ListsEveryExitStatus) {
    const auto text = page();
    for (const auto& [code, meaning] : exit_meanings)
        EXPECT_THAT(text, HasSubstr(fmt::format("| {} | {} |", static_cast<int>(code), meaning)));
}

/// The words of a command line as a shell would split it.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false, has_word = false;
    for (const char letter : line) {
        if (letter == '\'') {
            quoted = !quoted;
            has_word = true;
        } else if (letter == ' ' && !quoted) {
            if (has_word) words.push_back(std::exchange(word, {}));
            has_word = false;
        } else {
            word += letter;
            has_word = true;
        }
    }
    if (has_word) words.push_back(word);
    return words;
}

TEST(CliPage, ShowsOnlyCommandLinesThatAreUnderstood) {
    const auto text = page();
    const std::regex block("```sh\n([^`]*)```");
    int count = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), block), end; at != end; ++at) {
        auto lines = std::regex_replace((*at)[1].str(), std::regex("\\\\\n *"), "");
        std::istringstream in(lines);
        for (std::string line; std::getline(in, line);) {
            line = line.substr(0, line.find(" | "));
            line = line.substr(0, line.find(" > "));
            line = line.substr(0, line.find("  #"));
            if (!line.starts_with("porteur ")) continue;
            auto words = words_of(line);
            words.erase(words.begin());
            const auto parsed = parse_command_line(words);
            EXPECT_TRUE(parsed) << line << "\n" << parsed.error().message;
            ++count;
        }
    }
    EXPECT_GT(count, 10);
}

}  // namespace
}  // namespace porteur::cli
