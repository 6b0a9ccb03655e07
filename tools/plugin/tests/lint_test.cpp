// SPDX-License-Identifier: Apache-2.0
#include "lint.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <gmock/gmock.h>

#include "plugin_file.hpp"
#include "source_words.hpp"

namespace porteur::plugin_tool {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string sound_descriptor = R"(schema = 1
id = "acme"
name = "ACME"
version = "1.0.0"
abi = "0.0"
base_url = "https://api.acme.example"
auth = { scheme = "bearer", token = "api_token" }
[secrets.api_token]
help = "Token of the account"
[settings.trunk]
type = "text"
default = ""
help = "Where numbers go"
[operations.check_account]
[operations.purchase]
idempotency = "query"
settle = "30s"
lookup_step = "find-order"
[operations.check_purchase]
[operations.release_numbers]
idempotency = "key"
key = { header = "Idempotency-Key" }
window = "24h"
[http]
hosts = ["api.acme.example"]
rate = "10/s"
[[limitation]]
text = "No orders at night"
)";

const std::string sound_source = R"(#include <porteur/sdk.hpp>
#include <thread>  // named, and not used
using namespace porteur;
// std::thread and time(nullptr) stand in a comment
static constexpr int pages_max = 3;
static Op<AccountCheck> check_account(Nothing) {
    const auto mine = co_await account_settings();
    co_return AccountCheck{.identity = mine.text("trunk") + " https://www.acme.example/help says more"};
}
static Op<PurchaseProgress> purchase(PurchaseOrder order) {
    auto made = co_await http().post("create-order", "/orders").field("ref", order.reference).once();
    if (made.in_doubt()) co_await http().get("find-order", "/orders").looks_up("create-order");
    const auto at = co_await now();
    co_await sleep_for("pause", std::chrono::seconds(2));
    order.time(0);
}
static Op<PurchaseProgress> check_purchase(OrderReference) {
    static const int known = 3;
    auto check = http().post("check", "/orders/check");
    check.safe();
    co_await check;
}
static Op<void> release_numbers(NumberList) { co_await http().del("release", "/numbers").keyed(); }
PORTEUR_PLUGIN("acme", "1.0.0", PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(purchase),
               PORTEUR_OPERATION(check_purchase), PORTEUR_OPERATION(release_numbers))
)";

LintSubject subject_of(std::string descriptor, std::string source) {
    LintSubject out;
    out.descriptor = {"acme/descriptor.toml", std::move(descriptor)};
    out.sources = {{"acme/src/acme.cpp", std::move(source)}};
    return out;
}

/// With one piece of text exchanged for another, which has to be there.
std::string changed(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    return at == text.npos ? text : text.replace(at, from.size(), to);
}

std::vector<LintFinding> with_descriptor(const std::string& from, const std::string& to) { return lint(subject_of(changed(sound_descriptor, from, to), sound_source)); }
std::vector<LintFinding> with_source(const std::string& from, const std::string& to) { return lint(subject_of(sound_descriptor, changed(sound_source, from, to))); }
/// With a line more, in a function.
std::vector<LintFinding> with_line(const std::string& line) { return with_source("    order.time(0);\n", "    order.time(0);\n    " + line + "\n"); }

std::string text_of(const std::vector<LintFinding>& found) {
    std::string out;
    for (const auto& each : found) out += each.file + ":" + std::to_string(each.line) + ": " + each.text + "; " + each.mend + " [" + each.rule + "]\n";
    return out;
}
std::set<std::string> rules_in(const std::vector<LintFinding>& found) {
    std::set<std::string> out;
    for (const auto& each : found) out.insert(each.rule);
    return out;
}

TEST(Lint, FindsNothingInASoundPlugin) {
    const auto found = lint(subject_of(sound_descriptor, sound_source));
    EXPECT_THAT(found, IsEmpty()) << text_of(found);
}

/// One wrong thing for each rule.
struct Wrong {
    std::string rule;
    std::vector<LintFinding> found;
};

