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
    std::string tags, name;
};

NumberKey key(const std::string& text) { return *number_key(text); }

std::vector<std::string> texts_of(const IndexHits& found) {
    std::vector<std::string> out;
    for (const auto& each : found.hits) out.push_back(number_text(each.key));
    return out;
}

bool contains(const std::string& where, const std::string& part) { return where.find(part) != std::string::npos; }

/// Whether a number is wished, by what the wish says.
bool is_wished(const IndexWish& wish, NumberKey number, const Known& each, bool with_names = true) {
    const auto text = number_text(number);
    const bool fits = (wish.classes.empty() || std::ranges::count(wish.classes, each.class_id) != 0) &&
                      (wish.tenants.empty() || std::ranges::count(wish.tenants, each.tenant) != 0) && (wish.tags.empty() || contains(" " + each.tags + " ", " vip ")) &&
                      std::ranges::all_of(wish.digits, [&](const auto& digits) { return contains(text, digits); });
    if (!with_names || !fits) return fits;
    if (!contains(each.name, wish.name_has) || !each.name.starts_with(wish.name_begins)) return false;
    if (wish.any_has.empty() && wish.any_begins.empty() && wish.any_digits.empty()) return true;
    return (!wish.any_has.empty() && contains(each.name, wish.any_has)) || (!wish.any_begins.empty() && each.name.starts_with(wish.any_begins)) ||
           (!wish.any_digits.empty() && contains(text, wish.any_digits));
}

