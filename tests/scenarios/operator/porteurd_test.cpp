// SPDX-License-Identifier: Apache-2.0
// porteurd as an operator meets it, by docs/running.md: its command line, the check of an
// installation, the first start, tokens.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Runs porteurd; what it says on standard error is in the output, too.
Ended porteurd(const std::string& words) {
    return run({"/bin/sh", "-c", "exec " PORTEUR_DAEMON " " + words + " 2>&1"});
}

std::string page(const std::string& name) {
    std::ifstream file(fs::path(PORTEUR_SOURCE_DIR) / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The settings as shipped, with places of the test's own and one plugin.
class Installation {
public:
    Installation() {
        fs::create_directories(folder / "plugins");
        fs::copy(
            fs::path(PORTEUR_SOURCE_DIR) / "config", folder / "config", fs::copy_options::recursive
        );
        fs::copy_file(
            fs::path(PORTEUR_PLUGINS_DIR) / "porteur-thinktel.so",
            folder / "plugins/porteur-thinktel.so"
        );
        write(
            "config/porteur.toml",
            "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n"
            "[api]\nport = 0\n[documents]\nfolder = \"../data/documents\"\n"
            "[plugins]\nfolders = [\"../plugins\"]\n[log]\nlevel = \"warning\"\n"
        );
    }
    ~Installation() { fs::remove_all(folder); }
    Installation(const Installation&) = delete;
    Installation& operator=(const Installation&) = delete;

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((folder / name).parent_path());
        std::ofstream(folder / name) << text;
        fs::permissions(folder / name, fs::perms(0600));
    }
    Ended porteurd(const std::string& words) const {
        return testing::porteurd("--config " + (folder / "config").string() + " " + words);
    }
    void enable_thinktel(const std::string& plugin = "thinktel") const {
        write(
            "config/carriers/thinktel.toml",
            "plugin = \"" + plugin +
                "\"\n[secrets]\nuser = { file = \"secrets/user\" }\n"
                "password = { file = \"secrets/password\" }\n"
        );
    }

    const fs::path folder =
        fs::path(::testing::TempDir()) / ("porteurd." + std::to_string(getpid()));
};

TEST(PorteurdCommandLine, ExitsWithTwoWhenItIsWrongAndSaysWhereTheHelpIs) {
    for (const auto* words : {"--frob", "frob", "token", "token revoke", "token create --days x"}) {
        const auto ended = porteurd(words);
        EXPECT_EQ(ended.status, 2) << words;
        EXPECT_THAT(
            ended.output, AllOf(StartsWith("porteurd: "), HasSubstr("see 'porteurd --help'"))
        ) << words;
    }
    EXPECT_EQ(porteurd("--help").status, 0);
    EXPECT_THAT(porteurd("--version").output, StartsWith("porteurd "));
}

TEST(PorteurdCommandLine, SaysHowToNameSettingsThatAreNotThere) {
    const auto ended = porteurd("--config /nowhere/at/all");
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(
        ended.output,
        "porteurd: there are no settings at \"/nowhere/at/all\"; name the folder or file with "
        "--config\n"
    );
}

TEST(PluginDocs, PrintThePageOfALibraryWithoutSettings) {
    const auto ended = porteurd("plugin docs " PORTEUR_PLUGINS_DIR "/porteur-thinktel.so");
    EXPECT_EQ(ended.status, 0) << ended.output;
    for (const auto* piece :
         {"ThinkTel (Distributel uControl)\nthinktel 0.2.0, interface 0.0; countries: CA US\n",
          "What it cannot do\n  - A port cannot be cancelled", "\nSettings, which", "\nSecrets, which",
          "submit_port", "once; after a lost answer and 1m it is looked up (find)",
          "\nWhat it may reach\n  HTTP  api.thinktel.ca; at most 5 requests in 1s\n",
          "\nWhat it asks for\n  port_in\n", "at most 30 days old", "  Status (14)\n",
          "CONFIRMEDwEXCEPTION", "FollowUp.EveryStatusWordMovesTheOrderAsItMeans"})
        EXPECT_THAT(ended.output, HasSubstr(piece));
}

TEST(PluginDocs, AreThereForProgramsToo) {
    const auto ended = porteurd("plugin docs --json " PORTEUR_PLUGINS_DIR "/porteur-thinktel.so");
    ASSERT_EQ(ended.status, 0) << ended.output;
    const auto told = json::parse(ended.output);
    EXPECT_EQ(told.at("id"), "thinktel");
    EXPECT_EQ(told.at("reach").at("hosts").at(0), "api.thinktel.ca");
    EXPECT_FALSE(told.at("requirements").at("port_in").at("items").as_array().empty());
    const auto& words = told.at("words").as_array();
    EXPECT_TRUE(std::ranges::any_of(words, [](const json::value& each) {
        return each.at("kind") == "Reply" && each.at("word") == "1" && each.at("means") == "Accepted: done" &&
               !each.at("test").as_string().empty();
    })) << json::serialize(words);
}

TEST(PluginDocs, FindAPluginByItsIdAndSayWhichThereAre) {
    const Installation here;
    const auto known = here.porteurd("plugin docs thinktel");
    EXPECT_EQ(known.status, 0) << known.output;
    EXPECT_THAT(known.output, HasSubstr("\nWords of the carrier"));
    const auto unknown = here.porteurd("plugin docs acme");
    EXPECT_EQ(unknown.status, 1);
    EXPECT_EQ(unknown.output, "porteurd: there is no plugin \"acme\"; there are thinktel\n");
    EXPECT_FALSE(fs::exists(here.folder / "data")) << "a mere look makes nothing";
}

TEST(CheckConfig, TakesWhatIsShipped) {
    const Installation here;
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_THAT(
        ended.output, AllOf(
                          HasSubstr(" is fit: 3 accounts, 0 enabled; 1 plugins\n"),
                          HasSubstr("note: there is no key yet; `porteurd init` makes "),
                          HasSubstr("note: no account is enabled")
                      )
    );
    EXPECT_FALSE(fs::exists(here.folder / "data")) << "a mere look makes nothing";
}

TEST(CheckConfig, SaysThatTheFontsOfLettersAreMissing) {
    const Installation here;
    EXPECT_THAT(here.porteurd("--check-config").output, Not(HasSubstr("DejaVuSans")));
    here.write(
        "config/porteur.toml",
        "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n"
        "[documents]\nfont_folder = \"fonts\"\n[plugins]\nfolders = [\"../plugins\"]\n"
    );
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_THAT(
        ended.output,
        HasSubstr("note: there is no DejaVuSans.ttf in [documents] font_folder, so no letter of "
                  "authorization can be made; install fonts-dejavu-core\n")
    );
}

TEST(CheckConfig, LooksWhetherKeyAndCertificateOfTheApiBelongTogether) {
    const Installation here;
    for (const char* name : {"one", "other"}) {
        const auto place = (here.folder / name).string();
        const auto made = run({"/bin/sh", "-c", "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 -subj /CN=localhost -keyout " + place + ".key -out " + place + ".crt 2>&1"});
        ASSERT_EQ(made.status, 0) << made.output;
    }
    const auto with = [&](const std::string& key) {
        here.write("config/porteur.toml", "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n[api]\naddress = \"0.0.0.0\"\nport = 0\n"
                                          "[api.tls]\ncert_file = \"../one.crt\"\nkey_file = \"../" + key + "\"\n[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"../plugins\"]\n");
        return here.porteurd("--check-config");
    };
    const auto ended = with("other.key");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output, AllOf(HasSubstr("api.tls: the key"), HasSubstr("other.key cannot be used")));
    EXPECT_EQ(with("one.key").status, 0);
    EXPECT_THAT(with("one.key").output, Not(HasSubstr("in the clear")));
}

