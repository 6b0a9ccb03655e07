// SPDX-License-Identifier: Apache-2.0
// The program itself, as a shell starts it.
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include <gmock/gmock.h>

#include "other_program.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

struct Output {
    int status = -1;
    std::string text;
};

Output shell(const std::string& command) {
    Output output;
    auto* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> piece{};
    while (const auto count = std::fread(piece.data(), 1, piece.size(), pipe))
        output.text.append(piece.data(), count);
    const int ended = ::pclose(pipe);
    output.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    return output;
}

std::string program(World& world, const std::string& name, const std::string& text) {
    const auto path = world.file(name, text);
    ::chmod(path.c_str(), 0755);
    return path;
}

TEST(TokenCreate, GivesAllWordsToTheDaemonAndKeepsItsExitStatus) {
    World world;
    world.other_status = 4;
    const auto ran = world.run({"token", "create", "--name", "billing", "--scope=read"});
    EXPECT_EQ(ran.status, 4);
    EXPECT_EQ(world.other_program, "porteurd");
    EXPECT_THAT(
        world.other_words,
        ::testing::ElementsAre("token", "create", "--name", "billing", "--scope=read")
    );
}

// `porteur backup FOLDER` was refused: a command of one word took none of those that follow it.
TEST(CommandsOfOneWord, GiveAllWordsToTheDaemonToo) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"backup", "/backup/monday"}, {"restore", "/backup/monday", "--check", "--key", "k"}, {"doctor"}, {"doctor", "--json"}}) {
        World world;
        EXPECT_EQ(world.run(words).status, 0) << words.front();
        EXPECT_EQ(world.other_program, "porteurd");
        EXPECT_EQ(world.other_words, words);
    }
}

TEST(PluginNew, GivesAllWordsToTheProgramForAuthorsAndKeepsItsExitStatus) {
    World world;
    world.other_status = 2;
    const auto ran = world.run({"plugin", "new", "acme", "--api", "rest", "--help"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(world.other_program, "porteur-plugin");
    EXPECT_THAT(world.other_words, ::testing::ElementsAre("new", "acme", "--api", "rest", "--help"));
}

TEST(FindProgram, PrefersTheOneBesideThenLibexecAndThenPath) {
    World world;
    std::filesystem::create_directories(world.folder / "beside");
    std::filesystem::create_directories(world.folder / "libexec/porteur");
    std::filesystem::create_directories(world.folder / "path");
    const auto on_path = program(world, "path/porteurd", "#!/bin/sh\n");
    const auto beside = (world.folder / "beside").string();
    const auto path = ":/nowhere:" + (world.folder / "path").string();
    EXPECT_EQ(find_program("porteurd", beside, path), on_path);
    program(world, "libexec/porteur/porteurd", "#!/bin/sh\n");
    EXPECT_EQ(find_program("porteurd", beside, path), beside + "/../libexec/porteur/porteurd");
    const auto here = program(world, "beside/porteurd", "#!/bin/sh\n");
    EXPECT_EQ(find_program("porteurd", beside, path), here);
}

TEST(FindProgram, SaysWhereItLooked) {
    World world;
    world.file("porteurd", "not a program");
    const auto found = find_program("porteurd", world.folder.string(), "");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ExitCode::not_found);
    EXPECT_EQ(
        found.error().message, "porteurd is neither in \"" + world.folder.string() +
                                   "\" nor on PATH; run this on the daemon's machine"
    );
}

TEST(Program, BecomesTheDaemonsProgramForTokenCreate) {
    World world;
    // A copy, so that what stands beside it is the test's.
    std::filesystem::copy_file(PORTEUR_PROGRAM, world.folder / "porteur");
    program(world, "porteurd", "#!/bin/sh\necho \"$# words: $*\"\nexit 6\n");
    const auto output =
        shell((world.folder / "porteur").string() + " token create --name 'two words'");
    EXPECT_EQ(output.text, "4 words: token create --name two words\n");
    EXPECT_EQ(output.status, 6);
    EXPECT_EQ(
        shell((world.folder / "porteur").string() + " plugin docs thinktel --json").text,
        "4 words: plugin docs thinktel --json\n"
    );
}

TEST(Program, BecomesTheProgramForAuthorsWherePagesOfLibrariesAreWanted) {
    World world;
    std::filesystem::copy_file(PORTEUR_PROGRAM, world.folder / "porteur");
    program(world, "porteurd", "#!/bin/sh\necho \"porteurd: $*\"\n");
    program(world, "porteur-plugin", "#!/bin/sh\necho \"porteur-plugin: $*\"\n");
    const auto said = [&](const std::string& words) {
        return shell((world.folder / "porteur").string() + " plugin " + words).text;
    };
    EXPECT_EQ(said("docs thinktel"), "porteurd: plugin docs thinktel\n");
    EXPECT_EQ(said("docs build/porteur-acme.so --json"), "porteurd: plugin docs build/porteur-acme.so --json\n");
    EXPECT_EQ(said("docs build/porteur-acme.so"), "porteur-plugin: docs build/porteur-acme.so\n");
    EXPECT_EQ(said("docs porteur-acme.so"), "porteur-plugin: docs porteur-acme.so\n");
    EXPECT_EQ(said("docs --check --to docs/plugins acme"), "porteur-plugin: docs --check --to docs/plugins acme\n");
    EXPECT_EQ(said("docs ."), "porteur-plugin: docs .\n");
    EXPECT_EQ(said("lint acme"), "porteur-plugin: lint acme\n");
}

TEST(FindProgram, SaysWhatBringsTheProgramForAuthors) {
    World world;
    const auto found = find_program("porteur-plugin", world.folder.string(), "");
    ASSERT_FALSE(found);
    EXPECT_EQ(
        found.error().message, "porteur-plugin is neither in \"" + world.folder.string() +
                                   "\" nor on PATH; the SDK for authors of plugins brings it"
    );
}

TEST(Program, ReadsItsEnvironment) {
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = R"({"items":[],"refused":[]})"}}
    );
    const auto output = shell(
        "PORTEUR_URL=" + server.url() + " PORTEUR_TOKEN=prt_x " PORTEUR_PROGRAM " carriers --json"
    );
    EXPECT_EQ(output.text, "{\"items\":[],\"refused\":[]}\n");
    EXPECT_EQ(output.status, 0);
    EXPECT_EQ(server.seen().at(0).field("authorization"), "Bearer prt_x");
    EXPECT_EQ(server.seen().at(0).field("user-agent"), "porteur/" PORTEUR_VERSION);
}

TEST(Program, MakesAnotherIdempotencyKeyEachTime) {
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/X/cancel", .status = 202, .body = "{}"},
        {.expects = "POST /v1/port-orders/X/cancel", .status = 202, .body = "{}"},
    });
    const auto command = "PORTEUR_URL=" + server.url() +
                         " PORTEUR_TOKEN=prt_x " PORTEUR_PROGRAM " port cancel X --json";
    shell(command);
    shell(command);
    const auto seen = server.seen();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].field("idempotency-key").size(), 32U);
    EXPECT_NE(seen[0].field("idempotency-key"), seen[1].field("idempotency-key"));
}

TEST(Program, EndsWithTwoWhenItIsMisused) {
    const auto output = shell(PORTEUR_PROGRAM " nonsense");
    EXPECT_EQ(output.status, 2);
    EXPECT_THAT(output.text, HasSubstr("there is no command \"nonsense\""));
}

}  // namespace
}  // namespace porteur::cli
