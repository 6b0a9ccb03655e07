// SPDX-License-Identifier: Apache-2.0
// The tables that are made of libphonenumber's metadata against the library itself.
#include "numbering/plans.hpp"

#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>

#include <list>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "numbering/checker.hpp"

namespace porteur::numbering {
namespace {

using i18n::phonenumbers::PhoneNumber;
using Util = i18n::phonenumbers::PhoneNumberUtil;

constexpr std::uint64_t seed = 20261126;
constexpr int rounds = 24;

const Util& library() { return *Util::GetInstance(); }

struct Tally {
    int asked = 0, valid = 0;
    int decided = 0, decided_valid = 0;  // by the tables

    void compare(const std::string& text, const std::string& region) {
        const auto judged = check_by_library(text, region);
        ++asked;
        valid += judged.is_valid();
        CheckedNumber ours;
        if (!Plans::instance().check(text, region, ours)) return;
        ++decided;
        decided_valid += judged.is_valid();
        ASSERT_EQ(static_cast<int>(ours.fault), static_cast<int>(judged.fault))
            << text << " in " << region << ", seed " << seed;
        ASSERT_EQ(ours.text(), judged.text()) << text << " in " << region << ", seed " << seed;
        ASSERT_EQ(ours.country(), judged.country())
            << text << " in " << region << ", seed " << seed;
        ASSERT_EQ(ours.type, judged.type) << text << " in " << region << ", seed " << seed;
    }
};

std::string random_digits(std::mt19937_64& chance, std::size_t size) {
    std::string out;
    while (out.size() < size) out += static_cast<char>('0' + chance() % 10);
    return out;
}

/// Valid numbers of a country: the library's examples.
std::vector<std::string> examples_of(const std::string& region) {
    std::vector<std::string> out;
    for (int type = 0; type < Util::UNKNOWN; ++type) {
        PhoneNumber number;
        if (!library().GetExampleNumberForType(
                region, static_cast<Util::PhoneNumberType>(type), &number
            ))
            continue;
        std::string national;
        library().GetNationalSignificantNumber(number, &national);
        out.push_back(national);
    }
    return out;
}

TEST(NumberingPlans, SayOfEveryCountrysNumbersWhatTheLibrarySays) {
    std::mt19937_64 chance(seed);
    Tally international, national, dialled;
    std::set<std::string> regions;
    library().GetSupportedRegions(&regions);
    for (const auto& region : regions) {
        const auto code = std::to_string(library().GetCountryCodeForRegion(region));
        auto examples = examples_of(region);
        for (int round = 0; round < rounds; ++round) {
            for (auto number : examples) {
                // An example with other digits from some place on; sometimes one more or less.
                const auto kept = chance() % number.size();
                const auto size =
                    number.size() + (chance() % 8 == 0 ? 1 : 0) - (chance() % 8 == 0 ? 1 : 0);
                number =
                    number.substr(0, kept) + random_digits(chance, size - std::min(size, kept));
                ASSERT_NO_FATAL_FAILURE(international.compare("+" + code + number, "CA"));
                ASSERT_NO_FATAL_FAILURE(national.compare(number, region));
                if (round % 4 != 0) continue;
                PhoneNumber parsed;
                if (library().Parse("+" + code + number, "ZZ", &parsed) != Util::NO_PARSING_ERROR)
                    continue;
                std::string written;
                library().Format(parsed, Util::NATIONAL, &written);
                ASSERT_NO_FATAL_FAILURE(dialled.compare(written, region));
                ASSERT_NO_FATAL_FAILURE(dialled.compare(code + number, region));
            }
            const auto digits = random_digits(chance, 4 + chance() % 12);
            ASSERT_NO_FATAL_FAILURE(international.compare("+" + code + digits, region));
            ASSERT_NO_FATAL_FAILURE(national.compare(digits, region));
        }
    }
    // Most of what is valid is decided here, or the tables were for nothing.
    EXPECT_GT(international.valid, 20'000);
    EXPECT_GT(international.decided_valid, international.valid * 95 / 100);
    EXPECT_GT(national.decided_valid, national.valid * 80 / 100);
    // And of what is not.
    EXPECT_GT(international.decided, international.asked * 90 / 100);
    EXPECT_GT(dialled.decided_valid, dialled.valid * 75 / 100);
}

TEST(NumberingPlans, SayOfNumbersOfNoCountryWhatTheLibrarySays) {
    std::mt19937_64 chance(seed);
    Tally tally;
    std::set<int> codes;
    library().GetSupportedGlobalNetworkCallingCodes(&codes);
    for (const int code : codes) {
        PhoneNumber example;
        ASSERT_TRUE(library().GetExampleNumberForNonGeoEntity(code, &example));
        std::string national;
        library().GetNationalSignificantNumber(example, &national);
        for (int round = 0; round < 200; ++round) {
            const auto kept = chance() % (national.size() + 1);
            ASSERT_NO_FATAL_FAILURE(tally.compare(
                "+" + std::to_string(code) + national.substr(0, kept) +
                    random_digits(chance, national.size() - kept),
                "CA"
            ));
        }
    }
    EXPECT_GT(tally.decided, 500);
}

TEST(NumberingPlans, SayOfEveryNorthAmericanAreaWhatTheLibrarySays) {
    std::mt19937_64 chance(seed);
    Tally tally;
    for (int area = 100; area < 1000; ++area)
        for (int round = 0; round < 4; ++round)
            for (const char* region : {"US", "CA"}) {
                const auto number = std::to_string(area) + random_digits(chance, 7);
                ASSERT_NO_FATAL_FAILURE(tally.compare("+1 " + number, region));
                ASSERT_NO_FATAL_FAILURE(tally.compare(number, region));
                ASSERT_NO_FATAL_FAILURE(tally.compare("1-" + number, region));
            }
    EXPECT_GT(tally.decided_valid, tally.valid * 95 / 100);
}

TEST(NumberingPlans, SayOfDigitsInAnyOrderWhatTheLibrarySays) {
    std::mt19937_64 chance(seed);
    Tally tally;
    for (int round = 0; round < 20'000; ++round) {
        auto text = random_digits(chance, 3 + chance() % 16);
        for (auto signs = chance() % 4; signs > 0; --signs)
            text.insert(chance() % (text.size() + 1), 1, " -.()"[chance() % 5]);
        ASSERT_NO_FATAL_FAILURE(
            tally.compare((chance() % 4 == 0 ? "" : "+") + text, round % 2 == 0 ? "FR" : "CA")
        );
    }
    EXPECT_GT(tally.decided, 500);
}

TEST(NumberingPlans, LeaveToTheLibraryWhatIsNotPlainlyWritten) {
    CheckedNumber out;
    for (const char* text :
         {"", "+", "+1", "514", "+1514555010a", "tel:+15145550100", "+15145550100 x5",
          "++15145550100", "+0145550100", "0111514555", "+123456789012345678901234567890"})
        EXPECT_FALSE(Plans::instance().check(text, "CA", out)) << text;
}

}  // namespace
}  // namespace porteur::numbering
