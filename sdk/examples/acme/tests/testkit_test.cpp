// SPDX-License-Identifier: Apache-2.0
// The testkit itself: what it must find wrong. One deliberate mistake a test.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const auto& acme() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
Script purchase() { return Script(acme(), "purchase", R"({"reference":"po-1","numbers":[]})"); }

TEST(Testkit, FindsAnotherPath) {
    EXPECT_NONFATAL_FAILURE(purchase().expects_http("POST", "/other"), "wanted POST /other");
}

TEST(Testkit, FindsAnotherGuarantee) {
    EXPECT_NONFATAL_FAILURE(purchase().expects_http("POST", "/orders").safe(), "wanted SAFE, found ONCE");
}

TEST(Testkit, FindsAnotherBody) {
    EXPECT_NONFATAL_FAILURE(
        purchase().expects_http("POST", "/orders").with_body(R"({"ref":"po-2"})"), "po-2"
    );
}

TEST(Testkit, FindsAnEffectThatTheScriptDidNotExpect) {
    EXPECT_NONFATAL_FAILURE(purchase().ends_with("{}"), "the plugin waits for create-order");
}

TEST(Testkit, FindsAnEndThatTheScriptDidNotExpect) {
    EXPECT_NONFATAL_FAILURE(
        purchase().expects_http("POST", "/orders").answers(409, "{}").ends_with("{}"), "NUMBER_TAKEN"
    );
}

TEST(Testkit, FindsAResultThatLacksSomething) {
    EXPECT_NONFATAL_FAILURE(
        purchase()
            .expects_http("POST", "/orders")
            .answers(201, R"({"id":"o-7","status":"pending"})")
            .ends_with(R"({"carrier_id":"o-8"})"),
        "/carrier_id: wanted \"o-8\", found \"o-7\""
    );
}

TEST(Testkit, ReportsOnlyTheFirstThingThatDoesNotFit) {
    EXPECT_NONFATAL_FAILURE(
        purchase().expects_http("GET", "/a").expects_mail("b@c.example").ends_with("{}"), "GET /a"
    );
}

TEST(Testkit, SaysThatThePluginHasNoSuchOperation) {
    EXPECT_NONFATAL_FAILURE(Script(acme(), "no_such_thing", "{}"), "returned -1");
}

/// A purchase that the carrier answers with this word.
Script& answered(Script& script, const char* word) {
    return script.expects_http("POST", "/orders")
        .answers(201, std::string(R"({"id":"o-7","status":"pending","more":[{"word":")") + word + R"("}]})");
}

TEST(TestkitWords, CountForTheTestWhoseOperationEndedAsItWants) {
    auto tried = purchase();
    answered(tried, "word-tried").ends_with(R"({"carrier_id":"o-7"})");
    auto not_looked_at = purchase();
    answered(not_looked_at, "word-not-looked-at");
    EXPECT_NONFATAL_FAILURE(
        {
            auto otherwise = purchase();
            answered(otherwise, "word-otherwise").ends_with(R"({"carrier_id":"o-8"})");
        },
        "o-8"
    );

    const CarrierWords words{
        {"word", "word-tried", "submitted", {}},
        {"word", "word-not-looked-at", "submitted", {}},
        {"word", "word-otherwise", "submitted", {}},
        {"word", "word-elsewhere", "submitted", {{"answer", "more/word", "word-tried", "check_purchase"}}},
    };
    std::vector<WordLine> lines;
    const auto wrong = find_wrong_words(words, "", lines);
    ASSERT_EQ(wrong.size(), 3u);
    for (const auto* word : {"word-not-looked-at", "word-otherwise", "word-elsewhere"})
        EXPECT_TRUE(std::ranges::any_of(wrong, [&](const std::string& line) {
            return line.find(word) != line.npos && line.find("has no test") != line.npos;
        })) << word;
    EXPECT_EQ(
        toml_of(lines[0]),
        "\"word-tried\" = { means = \"submitted\", test = "
        "\"TestkitWords.CountForTheTestWhoseOperationEndedAsItWants\" }\n"
    );
    EXPECT_EQ(lines[1].test, "");
}

TEST(TestkitWords, StandOnce) {
    std::vector<WordLine> lines;
    const auto wrong = find_wrong_words({{"status", "a", "b", {}}, {"status", "a", "c", {}}}, "", lines);
    EXPECT_TRUE(std::ranges::any_of(wrong, [](const std::string& line) {
        return line == "status a stands twice in the plugin's tables";
    }));
}

TEST(TestkitWords, KeepTheTestThatThePageNamesForAsLongAsItIsTrue) {
    have_heard({{"purchase", "answer", "status", "word-of-two"}});
    all_heard()[{"purchase", "answer", "status", "word-of-two"}].insert("Another.Test");
    const CarrierWords words{{"status", "word-of-two", "submitted", {}}};
    for (const std::string test : {"Another.Test", "TestkitWords.KeepTheTestThatThePageNamesForAsLongAsItIsTrue"}) {
        std::vector<WordLine> lines;
        EXPECT_TRUE(find_wrong_words(words, toml_of({"status", "word-of-two", "submitted", test}), lines).empty());
        EXPECT_EQ(lines[0].test, test);
    }
    // One that no longer tries it, or a page that says something else of it, is not kept.
    std::vector<WordLine> lines;
    find_wrong_words(words, toml_of({"status", "word-of-two", "submitted", "Gone.Test"}), lines);
    EXPECT_NE(lines[0].test, "Gone.Test");
}

}  // namespace
}  // namespace porteur::testkit
