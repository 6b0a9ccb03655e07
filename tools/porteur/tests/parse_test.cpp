// SPDX-License-Identifier: Apache-2.0
#include "parse.hpp"

#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Arguments said(const std::vector<std::string>& words) {
    auto parsed = parse_command_line(words);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed ? parsed->arguments : Arguments{};
}

TEST(CommandLine, FindsCommandWordsAndOptions) {
    const auto arguments =
        said({"port", "settle", "01JD9Y4V8K3ZQ", "found_at_carrier", "--carrier-id", "77", "--json"}
        );
    EXPECT_EQ(arguments.command, "port settle");
    EXPECT_THAT(arguments.words, ElementsAre("01JD9Y4V8K3ZQ", "found_at_carrier"));
    EXPECT_EQ(arguments.text("carrier-id"), "77");
    EXPECT_TRUE(arguments.has("json"));
    EXPECT_FALSE(arguments.has("watch"));
}

TEST(CommandLine, TakesCommonOptionsBeforeAndAfterTheCommand) {
    EXPECT_EQ(said({"--url", "http://a", "carriers"}).text("url"), "http://a");
    EXPECT_EQ(said({"carriers", "--url", "http://a"}).text("url"), "http://a");
    EXPECT_TRUE(said({"port", "list", "-v"}).has("verbose"));
}

TEST(CommandLine, GathersRepeatedOptionsWithoutSwallowingWords) {
    const auto arguments = said(
        {"port", "amend", "--number", "+14165550101,+14165550102", "--number", "+14165550103", "ID"}
    );
    EXPECT_THAT(
        arguments.list("number"), ElementsAre("+14165550101", "+14165550102", "+14165550103")
    );
    EXPECT_THAT(arguments.words, ElementsAre("ID"));
}

TEST(CommandLine, KeepsAnEmptyTextApartFromNone) {
    EXPECT_EQ(said({"port", "amend", "ID", "--btn", ""}).given("btn"), "");
    EXPECT_EQ(said({"port", "amend", "ID"}).given("btn"), std::nullopt);
}

TEST(CommandLine, LeavesWordsOfTokenCreateToTheDaemon) {
    EXPECT_THAT(
        said({"token", "create", "--config", "a.toml", "--scope", "read", "--help"}).words,
        ElementsAre("--config", "a.toml", "--scope", "read", "--help")
    );
}