/// An index and the same numbers beside it, in which writes of any kind are made.
class NumberIndexModel : public ::testing::Test {
protected:
    NumberKey any_number() {
        std::string text = "+" + std::to_string(1 + chance() % 9);
        for (auto left = chance() % 15; left > 0; --left) text += static_cast<char>('0' + chance() % 3);
        return key(text);
    }
    std::string any_digits() {
        std::string digits;
        for (auto left = 1 + chance() % 4; left > 0; --left) digits += static_cast<char>('0' + chance() % 3);
        return digits;
    }
    /// Of few letters, so that parts of it stand in many; some have none, some more than one byte a letter.
    std::string any_name() {
        if (chance() % 4 == 0) return "";
        static const std::vector<std::string> syllables{"a", "b", "ba", "ab", "\u00e6", " ", "aab"};
        std::string name;
        for (auto left = 1 + chance() % 8; left > 0; --left) name += syllables[chance() % syllables.size()];
        return name;
    }
    /// Some stand at many numbers, some at one alone; some are another's beginning.
    std::string any_tags() {
        static const std::vector<std::string> tag_sets{"", "vip", "night vip", "night", "vips"};
        if (chance() % 3 == 0) return (chance() % 2 == 0 ? "vip since-" : "since-") + std::to_string(chance() % 1'000);
        return tag_sets[chance() % tag_sets.size()];
    }
    std::string any_part() {
        const auto name = any_name();
        if (name.empty()) return "zz";
        const auto from = chance() % name.size();
        return name.substr(from, 1 + chance() % 5);
    }
    void put(NumberKey number, Known made) {
        index.put(number, made.class_id, made.tenant, made.tags, made.name);
        known[number] = std::move(made);
    }
    void change() {
        const auto number = any_number();
        if (chance() % 4 == 0) {
            index.remove(number);
            known.erase(number);
            return;
        }
        put(number, {static_cast<std::int64_t>(1 + chance() % 5), static_cast<std::int64_t>(100 + chance() % 6), any_tags(), any_name()});
    }
    IndexWish any_wish() {
        IndexWish wish;
        wish.descending = chance() % 2 == 0;
        wish.limit = chance() % 2 == 0 ? 5 : 100'000;
        if (chance() % 3 == 0) wish.from = any_number() + static_cast<NumberKey>(chance() % 2);
        if (chance() % 3 == 0) wish.to = any_number();
        if (chance() % 2 == 0) wish.classes = {1, 3, 77};
        if (chance() % 2 == 0) wish.tenants = {101, 104};
        if (chance() % 3 == 0) wish.tags = {"vip"};
        if (chance() % 2 == 0) {
            wish.digits.push_back(any_digits());
            if (chance() % 4 == 0) wish.digits.push_back("21");
        }
        if (chance() % 3 == 0) wish.name_has = any_part();
        if (chance() % 6 == 0) wish.name_begins = any_part();
        if (chance() % 5 == 0) (chance() % 2 == 0 ? wish.any_has : wish.any_begins) = any_part();
        if (chance() % 5 == 0) wish.any_digits = any_digits();
        return wish;
    }

    std::vector<NumberKey> wished(const IndexWish& wish) const {
        std::vector<NumberKey> out;
        for (const auto& [number, each] : known)
            if (number >= wish.from && (wish.to == 0 || number < wish.to) && is_wished(wish, number, each)) out.push_back(number);
        return out;
    }
    /// Those wished, by name.
    std::vector<std::pair<std::string, NumberKey>> by_name(const IndexWish& wish, const NameWish& places) const {
        std::vector<std::pair<std::string, NumberKey>> out;
        for (const auto number : wished(wish)) {
            const auto& name = known.at(number).name;
            if (!places.used_alone || !name.empty()) out.emplace_back(name, number);
        }
        std::ranges::sort(out);
        if (places.descending) std::ranges::reverse(out);
        return out;
    }

    void expect_all_found(const IndexWish& wish) {
        ASSERT_EQ(index.size(), known.size());
        auto wanted = wished(wish);
        if (wish.descending) std::ranges::reverse(wanted);
        wanted.resize(std::min(wanted.size(), wish.limit));
        std::vector<NumberKey> found;
        for (const auto& hit : index.find(wish).hits) {
            found.push_back(hit.key);
            EXPECT_EQ(hit.class_id, known[hit.key].class_id);
            EXPECT_EQ(hit.tenant, known[hit.key].tenant);
        }
        ASSERT_EQ(found, wanted);
    }
    void expect_all_found_by_name(const IndexWish& wish) {
        NameWish places{.limit = 1 + chance() % 20, .descending = chance() % 2 == 0, .used_alone = chance() % 2 == 0};
        auto wanted = by_name(wish, places);
        const auto all = wanted.size();
        std::vector<NumberKey> shuffled = wished(wish);
        std::ranges::shuffle(shuffled, chance);
        for (int page = 0; page < 3; ++page) {
            const auto found = index.by_name(wish, places), of_keys = index.by_name(shuffled, places);
            ASSERT_EQ(found.count, static_cast<std::int64_t>(all));
            ASSERT_EQ(of_keys.count, static_cast<std::int64_t>(all));
            const auto size = std::min(wanted.size(), places.limit);
            for (const auto* hits : {&found.hits, &of_keys.hits}) {
                ASSERT_EQ(hits->size(), size);
                for (std::size_t each = 0; each < size; ++each) ASSERT_EQ(std::pair((*hits)[each].name, (*hits)[each].key), wanted[each]);
            }
            if (size == 0) break;
            places.after = found.hits.back();
            wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(size));
        }
    }
    void expect_test_says_the_same(const IndexWish& wish) {
        const auto test = index.test(wish);
        for (int each = 0; each < 20; ++each) {
            const auto number = any_number();
            ASSERT_EQ(index.fits(number, *test), known.contains(number) && is_wished(wish, number, known[number], false)) << number_text(number);
            ASSERT_EQ(index.find(number).has_value(), known.contains(number));
        }
    }

    std::uint64_t seed = 20261126;
    std::mt19937_64 chance{seed};
    static constexpr std::size_t few_tags = 6;
    NumberIndex index{few_tags};  ///< so that some texts of tags have no place in a row of it
    std::map<NumberKey, Known> known;
};