std::vector<Wrong> one_wrong_for_each_rule() {
    const std::string macros = "PORTEUR_OPERATION(check_account), ";
    return {
        {"descriptor-unreadable", lint(subject_of("schema = ", "int x();"))},
        {"unknown-key", with_descriptor("settle = ", "idempotence = \"key\"\nsettle = ")},
        {"descriptor-value", with_descriptor("version = \"1.0.0\"", "version = \"the first\"")},
        {"setting-holds-secret", lint(subject_of(changed(sound_descriptor, "[settings.trunk]", "[settings.trunk_password]"), changed(sound_source, "text(\"trunk\")", "text(\"trunk_password\")")))},
        {"secret-not-used", with_descriptor("[settings.trunk]", "[secrets.pin]\nhelp = \"x\"\n[settings.trunk]")},
        {"host-too-wide", with_descriptor("hosts = [\"api.acme.example\"]", "hosts = [\"api.acme.example\", \"api.{trunk}\"]")},
        {"mail-too-wide", with_descriptor("[http]", "[mail]\ndomains = [\"gmail.com\"]\n[http]")},
        {"rate-missing", with_descriptor("rate = \"10/s\"\n", "")},
        {"settle-missing", with_descriptor("settle = \"30s\"\n", "")},
        {"limitation-missing", with_descriptor("[[limitation]]\ntext = \"No orders at night\"\n", "")},
        {"french-missing", with_descriptor("help = \"Where numbers go\"", "help = \"Where numbers go\"\nhelp_fr = \"Où vont les numéros\"")},
        {"exempt-without-reason", with_descriptor("[http]", "[[exempt]]\nrule = \"C4\"\nreason = \"not so\"\n[http]")},
        {"operation-not-written", with_source(macros, "")},
        {"operation-not-declared", with_source(macros, macros + "PORTEUR_OPERATION(discover), ")},
        {"setting-not-read", with_source("mine.text(\"trunk\")", "std::string()")},
        {"lookup-step-not-written", with_source("get(\"find-order\"", "get(\"find\"")},
        {"once-without-look-up", with_source(".looks_up(\"create-order\")", "")},
        {"keyed-without-key", with_descriptor("idempotency = \"key\"\nkey = { header = \"Idempotency-Key\" }\nwindow = \"24h\"\n", "")},
        {"key-not-used", with_source(".keyed()", ".once().looks_up(\"release\")")},
        {"setting-not-declared", with_line("const auto mine = co_await account_settings(); mine.text(\"caller\");")},
        {"safe-change", with_line("co_await http().put(\"confirm\", \"/orders/1\").safe();")},
        {"host-not-listed", with_line("const auto base = \"https://api.other.example/v2\";")},
        {"secret-in-source", with_line("request.header(\"Authorization\", \"Bearer 8fa7c1d2e3\");")},
        {"clock", with_line("const auto at = std::chrono::system_clock::now();")},
        {"waiting", with_line("std::this_" "thread::yield();")},
        {"threads", with_line("std::thread other(run);")},
        {"chance", with_line("std::random_device chance;")},
        {"environment", with_line("const auto* home = std::getenv(\"HOME\");")},
        {"outside", with_line("std::ifstream file(\"data.txt\");")},
        {"output", with_line("std::printf(\"bought\");")},
        {"changing-state", with_line("static int count = 0;")},
        {"fill-in", with_line("// fill in: the_author_says_where_the_carrier_is")},
    };
}

TEST(Lint, FindsOneWrongThingForEachRuleAndNothingElse) {
    std::set<std::string> tried;
    for (const auto& [rule, found] : one_wrong_for_each_rule()) {
        EXPECT_THAT(rules_in(found), ElementsAre(rule)) << text_of(found);
        for (const auto& each : found) EXPECT_FALSE(each.mend.empty()) << each.text;
        tried.insert(rule);
    }
    for (const auto& each : lint_rules()) EXPECT_TRUE(tried.contains(std::string(each.id))) << each.id << " has no wrong sample";
    EXPECT_EQ(tried.size(), lint_rules().size());
}

TEST(Lint, NamesTheLineAndWhatMendsIt) {
    EXPECT_EQ(
        text_of(with_descriptor("settle = ", "idempotence = \"key\"\nsettle = ")),
        "acme/descriptor.toml:17: unknown key \"idempotence\" in [operations.purchase]; write \"idempotency\" [unknown-key]\n"
    );
    EXPECT_EQ(
        text_of(with_source(".looks_up(\"create-order\")", "")),
        "acme/src/acme.cpp:11: the ONCE step \"create-order\" is looked up by no request: after a lost outcome nobody knows whether it was carried out; ask for it where "
        "in_doubt() says so, with .looks_up(\"create-order\"); if the carrier knows a repeat by a key, write .keyed(); if it only reads, .safe() [once-without-look-up]\n"
    );
    EXPECT_THAT(text_of(with_descriptor("rate = \"10/s\"\n", "")), HasSubstr("acme/descriptor.toml:24: [http] has no rate"));
}