TEST(CheckConfig, SaysThatAnApiForOtherMachinesHasNoTls) {
    const Installation here;
    EXPECT_THAT(here.porteurd("--check-config").output, Not(HasSubstr("in the clear")));
    here.write("config/porteur.toml", "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n[api]\naddress = \"0.0.0.0\"\nport = 0\n[plugins]\nfolders = [\"../plugins\"]\n");
    EXPECT_THAT(here.porteurd("--check-config").output, HasSubstr("note: [api] address 0.0.0.0 is reached from other machines, and without [api.tls] tokens and passwords come in the clear\n"));
}

TEST(Init, IsRefusedInAnotherUsersFolder) {
    if (::geteuid() != 0) GTEST_SKIP() << "left out: only root may give a folder away";
    const Installation here;
    fs::create_directories(here.folder / "data");
    ASSERT_EQ(::chown((here.folder / "data").c_str(), 65534, 65534), 0);
    const auto ended = here.porteurd("init");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output, HasSubstr("belongs to nobody, and so must what is in it; run `runuser -u nobody -- porteurd init`"));
    EXPECT_TRUE(fs::is_empty(here.folder / "data"));
}

TEST(RestoreCheck, FailsWhereTheKeyWasNotTriedAndSaysWhyWithoutBlamingTheBackup) {
    const Installation here;
    ASSERT_EQ(here.porteurd("init").status, 0);
    const auto backup = (here.folder / "backup").string();
    ASSERT_EQ(here.porteurd("backup " + backup).status, 0);
    EXPECT_EQ(here.porteurd("restore " + backup + " --check").status, 0);
    fs::rename(here.folder / "data/porteur.key", here.folder / "data/elsewhere");
    const auto keyless = here.porteurd("restore " + backup + " --check");
    EXPECT_EQ(keyless.status, 1);
    EXPECT_THAT(keyless.output, AllOf(HasSubstr("warn  key"), HasSubstr("porteur.key\" cannot be read: No such file or directory")));

    const auto nothing = here.porteurd("restore " + backup + "x --check");
    EXPECT_EQ(nothing.status, 1);
    EXPECT_THAT(nothing.output, AllOf(HasSubstr("No such file or directory"), HasSubstr("name the folder of a backup"), Not(HasSubstr("cannot be trusted"))));
}

