// SPDX-License-Identifier: Apache-2.0
// The names that numbers are used by against the same names looked at one by one.
#include "inventory/name_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace porteur {
namespace {

TEST(NameTable, finds_what_looking_at_each_name_finds_while_names_come_and_go) {
    constexpr std::uint64_t seed = 20261126;
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 chance(seed);
    NameTable names;
    std::map<std::string, std::pair<NameId, int>> known;  // how many have it
    const auto any_text = [&](std::size_t most) {
        std::string text;
        for (auto left = 1 + chance() % most; left > 0; --left) text += static_cast<char>('a' + chance() % 3);
        return text;
    };
    for (int round = 0; round < 60; ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        for (int change = 0; change < 200; ++change) {
            if (chance() % 3 != 0 || known.empty()) {
                // Some are long, and have a letter of each kind.
                const auto name = chance() % 10 == 0 ? any_text(300) + std::string("\0é", 3) : any_text(9);
                const auto id = names.take(name);
                auto& [known_id, count] = known[name];
                if (count != 0) ASSERT_EQ(id, known_id) << "each name stands there once";
                known_id = id;
                ++count;
                continue;
            }
            auto one = known.lower_bound(any_text(3));
            if (one == known.end()) one = known.begin();
            names.give_back(one->second.first);
            if (--one->second.second == 0) known.erase(one);
        }
        ASSERT_EQ(names.size(), known.size());
        std::map<NameId, std::string> by_id;
        for (const auto& [name, place] : known) {
            ASSERT_EQ(names[place.first], name);
            ASSERT_TRUE(by_id.emplace(place.first, name).second) << "two names have one id";
        }
        for (const bool begins : {false, true}) {
            const auto part = any_text(round % 2 == 0 ? 3 : 7);
            const auto found = names.with(part, begins);
            for (const auto& [id, name] : by_id)
                ASSERT_EQ(found[id], begins ? name.starts_with(part) : name.find(part) != name.npos) << name << " and " << part;
        }
    }
    EXPECT_GT(known.size(), 2'000U) << "more than one shelf";
}

TEST(NameTable, nobody_has_no_name) {
    NameTable names;
    EXPECT_EQ(names.take(""), 0U);
    names.give_back(0);
    EXPECT_EQ(names[0], "");
    EXPECT_EQ(names.size(), 0U);
    EXPECT_FALSE(names.with("a", false)[0]);
}

}  // namespace
}  // namespace porteur
