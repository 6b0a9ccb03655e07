// SPDX-License-Identifier: Apache-2.0
// docs/vocabulary.md against the code: every word is in both.
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <porteur/reason.hpp>
#include <porteur/result.hpp>

#include "domain/deadlines.hpp"
#include "domain/order.hpp"
#include "domain/order_rules.hpp"
#include "text_rules.hpp"

namespace porteur::architecture {
namespace {

using ::testing::ElementsAreArray;
using ::testing::NotNull;
using ::testing::UnorderedElementsAreArray;

std::vector<std::string> words(std::string_view heading) {
    const auto* document = find(project(), "docs/vocabulary.md");
    return document ? words_under(*document, heading) : std::vector<std::string>{};
}

template <class Enum>
std::vector<std::pair<Enum, std::string>> enumerators() {
    std::vector<std::pair<Enum, std::string>> all;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
        all.emplace_back(each.value, each.name);
    });
    return all;
}

// A state belongs to a kind of order if a draft of that kind can ever come to it.
std::vector<std::string> states_of(OrderKind kind) {
    std::vector<std::string> states;
    for (const auto& [state, name] : enumerators<OrderState>())
        if (may_follow(kind, OrderState::draft, state)) states.push_back(name);
    return states;
}

// The words in `code marks` in the last column of a table's line.
std::vector<std::string> last_column(const std::string& line) {
    const auto end = line.rfind('|');
    const auto start = line.rfind('|', end - 1);
    std::vector<std::string> words;
    static const std::regex word("`([a-z_]+)`");
    const auto column = line.substr(start, end - start);
    for (std::sregex_iterator each(column.begin(), column.end(), word), none; each != none; ++each)
        words.push_back((*each)[1]);
    return words;
}

TEST(Vocabulary, ListsEveryStateOfAnOrderUnderItsKind) {
    EXPECT_THAT(
        words("## States of a port order"), UnorderedElementsAreArray(states_of(OrderKind::port))
    );
    EXPECT_THAT(
        words("## States of a purchase order"),
        UnorderedElementsAreArray(states_of(OrderKind::purchase))
    );
}

TEST(Vocabulary, NamesOnlyNextStatesThatTheRulesAllow) {
    std::map<std::string, OrderState> states;
    for (const auto& [state, name] : enumerators<OrderState>()) states[name] = state;

    const auto* document = find(project(), "docs/vocabulary.md");
    ASSERT_THAT(document, NotNull());
    auto kind = OrderKind::port;
    int pair_count = 0;
    for (const auto& line : document->lines) {
        if (line == "## States of a purchase order") kind = OrderKind::purchase;
        if (line == "## Delivery") break;
        const auto from =
            line.starts_with("| `") ? line.substr(3, line.find('`', 3) - 3) : std::string{};
        if (!states.contains(from)) continue;
        for (const auto& to : last_column(line)) {
            ++pair_count;
            ASSERT_TRUE(states.contains(to)) << line;
            EXPECT_TRUE(may_follow(kind, states[from], states[to])) << line;
        }
    }
    EXPECT_GT(pair_count, 30);
}

TEST(Vocabulary, ListsEveryValueOfTheDeliveryAxis) {
    std::vector<std::string> in_code;
    for (const auto& [value, name] : enumerators<Delivery>()) in_code.push_back(name);
    EXPECT_THAT(words("## Delivery"), ElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryLineOfATimelineThatTheCoreWrites) {
    static const std::regex kind(
        R"re((?:prefix\(order\.kind\) \+ |say\(|add_entry\(|kind_of_entry\(\*?order, |"port\.|"purchase\.)"?([a-z_]+)")re"
    );
    std::set<std::string> in_code;
    for (const auto& file : project()) {
        if (!is_below(file.path, "core/") || extension(file.path) != "cpp") continue;
        for (const auto& line : file.lines) {
            if (line.find('"') == line.npos) continue;
            for (std::sregex_iterator each(line.begin(), line.end(), kind), none; each != none;
                 ++each)
                in_code.insert((*each)[1]);
        }
    }
    EXPECT_THAT(words("## Lines of a timeline"), UnorderedElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryLineOfATimelineAboutMails) {
    static const std::regex kind(R"re("mail\.([a-z_]+)")re");
    std::set<std::string> in_code;
    for (const auto& file : project()) {
        if (!is_below(file.path, "core/") || extension(file.path) != "cpp") continue;
        for (const auto& line : file.lines)
            for (std::sregex_iterator each(line.begin(), line.end(), kind), none; each != none;
                 ++each)
                in_code.insert((*each)[1]);
    }
    EXPECT_THAT(words("## Lines of a timeline about mails"), UnorderedElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryEventOfAnotherKind) {
    static const std::regex kind(R"re("((?:deadline|number|webhook)\.[a-z_]+)")re");
    std::set<std::string> in_code;
    for (const auto& file : project()) {
        if (!is_below(file.path, "core/app/") || extension(file.path) != "cpp") continue;
        for (const auto& line : file.lines)
            for (std::sregex_iterator each(line.begin(), line.end(), kind), none; each != none;
                 ++each)
                in_code.insert((*each)[1]);
    }
    EXPECT_THAT(words("## Events of other kinds"), UnorderedElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryWordOfTheDueList) {
    std::vector<std::string> in_code(all_due_words().begin(), all_due_words().end());
    EXPECT_THAT(words("## What is due"), ElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryKindOfError) {
    std::vector<std::string> in_code;
    for (int number = 1; number <= static_cast<int>(ErrorKind::internal); ++number)
        in_code.emplace_back(name_of(static_cast<ErrorKind>(number)));
    EXPECT_THAT(words("## Kinds of error"), ElementsAreArray(in_code));
}

TEST(Vocabulary, ListsEveryReasonOfARefusalOnceAndInOrder) {
    std::vector<std::string> in_code;
    for (const auto& [reason, text] : detail::reason_texts) in_code.emplace_back(text);
    EXPECT_THAT(words("## Reasons of a refusal"), ElementsAreArray(in_code));
}

}  // namespace
}  // namespace porteur::architecture