TEST(CheckConfig, NamesThePluginThatWasProbablyMeant) {
    const Installation here;
    here.enable_thinktel("thinktell");
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(
        ended.output,
        HasSubstr(
            "there is no plugin \"thinktell\" in the plugin folders; did you mean \"thinktel\"?"
        )
    );
}

TEST(CheckConfig, ReadsTheSecretsOfEnabledAccounts) {
    const Installation here;
    here.enable_thinktel();
    here.write("config/secrets/user", "acme\n");
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output, AllOf(HasSubstr("secrets/password"), Not(HasSubstr("secrets/user"))));
    here.write("config/secrets/password", "secret\n");
    EXPECT_EQ(here.porteurd("--check-config").status, 0);
}

TEST(CheckConfig, HoldsAnAccountAgainstItsPlugin) {
    const Installation here;
    here.write(
        "config/carriers/thinktel.toml",
        "plugin = \"thinktel\"\nenabled = false\n[secrets]\nuser = { env = \"U\" }\npasword = { "
        "env = "
        "\"P\" }\n[settings]\ntrunc = \"1\"\n"
    );
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(
        ended.output,
        AllOf(HasSubstr("thinktel.toml:5:"), HasSubstr("\"password\""), HasSubstr("\"trunk\""))
    );
}

TEST(CheckConfig, HoldsAnAccountToTheBuildThatItNames) {
    const Installation here;
    here.write(
        "config/carriers/thinktel.toml",
        "plugin = \"thinktel\"\nenabled = false\nsha256 = \"" + std::string(64, '0') +
            "\"\n[secrets]\nuser = { env = \"U\" }\npassword = { env = \"P\" }\n"
    );
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output, HasSubstr("the account takes only 0000"));
}

TEST(CheckConfig, SaysThatALibraryIsRefused) {
    const Installation here;
    here.write("plugins/porteur-broken.so", "this is no library");
    const auto ended = here.porteurd("--check-config");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(
        ended.output,
        HasSubstr("plugin refused: " + (here.folder / "plugins/porteur-broken.so").string())
    );
}

TEST(FirstStart, MakesWhatOnlyItsOwnerMayRead) {
    const Installation here;
    ASSERT_EQ(here.porteurd("init").status, 0);
    const auto mode = [&](const char* name) {
        return static_cast<unsigned>(fs::status(here.folder / "data" / name).permissions());
    };
    EXPECT_EQ(mode("porteur.key"), 0400u);
    EXPECT_EQ(mode("porteur.db"), 0600u);
    EXPECT_EQ(mode("documents"), 0700u);
    EXPECT_THAT(here.porteurd("init").output, StartsWith("key      there already\n"));
}

TEST(Tokens, AreListedAndTakenBack) {
    const Installation here;
    ASSERT_EQ(here.porteurd("init").status, 0);
    auto token = here.porteurd("token create --name billing --scope read --days 90").output;
    token.pop_back();
    const auto daemon =
        Program::serve({PORTEUR_DAEMON, "--config", here.folder / "config"}, here.folder / "log");
    const auto ask = [&] {
        return http(daemon.port(), "GET", "/v1/port-orders", {"Authorization: Bearer " + token})
            ->status;
    };
    EXPECT_EQ(ask(), 200);
    EXPECT_THAT(
        here.porteurd("token list").output,
        AllOf(HasSubstr("\"billing\""), HasSubstr("read"), HasSubstr("until 2"))
    );
    const auto revoked = here.porteurd("token revoke billing");
    EXPECT_EQ(revoked.status, 0) << revoked.output;
    EXPECT_EQ(ask(), 401);
    EXPECT_THAT(here.porteurd("token list").output, HasSubstr("revoked 2"));
    const auto again = here.porteurd("token revoke billing");
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.output, HasSubstr("no token of \"billing\" holds"));
}

