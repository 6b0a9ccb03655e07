// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include <gmock/gmock.h>

#include <porteur/north_america.hpp>

#ifdef PORTEUR_HAS_PHONENUMBER
#include <phonenumbers/phonenumberutil.h>
#endif

namespace porteur {
namespace {

NorthAmerican kind_of(const char* text) {
    return north_american_kind(PhoneNumber::from_json_text(text).value());
}

TEST(NorthAmericanNumbers, AreTheUnitedStatesCanadasTollFreeOrAnotherCountrys) {
    EXPECT_EQ(kind_of("+12125550123"), NorthAmerican::united_states);
    EXPECT_EQ(kind_of("+17875550123"), NorthAmerican::united_states) << "Puerto Rico";
    EXPECT_EQ(kind_of("+14165550123"), NorthAmerican::canada);
    EXPECT_EQ(kind_of("+18885550123"), NorthAmerican::toll_free);
    EXPECT_EQ(kind_of("+18765550123"), NorthAmerican::other_country);
    EXPECT_EQ(kind_of("+18095550123"), NorthAmerican::other_country);
    EXPECT_EQ(kind_of("+19005550123"), NorthAmerican::special);
    EXPECT_EQ(kind_of("+19115550123"), NorthAmerican::special);
    EXPECT_EQ(kind_of("+33140000000"), NorthAmerican::no);
    EXPECT_EQ(kind_of("+1416555012"), NorthAmerican::no) << "a digit too few";
    EXPECT_EQ(other_country_of_area("876"), "JM");
    EXPECT_EQ(other_country_of_area("416"), "");
    const auto area_of = [](const char* text) {
        return foreign_area_of(PhoneNumber::from_json_text(text).value());
    };
    EXPECT_EQ(area_of("+18765550123"), "876 (JM)");
    EXPECT_EQ(area_of("+19005550123"), "900");
    EXPECT_EQ(area_of("+14165550123"), "");
    EXPECT_EQ(area_of("+33140000000"), "");
}

TEST(NorthAmericanNumbers, AreWhatLibphonenumberSaysTheyAre) {
#ifdef PORTEUR_HAS_PHONENUMBER
    using i18n::phonenumbers::PhoneNumberUtil;
    const auto& judge = *PhoneNumberUtil::GetInstance();
    const std::set<std::string> territories{"PR", "VI", "GU", "MP", "AS"};
    int known = 0;
    for (int area = 200; area < 1000; ++area) {
        const auto text = "+1" + std::to_string(area) + "2345678";
        i18n::phonenumbers::PhoneNumber number;
        ASSERT_EQ(judge.Parse(text, "US", &number), PhoneNumberUtil::NO_PARSING_ERROR) << text;
        std::string region;
        judge.GetRegionCodeForNumber(number, &region);
        // An area code that it does not know yet has no region, and toll-free is everybody's.
        if (region == "ZZ" || region.empty() || area / 100 * 100 + area % 10 * 11 == area) continue;
        const auto type = judge.GetNumberType(number);
        if (type != PhoneNumberUtil::FIXED_LINE && type != PhoneNumberUtil::MOBILE &&
            type != PhoneNumberUtil::FIXED_LINE_OR_MOBILE)
            continue;
        ++known;
        const auto ours = kind_of(text.c_str());
        if (region == "US" || territories.contains(region)) {
            EXPECT_EQ(ours, NorthAmerican::united_states) << area;
        } else if (region == "CA") {
            EXPECT_EQ(ours, NorthAmerican::canada) << area;
        } else {
            EXPECT_EQ(ours, NorthAmerican::other_country) << area;
            EXPECT_EQ(other_country_of_area(std::to_string(area)), region);
        }
    }
    EXPECT_GT(known, 350);
#else
    GTEST_SKIP() << "libphonenumber is not complete here; tools/setup makes it so";
#endif
}

}  // namespace
}  // namespace porteur
