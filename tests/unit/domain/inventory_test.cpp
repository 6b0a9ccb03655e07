// SPDX-License-Identifier: Apache-2.0
#include "domain/inventory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace porteur {
namespace {

std::string random_number(std::mt19937_64& chance) {
    std::string text = "+";
    const auto length = 1 + chance() % 15;
    text += static_cast<char>('1' + chance() % 9);
    while (text.size() <= length) text += static_cast<char>('0' + chance() % 10);
    return text;
}

TEST(NumberKeys, say_the_number_that_they_were_made_of) {
    std::mt19937_64 chance(20261126);
    for (int round = 0; round < 10'000; ++round) {
        const auto text = random_number(chance);
        const auto key = number_key(text);
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(number_text(*key), text);
    }
}

TEST(NumberKeys, stand_in_the_order_of_the_texts) {
    std::mt19937_64 chance(7);
    std::vector<std::string> texts{"+1", "+10", "+100", "+999999999999999", "+99999999999999"};
    for (int each = 0; each < 2'000; ++each) texts.push_back(random_number(chance));
    std::ranges::sort(texts);
    EXPECT_TRUE(std::ranges::is_sorted(texts, {}, [](const auto& text) { return *number_key(text); }));
}

TEST(NumberKeys, are_refused_where_there_is_no_number) {
    for (const auto* text : {"", "+", "15145550100", "+05145550100", "+1514555O100", "+1234567890123456", "+1 514"})
        EXPECT_FALSE(number_key(text)) << text;
}

TEST(NumberKeys, of_a_prefix_are_those_of_its_numbers_and_no_others) {
    const auto range = keys_of_prefix("1514");
    ASSERT_TRUE(range);
    for (const auto* inside : {"+1514", "+15140", "+15149999999", "+151499999999999"}) {
        EXPECT_GE(*number_key(inside), range->first) << inside;
        EXPECT_LT(*number_key(inside), range->second) << inside;
    }
    for (const auto* outside : {"+151", "+1513999999999", "+1515", "+15"}) {
        const auto key = *number_key(outside);
        EXPECT_TRUE(key < range->first || key >= range->second) << outside;
    }
}

TEST(Folding, passes_over_case_and_accents) {
    EXPECT_EQ(folded("Réception ÉTÉ"), "reception ete");
    EXPECT_EQ(folded("Straße Ñandú Þ×"), "straße ñandu þ×");
}

TEST(InventoryWords, are_read_as_they_are_written) {
    for (int each = 0; each <= static_cast<int>(NumberState::failed); ++each) {
        const auto state = static_cast<NumberState>(each);
        EXPECT_FALSE(word_of(state).empty());
        EXPECT_EQ(number_state_of(word_of(state)), state);
    }
    for (int each = 0; each <= static_cast<int>(NumberSort::type); ++each) {
        const auto sort = static_cast<NumberSort>(each);
        EXPECT_EQ(number_sort_of(word_of(sort)), sort);
    }
}

}  // namespace
}  // namespace porteur