TEST(SecondPorteurd, SaysThatTheStoreIsTaken) {
    const Installation here;
    ASSERT_EQ(here.porteurd("init").status, 0);
    const auto first =
        Program::serve({PORTEUR_DAEMON, "--config", here.folder / "config"}, here.folder / "log");
    const auto second = here.porteurd("");
    EXPECT_EQ(second.status, 1);
    EXPECT_THAT(second.output, StartsWith("porteurd: "));
}

TEST(RunningPorteurd, EndsWithZeroWhenItIsToldTo) {
    const Installation here;
    ASSERT_EQ(here.porteurd("init").status, 0);
    for (const int signal : {SIGTERM, SIGINT}) {
        const auto running =
            Program::serve({PORTEUR_DAEMON, "--config", here.folder / "config"}, here.folder / "log");
        ::kill(running.pid(), signal);
        ASSERT_TRUE(running.ended_within(std::chrono::seconds(30)));
        siginfo_t ended{};
        ASSERT_EQ(waitid(P_PID, static_cast<id_t>(running.pid()), &ended, WEXITED | WNOWAIT), 0);
        EXPECT_EQ(ended.si_code, CLD_EXITED) << "by signal " << ended.si_status;
        EXPECT_EQ(ended.si_status, 0);
    }
}

/// The `porteurd ...` lines in the page's shell examples.
std::vector<std::string> commands_of_the_page() {
    std::vector<std::string> found;
    const auto text = page("docs/running.md");
    // What follows a > is the shell's.
    const std::regex line("\n(?:(?:sudo )?runuser -u porteur -- )?porteurd *([^\n#>]*)");
    for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at)
        found.push_back((*at)[1]);
    return found;
}

TEST(RunningPage, ShowsOnlyCommandLinesThatPorteurdKnows) {
    const auto commands = commands_of_the_page();
    EXPECT_GE(commands.size(), 6u);
    for (const auto& words : commands)
        EXPECT_EQ(porteurd("--config /nowhere " + words).status, 1) << "porteurd " << words;
}

TEST(RunningPage, NamesEveryExitStatus) {
    const auto help = porteurd("--help").output;
    const auto text = page("docs/running.md");
    const auto at = text.find("`porteurd` exits with");
    ASSERT_NE(at, text.npos);
    const auto paragraph = text.substr(at, text.find("\n\n", at) - at);
    const std::regex line("\n  ([0-9]+) +");
    int found = 0;
    for (std::sregex_iterator each(help.begin(), help.end(), line), end; each != end; ++each, ++found)
        EXPECT_TRUE(std::regex_search(paragraph, std::regex("\\b" + (*each)[1].str() + "\\b"))) << (*each)[1];
    EXPECT_GE(found, 4) << help;
}

TEST(RunningPage, NamesMeasuresThatThereAre) {
    const Installation here;
    ASSERT_EQ(here.porteurd("init").status, 0);
    here.enable_thinktel();
    here.write("config/secrets/user", "acme\n");
    here.write("config/secrets/password", "secret\n");
    auto token = here.porteurd("token create").output;
    token.pop_back();
    const auto daemon =
        Program::serve({PORTEUR_DAEMON, "--config", here.folder / "config"}, here.folder / "log");
    const auto made = http(
        daemon.port(), "POST", "/v1/port-orders",
        {"Authorization: Bearer " + token, "Idempotency-Key: k"},
        R"({"account":"thinktel","request":{}})"
    );
    ASSERT_EQ(made->status, 201) << made->body;
    const auto measured = http(daemon.port(), "GET", "/metrics")->body;
    const auto text = page("docs/running.md");
    const std::regex name("porteur_[a-z_]+");
    const auto watching = text.substr(text.find("## Watching it"));
    int count = 0;
    for (std::sregex_iterator at(watching.begin(), watching.end(), name), end; at != end;
         ++at, ++count)
        EXPECT_THAT(measured, HasSubstr("\n" + at->str()));
    EXPECT_GE(count, 4);
}

/// A key of the page in backticks, as in `engine.stop_timeout`, stands in the settings as shipped.
TEST(RunningPage, NamesSettingsThatThereAre) {
    const auto text = page("docs/running.md");
    const auto settings = page("config/porteur.toml");
    const std::regex setting("`(engine|plugins|log|api|documents|sessions)\\.([a-z_0-9]+)");
    int count = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), setting), end; at != end;
         ++at, ++count) {
        const bool is_key = settings.find("#" + (*at)[2].str() + " =") != settings.npos;
        const bool is_table =
            settings.find("[" + (*at)[1].str() + "." + (*at)[2].str() + "]") != settings.npos;
        EXPECT_TRUE(is_key || is_table) << at->str();
    }
    EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace porteur::testing
