// SPDX-License-Identifier: Apache-2.0
#include "settings/nearest.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace porteur {
namespace {

const std::vector<std::string> keys{"isolation", "folders", "memory_max", "port", "pop3"};

TEST(EditDistance, CountsChangesAdditionsOmissionsAndSwaps) {
    EXPECT_EQ(edit_distance("port", "port"), 0u);
    EXPECT_EQ(edit_distance("port", "Port"), 0u);
    EXPECT_EQ(edit_distance("port", "post"), 1u);
    EXPECT_EQ(edit_distance("port", "ports"), 1u);
    EXPECT_EQ(edit_distance("port", "prt"), 1u);
    EXPECT_EQ(edit_distance("port", "prot"), 1u);
    EXPECT_EQ(edit_distance("", "port"), 4u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, FindsAMisspeltKey) {
    EXPECT_EQ(nearest("isolatoin", keys), "isolation");
    EXPECT_EQ(nearest("Isolation", keys), "isolation");
    EXPECT_EQ(nearest("folder", keys), "folders");
    EXPECT_EQ(nearest("memory", keys), "");
    EXPECT_EQ(nearest("prot", keys), "port");
}

TEST(Nearest, NamesNothingThatIsFarOff) {
    EXPECT_EQ(nearest("verbosity", keys), "");
    EXPECT_EQ(nearest("x", keys), "");
    EXPECT_EQ(nearest("", keys), "");
    EXPECT_EQ(nearest(std::string(100'000, 'p'), keys), "");
}

TEST(Suggestion, AsksOrListsWhatIsKnown) {
    EXPECT_EQ(suggestion("prot", keys), R"(; did you mean "port"?)");
    EXPECT_EQ(suggestion("xyz", std::vector<std::string>{"a", "b"}), "; known are: a, b");
    EXPECT_EQ(suggestion("xyz", std::vector<std::string>{}), "; nothing may stand here");
}

}  // namespace
}  // namespace porteur
