// SPDX-License-Identifier: Apache-2.0
#include "address_match.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace ringcentral {
namespace {

TEST(MatchText, TellsSpellingFromAnotherAddress) {
    const std::tuple<const char*, const char*, Match> rows[] = {
        {"1 King St W", "1 King St W", Match::same},
        {"1 King Street West", "1 king st. w", Match::spelling},
        {"100 Main St, Suite 5", "100 Main Street #5", Match::spelling},
        {"1 rue Sainte-Catherine O", "1 rue Ste-Catherine O", Match::spelling},
        {"1 rue Saint-Denis", "1 rue St-Denis", Match::spelling},
        {"1 rue Ste-Catherine, Ste 5", "1 rue Sainte-Catherine #5", Match::spelling},
        {"1 Main St Apt B", "1 Main St Unit B", Match::spelling},
        {"1 rue Ste-Catherine", "1 rue Suite Catherine", Match::different},
        {"1 rue du Bureau", "1 rue du Unit", Match::different},
        {"M5V 1A1", "m5v1a1", Match::spelling},
        {"Montréal", "Montreal", Match::spelling},
        {"Acme, Inc.", "ACME Incorporated", Match::spelling},
        {"1 King St W", "1 King St E", Match::different},
        {"1 King St W", "11 King St W", Match::different},
        {"M5V 1A1", "M5V 1A2", Match::different},
        {"", "1 King St W", Match::different},
    };
    for (const auto& [left, right, wanted] : rows) {
        EXPECT_EQ(match_text(left, right), wanted) << left << " / " << right;
        EXPECT_EQ(match_text(right, left), wanted) << right << " / " << left;
    }
}

TEST(MatchRegion, KnowsNamesAndCodes) {
    const std::tuple<const char*, const char*, Match> rows[] = {
        {"ON", "ON", Match::same},
        {"ON", "Ontario", Match::spelling},
        {"QC", "Québec", Match::spelling},
        {"CA", "California", Match::spelling},
        {"CA", "Canada", Match::spelling},
        {"US", "United States", Match::spelling},
        {"NC", "North Carolina", Match::spelling},
        {"ON", "QC", Match::different},
        {"NL", "Newfoundland and Labrador", Match::spelling},
    };
    for (const auto& [left, right, wanted] : rows)
        EXPECT_EQ(match_region(left, right), wanted) << left << " / " << right;
}

TEST(MatchText, SurvivesAnythingThatIsNoText) {
    EXPECT_EQ(match_text("\xC3", "\xC3\xA9"), Match::different);
    EXPECT_EQ(match_text("\xFF\xFE", "\xFF\xFE"), Match::same);
}

}  // namespace
}  // namespace ringcentral
