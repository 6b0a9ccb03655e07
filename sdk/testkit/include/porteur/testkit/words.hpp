// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every word that a plugin knows of its carrier has a test that sends it through the plugin, and
// the plugin's page (words.toml, embedded behind the descriptor) says which:
//
//   const auto* check = ::testing::AddGlobalTestEnvironment(
//       new porteur::testkit::WordsCheck(carrier_words, PORTEUR_WORDS));
//
// With PORTEUR_WORDS_WRITE=1 in the environment the program writes the file; without it the file
// has to be what the plugin's tables and this run of the tests say.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <porteur/model.hpp>
#include <porteur/testkit/heard.hpp>

namespace porteur::testkit {

/// The requirement of this code; whoever takes it by its name has a test that names it. Fails the
/// test where there is none.
inline Requirement requirement(const Requirements& list, const std::string& code) {
    for (const auto& each : list.items)
        if (each.code == code) {
            have_heard({{"requirements", "named", "code", code}});
            return each;
        }
    ADD_FAILURE() << "there is no requirement " << code;
    return {};
}

/// What a plugin asks for before anything goes out, as words of the kind "requirement": tried by a
/// test that takes it by name, or in which the plugin complains about its field.
inline void add_requirements(CarrierWords& all, const Requirements& list) {
    for (const auto& each : list.items) {
        const bool there = std::ranges::any_of(all, [&](const CarrierWord& word) {
            return word.kind == "requirement" && word.word == each.code;
        });
        if (there) continue;
        std::string means = each.kind + (each.required ? "" : ", if there is one");
        if (!each.field.empty()) means += ", at " + each.field;
        if (!each.pattern.empty()) means += ", as " + each.pattern;
        if (each.age_days_max)
            means += ", at most " + std::to_string(*each.age_days_max) + " days old";
        CarrierWord word{
            "requirement", each.code, means, {{"named", "code", each.code, "requirements"}}
        };
        if (!each.field.empty() && each.field != "/documents")
            word.places.push_back({"result", "problems/field", each.field, {}});
        all.push_back(std::move(word));
    }
}

/// A word, what it means, and one test that tried it: a line of words.toml.
struct WordLine {
    std::string kind, word, means, test;
};

/// `"PENDING" = { means = "submitted", test = "FollowUp.EveryStatusWordMovesTheOrder" }`
inline std::string toml_of(const WordLine& line) {
    const auto quoted = [](const std::string& text) {
        return json::serialize(json::value(json::string(text)));
    };
    return quoted(line.word) + " = { means = " + quoted(line.means) +
           ", test = " + quoted(line.test) + " }\n";
}

/// words.toml: a table for each kind, a line for each word, in the order of the plugin's tables.
inline std::string words_toml(const std::vector<WordLine>& lines) {
    std::string out =
        "# Written by the plugin's tests from its tables and from what they sent through it; not "
        "for "
        "editing.\n";
    std::string kind;
    for (const auto& line : lines) {
        if (line.kind != kind)
            out += "\n[words." + json::serialize(json::value(json::string(line.kind))) + "]\n";
        kind = line.kind;
        out += toml_of(line);
    }
    return out;
}

/// The test to name of several: the one that tries most words of the kind, so that the page stays
/// the same when tests are added that meet a word by the way.
inline std::string telling_test(
    const std::set<std::string>& tests, const std::map<std::string, int>& words_tried
) {
    std::string best;
    for (const auto& test : tests)
        if (best.empty() || words_tried.at(test) > words_tried.at(best)) best = test;
    return best;
}

/// What is wrong with the words, a line each; empty if nothing is. `lines` gets the page's lines.
inline std::vector<std::string> find_wrong_words(
    const CarrierWords& words, const std::string& written, std::vector<WordLine>& lines
) {
    std::vector<std::string> wrong;
    std::map<std::string, std::map<std::string, int>> tried;  // by kind and test
    std::vector<std::set<std::string>> tests;
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& word : words) {
        if (!seen.insert({word.kind, word.word}).second)
            wrong.push_back(word.kind + " " + word.word + " stands twice in the plugin's tables");
        tests.push_back(tests_of(word));
        for (const auto& test : tests.back()) ++tried[word.kind][test];
        if (tests.back().empty())
            wrong.push_back(
                word.kind + " \"" + word.word +
                "\" has no test: no script sends it through the plugin and "
                "says what comes of it"
            );
    }
    for (std::size_t index = 0; index < words.size(); ++index) {
        const auto& word = words[index];
        // What the page names stays named for as long as it is true.
        std::string test;
        for (const auto& each : tests[index])
            if (written.find(toml_of({word.kind, word.word, word.means, each})) != written.npos)
                test = each;
        if (test.empty() && !tests[index].empty())
            test = telling_test(tests[index], tried[word.kind]);
        lines.push_back({word.kind, word.word, word.means, test});
    }
    return wrong;
}

/// Checks at the end of a run of all tests; a run of some of them cannot know.
class WordsCheck : public ::testing::Environment {
public:
    WordsCheck(std::function<CarrierWords()> words, std::string file)
        : words_(std::move(words)), file_(std::move(file)) {}

    void TearDown() override {
        const auto& run = *::testing::UnitTest::GetInstance();
        if (run.test_to_run_count() != run.total_test_count() || run.Failed()) return;
        std::string written;
        if (std::ifstream in(file_, std::ios::binary); in)
            written = {std::istreambuf_iterator<char>(in), {}};
        std::vector<WordLine> lines;
        for (const auto& each : find_wrong_words(words_(), written, lines)) ADD_FAILURE() << each;
        const auto text = words_toml(lines);
        if (std::getenv("PORTEUR_WORDS_WRITE") != nullptr)
            std::ofstream(file_, std::ios::binary | std::ios::trunc) << text;
        else if (text != written)
            ADD_FAILURE(
            ) << file_
              << " is not what the plugin's tables and tests say; run this program once with "
                 "PORTEUR_WORDS_WRITE=1, look at the difference, and build again";
    }

private:
    std::function<CarrierWords()> words_;
    std::string file_;
};

}  // namespace porteur::testkit