TEST(CommandLine, SaysWhatIsWrongAndWhereTheHelpIs) {
    World world;
    struct Case {
        std::vector<std::string> words;
        std::string err;
    };
    const std::vector<Case> cases{
        {{}, "porteur: a command is needed; see 'porteur --help'\n"},
        {{"prot"},
         "porteur: there is no command \"prot\"; did you mean port? See 'porteur --help'\n"},
        {{"port"}, "porteur: a command is needed; see 'porteur port --help'\n"},
        {{"port", "cretae"},
         "porteur: there is no command \"cretae\"; did you mean create? See 'porteur port --help'\n"
        },
        {{"port", "show"}, "porteur: ID is required; see 'porteur port show --help'\n"},
        {{"port", "show", "A", "B"},
         "porteur: The following argument was not expected: B; see 'porteur port show --help'\n"},
        {{"port", "submit", "A", "--tiemout", "5s"},
         "porteur: there is no option --tiemout; did you mean --timeout? See 'porteur port submit "
         "--help'\n"},
        {{"port", "list", "--limit", "many"},
         "porteur: --limit: \"many\" is no whole number; see 'porteur port list --help'\n"},
        {{"port", "create", "--date", "1.12.2026"},
         "porteur: --date: \"1.12.2026\" is no date; write it as in 2026-12-01; see 'porteur port "
         "create --help'\n"},
        {{"port", "settle", "A", "perhaps"},
         "porteur: VERDICT: \"perhaps\" is none of found_at_carrier, not_carried_out, tried_again, "
         "left; see "
         "'porteur port settle --help'\n"},
        {{"carriers", "--lang", "de"},
         "porteur: --lang: \"de\" is none of en, fr; see 'porteur carriers --help'\n"},
        {{"carriers", "--url"},
         "porteur: --url: 1 required URL missing; see 'porteur carriers --help'\n"},
        {{"port", "watch", "A", "--timeout", "5 sec"},
         "porteur: --timeout \"5 sec\" is not a duration; write a whole number and s, m, h or d, "
         "as in \"5m\"\n"},
        {{"port", "create"},
         "porteur: which account shall carry the order out? Name it with --account; 'porteur "
         "carriers' lists them\n"},
        {{"port", "create", "--account", "a", "--number", "416-555-0101"},
         "porteur: --number \"416-555-0101\" is no number in E.164 form; write + and the country "
         "code first, as in "
         "+14165550101\n"},
        {{"port", "create", "--account", "a", "--file", "/nowhere/order.json"},
         "porteur: \"/nowhere/order.json\" cannot be opened; is it there, and may you read it?\n"},
        {{"port", "create", "--account", "a", "--file", world.file("bad.json", "{\"a\":}")},
         "porteur: --file \"" + (world.folder / "bad.json").string() +
             "\" is not JSON at byte 5: syntax error\n"},
        {{"port", "create", "--account", "a", "--loa", world.file("empty.pdf", "")},
         "porteur: \"" + (world.folder / "empty.pdf").string() + "\" is empty; nothing was sent\n"},
        {{"port", "create", "--account", "a", "--document", "passport.pdf"},
         "porteur: --document \"passport.pdf\" is not TYPE=FILE, as in id=passport.pdf\n"},
        {{"port", "settle", "A", "found_at_carrier"},
         "porteur: under which id does the carrier have it? Give it with --carrier-id\n"},
        {{"documents", "add", world.file("a.pdf", "%PDF-1.7")},
         "porteur: say what the document is with --type, as in --type loa\n"},
        {{"carriers", "--url", "8480"},
         "porteur: the daemon's address \"8480\" is not a URL; write it as in "
         "http://127.0.0.1:8480\n"},
        {{"carriers", "--token-file", "/nowhere/token"},
         "porteur: \"/nowhere/token\" cannot be opened; is it there, and may you read it?\n"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(world.run(each.words), (Ran{status_of(ExitCode::usage), "", each.err}))
            << ::testing::PrintToString(each.words);
}

TEST(CommandLine, ExplainsTheExitStatusInItsHelp) {
    World world;
    const auto ran = world.run({"--help"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(
        ran.out,
        HasSubstr("Exit status:\n  0  done; an order that was watched is completed\n  1  refused:")
    );
    EXPECT_THAT(ran.out, HasSubstr("  9  the daemon failed, or its answer makes no sense\n"));
    EXPECT_THAT(ran.err, IsEmpty());
}

TEST(CommandLine, HasHelpForEachCommand) {
    World world;
    for (const auto& command : all_commands()) {
        if (command.takes_rest) continue;
        std::vector<std::string> words;
        for (std::size_t at = 0; at != std::string::npos;) {
            const auto blank = command.path.find(' ', at);
            words.push_back(command.path.substr(at, blank - at));
            at = blank == std::string::npos ? blank : blank + 1;
        }
        words.push_back("--help");
        const auto ran = world.run(words);
        EXPECT_EQ(ran.status, 0) << command.path;
        EXPECT_THAT(ran.out, HasSubstr("Usage: porteur " + command.path));
        for (const auto& option : command.options) EXPECT_THAT(ran.out, HasSubstr(option.name));
    }
}

TEST(CommandLine, SaysWhatEachGroupOfCommandsIsFor) {
    for (const auto& command : all_commands())
        if (const auto blank = command.path.find(' '); blank != command.path.npos)
            EXPECT_FALSE(help_of_group(command.path.substr(0, blank)).empty()) << command.path;
}

TEST(CommandLine, PrintsItsVersion) {
    World world;
    EXPECT_EQ(world.run({"--version"}), (Ran{0, "porteur " PORTEUR_VERSION "\n", ""}));
}

}  // namespace
}  // namespace porteur::cli
