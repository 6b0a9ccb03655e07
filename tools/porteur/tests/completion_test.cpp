// SPDX-License-Identifier: Apache-2.0
#include "completion.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

std::string output_of(const std::string& command) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
        ::popen(command.c_str(), "r"), ::pclose
    );
    std::string out;
    std::array<char, 4096> piece{};
    while (const auto count = std::fread(piece.data(), 1, piece.size(), pipe.get()))
        out.append(piece.data(), count);
    return out;
}

class BashCompletion : public ::testing::Test {
protected:
    /// What bash would offer for the last of these words.
    std::string offered(const std::string& words) {
        const auto script = world_.file("porteur.bash", completion_script("bash"));
        const auto test = world_.file(
            "test.bash",
            "source " + script + "\nCOMP_WORDS=(" + words +
                ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_porteur\necho \"${COMPREPLY[*]}\"\n"
        );
        return output_of("bash --norc " + test);
    }
    World world_;
};

TEST_F(BashCompletion, OffersCommands) {
    EXPECT_EQ(offered("porteur p"), "port purchase portability plugin\n");
    EXPECT_EQ(offered("porteur port s"), "submit show settle\n");
    EXPECT_EQ(
        offered("porteur --json numbers ''"),
        "list show export add assign unassign reserve unreserve options release import history jobs job cancel undo sync syncs search\n"
    );
}

TEST_F(BashCompletion, OffersOptionsAndChoices) {
    EXPECT_EQ(offered("porteur port create --loa"), "--loa --loa-signed-on\n");
    EXPECT_EQ(offered("porteur port list --state conf"), "confirmed\n");
    EXPECT_EQ(offered("porteur port list --state ex"), "exception expired\n");
    EXPECT_EQ(offered("porteur port settle X not"), "not_carried_out\n");
    EXPECT_EQ(offered("porteur completion z"), "zsh\n");
}

TEST_F(BashCompletion, OffersFilesWhereAFileIsMeant) {
    const auto file = world_.file("letter.pdf", "x");
    EXPECT_EQ(offered("porteur port create --loa " + world_.folder.string() + "/let"), file + "\n");
}

TEST(Completion, KnowsEveryCommandAndOptionInEveryShell) {
    for (const auto* shell : {"bash", "zsh", "fish"}) {
        const auto script = completion_script(shell);
        for (const auto& command : all_commands()) {
            EXPECT_THAT(script, HasSubstr(command.path)) << shell;
            for (const auto& option : command.options)
                EXPECT_THAT(script, HasSubstr(option.key())) << shell;
        }
    }
}

TEST(Completion, ParsesInTheShellsThatAreHere) {
    World world;
    for (const std::string shell : {"bash", "zsh", "fish"}) {
        if (output_of("command -v " + shell).empty()) continue;
        const auto script = world.file(shell, completion_script(shell));
        EXPECT_EQ(output_of(shell + " -n " + script + " 2>&1"), "") << shell;
    }
}

TEST(Completion, IsPrinted) {
    World world;
    EXPECT_EQ(world.run({"completion", "fish"}), (Ran{0, completion_script("fish"), ""}));
}

}  // namespace
}  // namespace porteur::cli
