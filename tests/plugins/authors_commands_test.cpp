// SPDX-License-Identifier: Apache-2.0
// porteur-plugin docs, lint and new --from-openapi as their users call them: what they say, and what they end with.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Said {
    int status = -1;
    std::string text;  ///< both outputs
};

class AuthorsCommands : public ::testing::Test {
protected:
    void SetUp() override {
        folder = fs::path(::testing::TempDir()) / ("authors_commands_" + std::to_string(::getpid()));
        fs::create_directories(folder);
    }
    void TearDown() override { fs::remove_all(folder); }

    Said call(const std::string& words) const {
        Said out;
        const auto line = "cd " + folder.string() + " && " PORTEUR_PLUGIN_PROGRAM " " + words + " 2>&1";
        FILE* pipe = ::popen(line.c_str(), "r");
        char piece[4096];
        while (const auto got = std::fread(piece, 1, sizeof piece, pipe)) out.text.append(piece, got);
        out.status = WEXITSTATUS(::pclose(pipe));
        return out;
    }
    std::string text_of(const fs::path& file) const {
        std::ifstream in(folder / file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const fs::path& file, const std::string& text) const {
        fs::create_directories((folder / file).parent_path());
        std::ofstream(folder / file, std::ios::binary) << text;
    }

    static inline const std::string acme = PORTEUR_TEST_EXAMPLES "/porteur-acme.so", other = PORTEUR_TEST_EXAMPLES "/porteur-other.so";
    fs::path folder;
};

TEST_F(AuthorsCommands, docs_prints_the_page_of_one_plugin_and_the_matrix_of_several) {
    const auto one = call("docs " + acme);
    EXPECT_EQ(one.status, 0) << one.text;
    EXPECT_THAT(one.text, AllOf(HasSubstr("# ACME Telecom\n"), HasSubstr("| `purchase` | once; after a lost answer and 30s it is looked up (find-order)")));
    const auto both = call("docs " + acme + " " + other);
    EXPECT_THAT(both.text, AllOf(HasSubstr("# What each plugin can do"), HasSubstr("# ACME Telecom\n"), HasSubstr("# Carrier without a plugin\n")));
    EXPECT_THAT(call("docs --matrix " + acme).text, ::testing::Not(HasSubstr("# ACME Telecom")));
}

TEST_F(AuthorsCommands, docs_check_fails_and_shows_the_difference_once_a_page_is_stale) {
    const auto missing = call("docs --check --page acme.md " + acme);
    EXPECT_EQ(missing.status, 1);
    EXPECT_THAT(missing.text, AllOf(StartsWith("acme.md: stale\nit is not there\n"), EndsWith("1 page is stale; make it anew: porteur plugin docs " + acme + " --page acme.md\n")));
    EXPECT_EQ(call("docs --page acme.md " + acme).status, 0);
    EXPECT_EQ(call("docs --check --page acme.md " + acme).status, 0);
    auto text = text_of("acme.md");
    const std::string rate = "at most 1000 requests in 1s";
    ASSERT_NE(text.find(rate), text.npos);
    write("acme.md", text.replace(text.find(rate), rate.size(), "any rate"));
    const auto stale = call("docs --check --page acme.md " + acme);
    EXPECT_EQ(stale.status, 1);
    EXPECT_THAT(stale.text, HasSubstr("-| rate | any rate |\n+| rate | at most 1000 requests in 1s |\n"));
}

TEST_F(AuthorsCommands, docs_writes_and_checks_a_folder) {
    const auto written = call("docs --to pages " + acme + " " + other);
    EXPECT_EQ(written.status, 0) << written.text;
    EXPECT_EQ(written.text, "pages/carriers/acme.md\npages/carriers/other.md\npages/matrix.md\n");
    EXPECT_EQ(call("docs --check --to pages " + acme + " " + other).status, 0);
    const auto fewer = call("docs --check --to pages " + acme);
    EXPECT_EQ(fewer.status, 1);
    EXPECT_THAT(fewer.text, AllOf(HasSubstr("pages/carriers/other.md: stale\nthere is no such plugin among those given\n"), HasSubstr("2 pages are stale; make them anew:")));
}

TEST_F(AuthorsCommands, docs_says_what_is_wrong_with_its_words) {
    for (const auto& [words, text] : {
             std::pair<std::string, const char*>{"docs nowhere.so", "porteur plugin docs: there is no library \"nowhere.so\""},
             {"docs --check " + acme, "say where it stands with --to FOLDER or --page FILE"},
             {"docs --page x.md " + acme + " " + other, "--page takes one plugin, and these are 2"},
             {"docs " + acme + " " + acme, "two libraries are of the plugin acme"},
             {"docs", "LIBRARY is required"},
         }) {
        const auto said = call(words);
        EXPECT_EQ(said.status, 2) << words;
        EXPECT_THAT(said.text, HasSubstr(text));
    }
}

constexpr const char* careless = R"(schema = 1
id = "acme"
name = "ACME"
version = "1.0.0"
abi = "0.0"
base_url = "https://api.acme.example"
[operations.check_account]
[http]
hosts = ["api.acme.example"]
)";

