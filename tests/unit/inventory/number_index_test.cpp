// SPDX-License-Identifier: Apache-2.0
// The index of all numbers against the same numbers looked at one by one.
#include "inventory/number_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace porteur {
namespace {

struct Known {
    std::int64_t class_id = 0, tenant = 0;
    std::string tags;
};

NumberKey key(const std::string& text) { return *number_key(text); }

std::vector<std::string> texts_of(const IndexHits& found) {
    std::vector<std::string> out;
    for (const auto& each : found.hits) out.push_back(number_text(each.key));
    return out;
}

TEST(NumberIndex, finds_what_looking_at_each_number_finds) {
    std::mt19937_64 chance(20261126);
    NumberIndex index;
    std::map<NumberKey, Known> known;
    const std::vector<std::string> tag_sets{"", "vip", "night vip", "night"};
    const auto any_number = [&] {
        std::string text = "+" + std::to_string(1 + chance() % 9);
        for (auto left = chance() % 15; left > 0; --left) text += static_cast<char>('0' + chance() % 3);
        return key(text);
    };
    for (int round = 0; round < 400; ++round) {
        for (int change = 0; change < 20; ++change) {
            const auto number = any_number();
            if (chance() % 4 == 0) {
                index.remove(number);
                known.erase(number);
                continue;
            }
            const Known made{static_cast<std::int64_t>(1 + chance() % 5), static_cast<std::int64_t>(100 + chance() % 6), tag_sets[chance() % 4]};
            index.put(number, made.class_id, made.tenant, made.tags);
            known[number] = made;
        }
        ASSERT_EQ(index.size(), known.size());
        IndexWish wish;
        wish.descending = chance() % 2 == 0;
        wish.limit = chance() % 2 == 0 ? 5 : 10'000;
        if (chance() % 3 == 0) wish.from = any_number() + static_cast<NumberKey>(chance() % 2);
        if (chance() % 3 == 0) wish.to = any_number();
        if (chance() % 2 == 0) wish.classes = {1, 3, 77};
        if (chance() % 2 == 0) wish.tenants = {101, 104};
        if (chance() % 3 == 0) wish.tags = {"vip"};
        if (chance() % 2 == 0) {
            std::string digits;
            for (auto left = 1 + chance() % 4; left > 0; --left) digits += static_cast<char>('0' + chance() % 3);
            wish.digits.push_back(digits);
            if (chance() % 4 == 0) wish.digits.push_back("21");
        }
        const auto fits = [&](NumberKey number, const Known& each) {
            const auto text = number_text(number);
            return (wish.classes.empty() || std::ranges::count(wish.classes, each.class_id) != 0) &&
                   (wish.tenants.empty() || std::ranges::count(wish.tenants, each.tenant) != 0) &&
                   (wish.tags.empty() || each.tags.find("vip") != std::string::npos) &&
                   std::ranges::all_of(wish.digits, [&](const auto& digits) { return text.find(digits) != std::string::npos; });
        };
        std::vector<NumberKey> wanted;
        for (const auto& [number, each] : known)
            if (number >= wish.from && (wish.to == 0 || number < wish.to) && fits(number, each)) wanted.push_back(number);
        if (wish.descending) std::ranges::reverse(wanted);
        wanted.resize(std::min(wanted.size(), wish.limit));
        std::vector<NumberKey> found;
        for (const auto& hit : index.find(wish).hits) {
            found.push_back(hit.key);
            EXPECT_EQ(hit.class_id, known[hit.key].class_id);
            EXPECT_EQ(hit.tenant, known[hit.key].tenant);
        }
        ASSERT_EQ(found, wanted) << "round " << round;
        const auto test = index.test(wish);
        for (int each = 0; each < 20; ++each) {
            const auto number = any_number();
            ASSERT_EQ(index.fits(number, *test), known.contains(number) && fits(number, known[number])) << number_text(number);
        }
    }
}

TEST(NumberIndex, the_zeros_that_fill_a_short_number_up_are_none_of_its_digits) {
    NumberIndex index;
    index.put(key("+33145"), 1, 1, "");
    index.put(key("+331450"), 1, 1, "");
    EXPECT_EQ(texts_of(index.find({.digits = {"450"}})), std::vector<std::string>{"+331450"});
    EXPECT_EQ(texts_of(index.find({.digits = {"4500"}})), std::vector<std::string>{});
    EXPECT_EQ(texts_of(index.find({.digits = {"45"}})).size(), 2U);
    EXPECT_TRUE(index.find({.digits = {"1234567890123456"}}).hits.empty()) << "more digits than a number has";
}

TEST(NumberIndex, a_range_may_end_beyond_the_last_number_there_can_be) {
    NumberIndex index;
    const auto last = key("+999999999999999");
    index.put(last, 1, 1, "");
    const auto nines = keys_of_prefix("9");
    ASSERT_TRUE(nines);
    EXPECT_EQ(index.find({.from = nines->first, .to = nines->second}).hits.size(), 1U);
    EXPECT_TRUE(index.find({.from = last + 1}).hits.empty());
    EXPECT_EQ(index.find({.to = last + 1}).hits.size(), 1U);
}

TEST(NumberIndex, a_search_says_how_far_it_looked) {
    NumberIndex index;
    for (int each = 0; each < 100; ++each) index.put(key("+1514555" + std::to_string(1000 + each)), each % 10 == 0 ? 2 : 1, 1, "");
    const auto found = index.find({.limit = 50, .look_at_most = 30, .classes = {2}});
    EXPECT_EQ(found.hits.size(), 3U);
    EXPECT_EQ(found.looked, 30);
    EXPECT_EQ(number_text(found.looked_to), "+15145551029");
    const auto all = index.find({.limit = 50, .classes = {2}});
    EXPECT_EQ(all.hits.size(), 10U);
    EXPECT_EQ(all.looked, 100);
    EXPECT_EQ(all.looked_to, 0);
}

TEST(NumberIndex, a_test_made_before_a_value_came_does_not_take_it_for_wished) {
    NumberIndex index;
    index.put(key("+15145550100"), 1, 1, "");
    const auto test = index.test({.tenants = {1}});
    index.put(key("+15145550101"), 1, 2, "");
    EXPECT_TRUE(index.fits(key("+15145550100"), *test));
    EXPECT_FALSE(index.fits(key("+15145550101"), *test));
    EXPECT_TRUE(index.find({.tenants = {9}}).hits.empty()) << "somebody who holds nothing";
}

}  // namespace
}  // namespace porteur