TEST(Lint, NeverRepeatsWhatLooksLikeACredential) {
    EXPECT_THAT(text_of(with_line("const auto password = \"hunter2hunter2\";")), AllOf(HasSubstr("[secret-in-source]"), Not(HasSubstr("hunter2"))));
}

TEST(Lint, AllowsWhatACommentGivesAReasonFor) {
    EXPECT_THAT(with_line("static int count = 0;  // lint: allow changing-state: counts in a test build alone"), IsEmpty());
    EXPECT_THAT(with_line("// lint: allow changing-state: counts in a test build alone\n    static int count = 0;"), IsEmpty());
    EXPECT_THAT(with_descriptor("[http]\n", "# lint: allow rate-missing: the carrier's gateway holds us back itself\n[http]\n"), IsEmpty());
    EXPECT_THAT(with_line("static int count = 0;  // lint: allow changing-state:"), SizeIs(1)) << "without a reason";
    EXPECT_THAT(with_line("static int count = 0;  // lint: allow clock: another rule"), SizeIs(1));
}

TEST(Lint, TakesASettingThatChoosesAmongHostsForNarrow) {
    const auto with_region = [](const std::string& type) {
        auto text = changed(sound_descriptor, "[settings.trunk]", "[settings.region]\n" + type + "help = \"x\"\n[settings.trunk]");
        return lint(subject_of(changed(text, "hosts = [\"api.acme.example\"]", "hosts = [\"api.acme.example\", \"{region}\"]"), sound_source));
    };
    EXPECT_THAT(with_region("type = \"choice\"\nallowed = [\"eu.acme.example\", \"us.acme.example\"]\n"), IsEmpty());
    EXPECT_THAT(rules_in(with_region("type = \"text\"\nrequired = true\n")), ElementsAre("host-too-wide"));
    EXPECT_THAT(rules_in(with_region("type = \"choice\"\nallowed = [\"eu.acme.example\", \"com\"]\n")), ElementsAre("host-too-wide"));
    EXPECT_THAT(with_descriptor("hosts = [\"api.acme.example\"]", "hosts = [\"api.acme.example\", \"{trunk}.acme.example\"]"), IsEmpty());
    EXPECT_THAT(rules_in(with_descriptor("hosts = [\"api.acme.example\"]", "hosts = [\"api.acme.example\", \"{trunk}.amazonaws.com\"]")), ElementsAre("host-too-wide"));
}

TEST(Lint, TellsOthersOfTheSameNameFromTheMachines) {
    for (const auto* line : {
             "desk.sleep(3);", "const auto at = order.system();", "my::rand();", "int rand(int most);", "const auto text = \"std::thread\";", "// std::mutex",
             "const auto letter = '\"'; /* time(0) */", "const auto raw = R\"(getenv(\"HOME\"))\";", "static_assert(sizeof(int) == 4);", "const auto one = 1'000'000;",
             "static constexpr std::array<int, 2> both{1, 2};", "const auto thread = mail.thread;"
         })
        EXPECT_THAT(with_line(line), IsEmpty()) << line << "\n" << text_of(with_line(line));
    for (const auto* line : {"std::time(&at);", "time(nullptr);", "::getenv(\"HOME\");", "static std::map<int, int> seen;", "thread_local int kept = 0;", "std::cout << 1;"})
        EXPECT_THAT(with_line(line), SizeIs(1)) << line;
}

TEST(Lint, CannotTellWhereAStepsNameIsMadeWhileItRuns) {
    // Some look-up names its step by a variable: it may be this one's.
    EXPECT_THAT(with_source(".looks_up(\"create-order\")", ".looks_up(step)"), IsEmpty());
    EXPECT_THAT(with_source("post(\"create-order\"", "post(step"), IsEmpty());
}

