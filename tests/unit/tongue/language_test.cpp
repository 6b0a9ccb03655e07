// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tongue/tongue.hpp"

namespace porteur {
namespace {

using enum Language;

TEST(LanguageAccepted, IsTheOneThatTheFieldLikesBest) {
    EXPECT_EQ(language_accepted("fr"), french);
    EXPECT_EQ(language_accepted("fr-CA, fr;q=0.9, en;q=0.8"), french);
    EXPECT_EQ(language_accepted("FR-fr"), french);
    EXPECT_EQ(language_accepted("de, fr;q=0.5"), french);
    EXPECT_EQ(language_accepted("en-GB,en;q=0.9,fr;q=0.3"), english);
    EXPECT_EQ(language_accepted("en;q=0.2, fr ; q=0.7"), french);
    EXPECT_EQ(language_accepted("fr;q=0.30, en;q=0.4"), english);
}

TEST(LanguageAccepted, IsEnglishWhereNoneOfOursIsWanted) {
    for (const auto* field :
         {"", "*", "de", "fr;q=0", "french", "frr", "fr;q=x", ",,;", "*, fr", "en, fr"})
        EXPECT_EQ(language_accepted(field), english) << field;
}

TEST(LanguageOfLocale, IsReadFromItsName) {
    for (const auto* name : {"fr", "fr_CA.UTF-8", "fr_FR@euro", "fr.UTF-8"})
        EXPECT_EQ(language_of_locale(name), french) << name;
    for (const auto* name : {"", "C", "POSIX", "en_CA.UTF-8", "frp_FR", "C.UTF-8"})
        EXPECT_EQ(language_of_locale(name), english) << name;
}

}  // namespace
}  // namespace porteur