TEST_F(NumberIndexModel, finds_what_looking_at_each_number_finds) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (int round = 0; round < 400; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        for (int each = 0; each < 20; ++each) change();
        const auto wish = any_wish();
        expect_all_found(wish);
        expect_all_found_by_name(wish);
        expect_test_says_the_same(wish);
        if (HasFatalFailure()) return;
    }
}

TEST_F(NumberIndexModel, finds_them_where_numbers_come_in_order_and_most_go_again) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    // Blocks are filled, split and emptied; ids of names go to other names.
    for (int round = 0; round < 6; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        for (int each = 0; each < 2'000; ++each)
            put(key("+2" + std::to_string(1'000'000 + round * 2'000 + each)), {each % 5 + 1, 100 + each % 6, each % 7 == 0 ? "vip" : "", any_name()});
        for (int each = 0; each < 1'000; ++each) change();
        for (int each = 0; each < 5; ++each) {
            const auto wish = any_wish();
            expect_all_found(wish);
            expect_all_found_by_name(wish);
            if (HasFatalFailure()) return;
        }
        for (auto at = known.begin(); at != known.end();) {
            if (chance() % 10 == 0) {
                ++at;
                continue;
            }
            index.remove(at->first);
            at = known.erase(at);
        }
        expect_all_found(any_wish());
        if (HasFatalFailure()) return;
    }
    while (!known.empty()) {
        index.remove(known.begin()->first);
        known.erase(known.begin());
    }
    expect_all_found({});
}

TEST(NumberIndex, a_part_of_a_name_does_not_reach_into_the_next_name) {
    NumberIndex index;
    index.put(key("+33145"), 1, 1, "", "anna");
    index.put(key("+33146"), 1, 1, "", "bob");
    index.put(key("+33147"), 1, 1, "", "nab");
    EXPECT_EQ(texts_of(index.find({.name_has = "nab"})), std::vector<std::string>{"+33147"});
    EXPECT_EQ(texts_of(index.find({.name_has = "abo"})), std::vector<std::string>{});
}

TEST(NumberIndex, the_zeros_that_fill_a_short_number_up_are_none_of_its_digits) {
    NumberIndex index;
    index.put(key("+33145"), 1, 1, "", "");
    index.put(key("+331450"), 1, 1, "", "");
    EXPECT_EQ(texts_of(index.find({.digits = {"450"}})), std::vector<std::string>{"+331450"});
    EXPECT_EQ(texts_of(index.find({.digits = {"4500"}})), std::vector<std::string>{});
    EXPECT_EQ(texts_of(index.find({.digits = {"45"}})).size(), 2U);
    EXPECT_TRUE(index.find({.digits = {"1234567890123456"}}).hits.empty()) << "more digits than a number has";
}

TEST(NumberIndex, a_range_may_end_beyond_the_last_number_there_can_be) {
    NumberIndex index;
    const auto last = key("+999999999999999");
    index.put(last, 1, 1, "", "");
    const auto nines = keys_of_prefix("9");
    ASSERT_TRUE(nines);
    EXPECT_EQ(index.find({.from = nines->first, .to = nines->second}).hits.size(), 1U);
    EXPECT_TRUE(index.find({.from = last + 1}).hits.empty());
    EXPECT_EQ(index.find({.to = last + 1}).hits.size(), 1U);
}

TEST(NumberIndex, a_search_says_how_many_it_looked_at) {
    NumberIndex index;
    for (int each = 0; each < 2'000; ++each) index.put(key("+1514555" + std::to_string(1000 + each)), each % 10 == 0 ? 2 : 1, 1, "", "");
    EXPECT_EQ(index.find({.limit = 3, .classes = {2}}).looked, 21);
    EXPECT_EQ(index.find({.limit = 100, .classes = {2}}).looked, 991) << "beyond a block";
    EXPECT_EQ(index.find({.descending = true, .limit = 3, .classes = {2}}).looked, 30);
    const auto all = index.find({.limit = 5'000, .classes = {2}});
    EXPECT_EQ(all.hits.size(), 200U);
    EXPECT_EQ(all.looked, 2'000);
}

TEST(NumberIndex, a_test_made_before_a_value_came_does_not_take_it_for_wished) {
    NumberIndex index;
    index.put(key("+15145550100"), 1, 1, "", "");
    const auto test = index.test({.tenants = {1}});
    index.put(key("+15145550101"), 1, 2, "", "");
    EXPECT_TRUE(index.fits(key("+15145550100"), *test));
    EXPECT_FALSE(index.fits(key("+15145550101"), *test));
    EXPECT_TRUE(index.find({.tenants = {9}}).hits.empty()) << "somebody who holds nothing";
}

TEST(NumberIndex, texts_of_tags_that_no_number_has_any_more_make_no_number_wished) {
    // Each text had a place of its own until a restart, and those beyond the last place were wished by every list.
    NumberIndex index(8);
    const auto number = key("+15145550100"), other = key("+15145550101");
    for (int each = 0; each < 100; ++each) {
        index.put(number, 1, 1, "since-" + std::to_string(each), "");
        index.put(other, 1, 1, "vip until-" + std::to_string(each), "");
    }
    EXPECT_EQ(texts_of(index.find({.tags = {"vip"}})), std::vector<std::string>{"+15145550101"});
    EXPECT_EQ(texts_of(index.find({.tags = {"since-99"}})), std::vector<std::string>{"+15145550100"});
    EXPECT_TRUE(index.find({.tags = {"since-98"}}).hits.empty());
    EXPECT_EQ(index.tag_texts(), 2U);
    index.remove(number);
    index.remove(other);
    EXPECT_EQ(index.tag_texts(), 0U);
}

TEST(NumberIndex, more_texts_of_tags_than_a_row_has_places_for_are_told_apart) {
    NumberIndex index(8);
    for (int each = 0; each < 2'000; ++each)
        index.put(key("+1514555" + std::to_string(1'000 + each)), 1, 1, (each % 100 == 7 ? "vip " : "") + std::string("since-") + std::to_string(each), "");
    EXPECT_EQ(index.tag_texts(), 2'000U);
    EXPECT_EQ(index.find({.tags = {"vip"}}).hits.size(), 20U);
    EXPECT_EQ(index.by_name({.tags = {"vip"}}, {}).count, 20) << "the total of a list";
    EXPECT_EQ(texts_of(index.find({.tags = {"since-1907", "vip"}})), std::vector<std::string>{"+15145552907"});
    EXPECT_EQ(texts_of(index.find({.tags = {"since-1908"}})), std::vector<std::string>{"+15145552908"});
    const auto test = index.test({.tags = {"vip"}});
    EXPECT_TRUE(index.fits(key("+15145552907"), *test));
    EXPECT_FALSE(index.fits(key("+15145552908"), *test));
    for (int each = 0; each < 2'000; ++each) index.remove(key("+1514555" + std::to_string(1'000 + each)));
    EXPECT_EQ(index.tag_texts(), 0U);
}

TEST(NumberIndex, a_test_stays_true_when_other_tags_take_the_place_of_some) {
    NumberIndex index(8);
    const auto number = key("+15145550100"), other = key("+15145550101");
    index.put(number, 1, 1, "vip", "");
    index.put(other, 1, 1, "night", "");
    const auto test = index.test({.tags = {"vip"}});
    index.put(number, 1, 1, "", "");
    index.put(number, 1, 1, "day", "");  // what vip had is free, and taken
    EXPECT_FALSE(index.fits(number, *test));
    index.put(other, 1, 1, "night vip", "");
    EXPECT_TRUE(index.fits(other, *test));
}

}  // namespace
}  // namespace porteur