TEST(Lint, WarnsOfAPurchaseThatTheHostWouldRepeat) {
    const auto found = with_source("order.reference).once()", "order.reference).safe()");
    EXPECT_THAT(
        text_of(found),
        HasSubstr("acme/src/acme.cpp:11: \"create-order\" is sent by .post() and is .safe(): after a lost answer the host sends it again by itself, and buys twice what it buys; write .once() and look it up, or .keyed(); "
                  "if it only asks, or does no harm twice, say so: // lint: allow safe-change: why [safe-change]\n")
    );
    // In a function of its own, which anybody may call.
    EXPECT_THAT(rules_in(with_source("static Op<void> release_numbers", "HttpRequest taken() { return http().patch(\"take\", \"/take\").safe(); }\nstatic Op<void> release_numbers")), ElementsAre("safe-change"));
    EXPECT_THAT(with_line("co_await http().post(\"confirm\", \"/orders/1\").safe();  // lint: allow safe-change: it counts a price and keeps nothing"), IsEmpty());
    EXPECT_THAT(with_line("co_await http().post(\"find-again\", \"/orders/search\").looks_up(\"create-order\").safe();"), IsEmpty()) << "a look-up by SOAP";
}

TEST(Lint, FindsASettingThatIsReadAndNotDeclared) {
    EXPECT_THAT(
        text_of(with_source("mine.text(\"trunk\")", "mine.text(\"trunk\") + mine.text(\"profile\")")),
        HasSubstr("acme/src/acme.cpp:8: the setting profile is read, and the descriptor has none of that name: it is always empty; write [settings.profile] with type and help in "
                  "descriptor.toml, or take it out [setting-not-declared]\n")
    );
    for (const auto* line : {"(co_await account_settings()).flag(\"profile\");", "take([](const AccountSettings& of) { return of.number(\"profile\", 1); });", "const auto own = co_await account_settings(); own.data(\"profile\");"})
        EXPECT_THAT(rules_in(with_line(line)), ElementsAre("setting-not-declared")) << line;
    for (const auto* line : {"answer.text(\"profile\");", "answer.text(\"/profile\");", "const auto own = co_await account_settings(); order.own.text(\"profile\"); own.text(name);"})
        EXPECT_THAT(with_line(line), IsEmpty()) << line;
}

TEST(Lint, FindsANameThatTheLinkerKeptAsTheTailOfAnother) {
    LintSubject subject;
    subject.descriptor = {"merged.so#descriptor", std::string(sound_descriptor)};
    subject.has_sources = false;
    const auto library = bytes_of(PORTEUR_TEST_MERGED_TAILS);
    ASSERT_TRUE(library);
    subject.library = *library;
    ASSERT_EQ(library->find(std::string("\0purchase\0", 10)), library->npos) << "the linker has kept each by itself: nothing is tried here";
    ASSERT_NE(library->find(std::string("check_purchase\0", 15)), library->npos);
    EXPECT_THAT(text_of(lint(subject)), Not(HasSubstr("operation-not-written")));
    subject.descriptor.text += "[operations.search_numbers]\n";
    EXPECT_THAT(text_of(lint(subject)), HasSubstr("search_numbers is declared, and the library does not hold its name"));
    subject.library = *bytes_of(PORTEUR_TEST_MERGED_TAILS_WITHOUT);
    EXPECT_THAT(text_of(lint(subject)), HasSubstr("purchase is declared, and the library does not hold its name")) << "it ends check_purchase, and nothing leads there";
}

TEST(Lint, LeavesWhatAPersonSettlesAlone) {
    auto descriptor = changed(sound_descriptor, "idempotency = \"query\"\nsettle = \"30s\"\nlookup_step = \"find-order\"\n", "idempotency = \"none\"\n");
    EXPECT_THAT(lint(subject_of(descriptor, changed(sound_source, ".looks_up(\"create-order\")", ""))), IsEmpty());
}

TEST(Lint, FindsFrenchThatIsMissingBesideEnglishInASource) {
    EXPECT_THAT(with_line("need.label_en = \"a\"; need.label_fr = \"b\"; need.help_en = \"c\";"), ElementsAre(::testing::Field(&LintFinding::text, "help_en is given, and help_fr is not")));
    EXPECT_THAT(with_line("need.label_en = \"a\"; need.help_en = \"c\";"), IsEmpty()) << "a plugin in English alone";
}

