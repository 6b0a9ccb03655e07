// SPDX-License-Identifier: Apache-2.0
#include "numbering/checked_number.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "support/result_matchers.hpp"

namespace porteur::numbering {
namespace {

using porteur::testing::FailsWith;
using ::testing::HasSubstr;

NumberFault fault_of(std::string_view text, std::string_view region = "CA") {
    return check(text, region).fault;
}

TEST(CheckedNumber, TakesWhatPeopleWrite) {
    for (const char* text :
         {"+15145550100", "514-555-0100", "(514) 555-0100", "1 514 555 0100", "514.555.0100",
          " +1 (514) 555-0100 ", "tel:+15145550100", "011 1 514 555 0100",
          "\xEF\xBC\x8B"
          "15145550100",
          "5145550100\r\n"})
        EXPECT_EQ(check(text, "CA").text(), "+15145550100") << text;
    EXPECT_EQ(check("01 44 00 00 00", "FR").text(), "+33144000000");
    EXPECT_EQ(check("0041 44 668 18 00", "DE").text(), "+41446681800");
    EXPECT_EQ(check("1-800-FLOWERS", "US").text(), "+18003569377");
}

TEST(CheckedNumber, KnowsCountryAndType) {
    const auto of = [](std::string_view text) {
        const auto number = check(text, "");
        return std::pair(std::string(number.country()), number.type);
    };
    EXPECT_EQ(of("+15145550100"), std::pair(std::string("CA"), std::optional(NumberType::local)));
    EXPECT_EQ(of("+18005550199").second, NumberType::toll_free);
    EXPECT_EQ(of("+33612345678"), std::pair(std::string("FR"), std::optional(NumberType::mobile)));
    EXPECT_EQ(of("+390236618300"), std::pair(std::string("IT"), std::optional(NumberType::local)))
        << "keeps its 0";
    EXPECT_EQ(of("+80012345678"), std::pair(std::string(), std::optional(NumberType::toll_free)));
    EXPECT_EQ(of("+33820123456").second, NumberType::shared_cost);
    EXPECT_EQ(of("+19002345678").second, std::nullopt) << "premium rate has no word here";
    EXPECT_EQ(check("+390236618300", "").text(), "+390236618300");
}

TEST(CheckedNumber, SaysWhatIsWrong) {
    EXPECT_EQ(fault_of(""), NumberFault::empty);
    EXPECT_EQ(fault_of("  "), NumberFault::empty);
    EXPECT_EQ(fault_of("Reception"), NumberFault::not_a_number);
    EXPECT_EQ(fault_of("1.51455E+10"), NumberFault::rounded);
    EXPECT_EQ(fault_of("1,51455E+10"), NumberFault::rounded);
    EXPECT_EQ(fault_of("+1 514 555 0100 ext. 12"), NumberFault::has_extension);
    EXPECT_EQ(fault_of("514 555 0100", ""), NumberFault::no_region);
    EXPECT_EQ(fault_of("514 555 0100", "XX"), NumberFault::unknown_region);
    EXPECT_EQ(fault_of("+999 12345678"), NumberFault::unknown_country_code);
    EXPECT_EQ(fault_of("514 555 01"), NumberFault::too_short);
    EXPECT_EQ(fault_of("555 0100"), NumberFault::too_short) << "a number without its area code";
    EXPECT_EQ(fault_of("+1 514 555 01000"), NumberFault::too_long);
    EXPECT_EQ(fault_of("+1 123 555 0100"), NumberFault::not_in_use);
    EXPECT_EQ(fault_of("100"), NumberFault::too_short);
    EXPECT_EQ(fault_of(std::string(5000, '1')), NumberFault::too_long);
    EXPECT_EQ(
        fault_of(std::string(
            "514\0"
            "555",
            7
        )),
        NumberFault::not_a_number
    );
}

TEST(CheckedNumber, HasASentenceForEveryFaultThatNamesTheCountryAndNotTheNumber) {
    const auto bad = check("+1 514 555 010", "");
    EXPECT_EQ(sentence_of(bad), "the number is too short for US; look for a missing digit");
    EXPECT_EQ(
        sentence_of(check("+1 514 555 010", "CA")),
        "the number is too short for CA; look for a missing digit"
    );
    for (auto fault = static_cast<int>(NumberFault::empty);
         fault <= static_cast<int>(NumberFault::not_in_use); ++fault) {
        CheckedNumber number;
        number.fault = static_cast<NumberFault>(fault);
        EXPECT_THAT(sentence_of(number), HasSubstr(" ")) << fault;
    }
    EXPECT_EQ(sentence_of(check("+15145550100", "")), "");
}

TEST(CheckedNumber, HasAKeyOfItsOwnEvenWithZerosInFront) {
    EXPECT_EQ(check("+15145550100", "").key(), 15145550100U);
    EXPECT_EQ(check("+390236618300", "").key(), 390236618300U);
    EXPECT_EQ(check("nothing", "").key(), 0U);
}

TEST(ParseNumber, GivesTheNumberOrTheSentence) {
    const auto number = parse("514-555-0100", "CA");
    ASSERT_TRUE(number);
    EXPECT_EQ(number->number.text(), "+15145550100");
    EXPECT_EQ(number->country, "CA");
    EXPECT_THAT(
        parse("123", "CA"), FailsWith(ErrorKind::invalid_input, HasSubstr("too short for"))
    );
}

TEST(NumberForms, AreThoseOfTheCountry) {
    const auto number = parse("+15145550100", "")->number;
    EXPECT_EQ(national_form(number), "(514) 555-0100");
    EXPECT_EQ(international_form(number), "+1 514-555-0100");
    EXPECT_EQ(national_form(parse("+33144000000", "")->number), "01 44 00 00 00");
}

TEST(IsRegion, IsTrueForCountriesWithNumbersAlone) {
    EXPECT_TRUE(is_region("CA"));
    for (const char* text : {"", "ZZ", "XX", "ca", "001", "CAN"})
        EXPECT_FALSE(is_region(text)) << text;
}

TEST(CheckAll, GivesWhatCheckGivesInTheOrderOfTheTextsOnAnyNumberOfThreads) {
    std::vector<std::string> written;
    for (int index = 0; index < 9000; ++index)
        written.push_back(index % 13 == 0 ? "no number" : std::to_string(5145550000LL + index));
    const std::vector<std::string_view> texts(written.begin(), written.end());
    for (const unsigned threads : {0U, 1U, 2U, 5U}) {
        std::vector<CheckedNumber> out(texts.size());
        check_all(texts, "CA", threads, out);
        for (std::size_t index = 0; index < texts.size(); ++index)
            ASSERT_EQ(out[index], check(texts[index], "CA")) << texts[index];
    }
    check_all({}, "CA", 2, {});
}

}  // namespace
}  // namespace porteur::numbering
