// SPDX-License-Identifier: Apache-2.0
#pragma once

// What went through the plugin in which test. Script writes it down by itself, and only for an
// operation that ended as its test wanted: what a test says it tries is not asked.

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <porteur/json.hpp>
#include <porteur/words.hpp>

namespace porteur::testkit {

/// One text in a conversation: {"check_port", "answer", "RejectDetails/FLD ABBR", "AN"}.
struct Heard {
    std::string operation, source, path, text;
    friend auto operator<=>(const Heard&, const Heard&) = default;

    bool is_at(const CarrierWord::Place& place) const {
        return source == place.source && (place.text.empty() || text == place.text) &&
               (place.operation.empty() || operation == place.operation) &&
               (path == place.path || path.ends_with("/" + place.path));
    }
};

/// The tests of this program that heard it, as "Suite.Name". @threads  the tests' one thread
inline std::map<Heard, std::set<std::string>>& all_heard() {
    static std::map<Heard, std::set<std::string>> heard;
    return heard;
}

/// Every text, number and truth value in `value`, by the names that lead to it; `at` says where it
/// stands.
inline void collect_heard(const json::value& value, const Heard& at, std::vector<Heard>& into) {
    auto deeper = at;
    if (value.is_object()) {
        for (const auto& pair : value.get_object()) {
            deeper.path = (at.path.empty() ? "" : at.path + "/") + std::string(pair.key());
            collect_heard(pair.value(), deeper, into);
        }
    } else if (value.is_array()) {
        for (const auto& each : value.get_array()) collect_heard(each, at, into);
    } else if (!value.is_null()) {
        deeper.text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
        into.push_back(std::move(deeper));
    }
}

/// Counts for the test that is running. @threads  the tests' one thread
inline void have_heard(const std::vector<Heard>& all) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    if (test == nullptr) return;
    const auto name = std::string(test->test_suite_name()) + "." + test->name();
    for (const auto& each : all) all_heard()[each].insert(name);
}

/// The tests that heard a word at one of its places.
inline std::set<std::string> tests_of(const CarrierWord& word) {
    auto places = word.places;
    if (places.empty()) places.push_back({"answer", word.kind, word.word, {}});
    std::set<std::string> tests;
    for (const auto& [heard, names] : all_heard())
        for (const auto& place : places)
            if (heard.is_at(place)) tests.insert(names.begin(), names.end());
    return tests;
}

}  // namespace porteur::testkit