TEST(Lint, TakesAPluginInCForWhatItIs) {
    const std::string source = "static const porteur_view step = VIEW(\"account\");\nint main_of(const char *operation) { return strcmp(operation, \"check_account\"); }\n";
    const std::string descriptor = "schema = 1\nid = \"c\"\nname = \"C\"\nversion = \"1.0.0\"\nabi = \"0.0\"\n[operations.check_account]\n[[limitation]]\ntext = \"x\"\n";
    EXPECT_THAT(lint(subject_of(descriptor, source)), IsEmpty()) << text_of(lint(subject_of(descriptor, source)));
    EXPECT_THAT(rules_in(lint(subject_of(descriptor + "[operations.discover]\n", source))), ElementsAre("operation-not-written"));
}

TEST(Lint, IsCleanForEveryPluginOfTheProject) {
    const std::filesystem::path root(PORTEUR_SOURCE_DIR);
    std::vector<std::filesystem::path> folders{root / "sdk/examples/acme", root / "sdk/examples/cookbook"};
    for (const auto& each : std::filesystem::directory_iterator(root / "plugins"))
        if (each.is_directory()) folders.push_back(each.path());
    EXPECT_GT(folders.size(), 5U);
    for (const auto& each : folders) {
        const auto subject = read_lint_subject(each);
        ASSERT_TRUE(subject) << subject.error().message;
        EXPECT_FALSE(subject->sources.empty());
        const auto found = lint(*subject);
        EXPECT_THAT(found, IsEmpty()) << text_of(found);
    }
}

TEST(Lint, ReadsALibraryWithoutItsSources) {
    for (const auto* name : {"acme", "thinktel"}) {
        const auto subject = read_lint_subject(std::string(PORTEUR_TEST_PLUGINS "/porteur-") + name + ".so");
        ASSERT_TRUE(subject) << subject.error().message;
        const auto found = lint(*subject);
        // The sanitizers of this build take much from elsewhere.
        for (const auto& each : found) EXPECT_EQ(each.line, 0U) << text_of(found);
        auto wrong = *subject;
        wrong.descriptor.text += "\n[operations.reserve_numbers]\n";
        EXPECT_THAT(rules_in(lint(wrong)), ::testing::Contains("operation-not-written"));
    }
}

TEST(Lint, RefusesWhatIsNoPlugin) {
    const auto folder = read_lint_subject(PORTEUR_SOURCE_DIR "/docs");
    ASSERT_FALSE(folder);
    EXPECT_THAT(folder.error().message, HasSubstr("has no descriptor.toml; name the folder of one plugin"));
    const auto file = read_lint_subject(PORTEUR_SOURCE_DIR "/README.md");
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error().message, HasSubstr("is not an ELF file"));
}

TEST(Lint, HasEachRuleOnItsPage) {
    const auto page = bytes_of(PORTEUR_SOURCE_DIR "/docs/plugins/lint.md");
    ASSERT_TRUE(page);
    std::string rows;
    for (const auto& each : lint_rules()) rows += "| `" + std::string(each.id) + "` | " + std::string(name_of(each.severity)) + " | " + std::string(each.sentence) + " |\n";
    EXPECT_THAT(*page, HasSubstr(rows)) << "put these rows into docs/plugins/lint.md:\n" << rows;
}

TEST(SourceWords, AreTakenApartWhateverTheBytesAre) {
    const auto names = [](std::string_view source) {
        std::vector<std::string> out;
        for (const auto& each : words_in_source(source)) out.push_back(each.text);
        return out;
    };
    EXPECT_THAT(names("a::b->c(\"d\\\"e\", u8\"f\", R\"x(g)\")x\")"), ElementsAre("a", "::", "b", "->", "c", "(", "d\\\"e", ",", "f", ",", "g)\"", ")"));
    EXPECT_THAT(names("#include <thread>\n#define X y"), ElementsAre("define", "X", "y"));
    EXPECT_THAT(names("1'000.5e3f 'a' '\\''"), ElementsAre("1'000.5e3f"));
    const auto lines = words_in_source("/* 1\n2 */ a\n\nR\"(\n)\" b");
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_EQ(lines[0].line, 2U);
    EXPECT_EQ(lines[2].line, 5U);
    for (const auto* broken : {"\"", "'", "/*", "R\"", "R\"x(", "\"\\", "#", "\x80", "u8R\"(", "'\\"}) words_in_source(broken);
}

}  // namespace
}  // namespace porteur::plugin_tool