TEST_F(AuthorsCommands, lint_names_the_place_the_mend_and_the_rule) {
    write("acme/descriptor.toml", careless);
    write("acme/src/acme.cpp", "#include <porteur/sdk.hpp>\n\nauto at() { return std::chrono::system_clock::now(); }\nPORTEUR_PLUGIN(\"acme\", \"1.0.0\", PORTEUR_OPERATION(check_account))\n");
    write("acme/tests/acme_test.cpp", "auto at() { return std::chrono::system_clock::now(); }\n");
    const auto said = call("lint acme");
    EXPECT_EQ(said.status, 1);
    EXPECT_EQ(
        said.text,
        "acme/descriptor.toml:1: warning: there is no [[limitation]]; say what the carrier cannot do, in a sentence each; where there is nothing, exempt the plugin from C4 and "
        "say why [limitation-missing]\n"
        "acme/descriptor.toml:8: error: [http] has no rate, so that requests leave as fast as they come; write rate = \"10/s\", or what the carrier's documents allow [rate-missing]\n"
        "acme/src/acme.cpp:3: error: system_clock is not a plugin's to use: a replay would find something else; write co_await now() [clock]\n"
        "2 errors, 1 warning\n"
    );
    const auto programs = parse_json(call("lint --json acme").text.substr(0, call("lint --json acme").text.size() - 1));
    ASSERT_TRUE(programs);
    EXPECT_EQ(programs->at("errors").as_int64(), 2);
    EXPECT_EQ(programs->at("findings").as_array().at(2).at("line").as_int64(), 3);
    EXPECT_EQ(programs->at("findings").as_array().at(2).at("rule").as_string(), "clock");
}

TEST_F(AuthorsCommands, lint_fails_on_warnings_only_where_it_is_told_to) {
    write("acme/descriptor.toml", std::string(careless) + "rate = \"1/s\"\n");
    write("acme/acme.cpp", "PORTEUR_PLUGIN(\"acme\", \"1.0.0\", PORTEUR_OPERATION(check_account))\n");
    EXPECT_EQ(call("lint acme").status, 0);
    EXPECT_EQ(call("lint --strict acme").status, 1);
    EXPECT_EQ(call("lint nowhere").status, 2);
    EXPECT_EQ(call("lint").status, 2);
    EXPECT_THAT(call("lint --list").text, HasSubstr("rate-missing            error    An API has a rate"));
}

TEST_F(AuthorsCommands, lint_finds_nothing_but_what_is_to_be_filled_in_in_a_new_plugin) {
    for (const std::string api : {"rest", "mail", "portal"}) {
        const auto made = call("new new_one --api " + api + " --ops purchase,submit_port,cancel_port,release_numbers,search_numbers --folder " + api);
        ASSERT_EQ(made.status, 0) << made.text;
        const auto said = call("lint " + api);
        EXPECT_EQ(said.status, 0) << said.text;
        EXPECT_THAT(said.text, HasSubstr("\n0 errors, "));
        for (std::size_t at = 0; at < said.text.size();) {
            const auto end = said.text.find('\n', at);
            const auto line = said.text.substr(at, end - at);
            if (line.find(": warning: ") != line.npos) EXPECT_THAT(line, EndsWith("[fill-in]"));
            at = end + 1;
        }
    }
}

TEST_F(AuthorsCommands, new_from_openapi_says_what_it_wrote_and_left_out) {
    const auto said = call("new acme_west --from-openapi " PORTEUR_OPENAPI_SAMPLES "/orders-2.0.json --paths /orders");
    EXPECT_EQ(said.status, 0) << said.text;
    EXPECT_THAT(
        said.text, AllOf(HasSubstr("From the OpenAPI 2.0 document: 3 requests in src/client.hpp, 4 structs in src/wire.hpp"), HasSubstr("left out: OrderData: its member \"RJCT CODE\" is no name of C++"))
    );
    EXPECT_TRUE(fs::exists(folder / "acme_west/src/client.hpp"));
    EXPECT_THAT(text_of("acme_west/descriptor.toml"), HasSubstr("base_url = \"https://api.acme.example/v2\""));
}

TEST_F(AuthorsCommands, new_from_openapi_says_what_is_wrong_with_its_words_and_writes_nothing) {
    write("words.yaml", "a: [\n");
    for (const auto& [words, text] : {
             std::pair<std::string, const char*>{"--from-openapi nowhere.json", "cannot read \"nowhere.json\""},
             {"--from-openapi words.yaml", "words.yaml: the document is neither JSON nor YAML: line"},
             {"--from-openapi " PORTEUR_OPENAPI_SAMPLES "/orders-3.0.json --operations nothing", "the document has no operation \"nothing\"; it has getOrder"},
             {"--api rest --ops purchase --operations getOrder", "name it with --from-openapi"},
             {"--ops purchase", "--api is required"},
             {"--api rest", "--ops is required"},
         }) {
        const auto said = call("new acme_west " + words);
        EXPECT_EQ(said.status, 2) << words;
        EXPECT_THAT(said.text, AllOf(StartsWith("porteur plugin new: "), HasSubstr(text)));
        EXPECT_FALSE(fs::exists(folder / "acme_west"));
    }
}

}  // namespace
}  // namespace porteur
