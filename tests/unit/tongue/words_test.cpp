// SPDX-License-Identifier: Apache-2.0
// The words are those of the code: none is missing, none is made up, each has a label in French.
#include <set>

#include <gmock/gmock.h>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include "domain/deadlines.hpp"
#include "domain/descriptor.hpp"
#include "tongue/tongue.hpp"
#include "tongue/words.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAreArray;

std::set<std::string> codes_of(std::string_view kind) {
    std::set<std::string> out;
    for (const auto& each : all_words())
        if (each.kind == kind)
            EXPECT_TRUE(out.emplace(each.code).second) << each.code << " stands there twice";
    return out;
}

template <class Enum>
std::set<std::string> enumerators() {
    std::set<std::string> out;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
        out.emplace(each.name);
    });
    return out;
}

TEST(Words, AreThoseOfTheEnumerations) {
    EXPECT_THAT(codes_of("state"), ElementsAreArray(enumerators<OrderState>()));
    EXPECT_THAT(codes_of("delivery"), ElementsAreArray(enumerators<Delivery>()));
    EXPECT_THAT(codes_of("kind"), ElementsAreArray(enumerators<OrderKind>()));
    EXPECT_THAT(codes_of("number_type"), ElementsAreArray(enumerators<NumberType>()));
    EXPECT_THAT(codes_of("end_user_kind"), ElementsAreArray(enumerators<EndUserKind>()));
}

TEST(Words, AreAllTheReasonsOperationsAndDeadlines) {
    std::set<std::string> reasons, operations, due;
    for (const auto& [reason, text] : detail::reason_texts) reasons.emplace(text);
    for (const auto& each : interface_operations) operations.emplace(each.name);
    for (const auto each : all_due_words()) due.emplace(each);
    EXPECT_THAT(codes_of("reason"), ElementsAreArray(reasons));
    EXPECT_THAT(codes_of("operation"), ElementsAreArray(operations));
    EXPECT_THAT(codes_of("due"), ElementsAreArray(due));
}

TEST(Words, HaveALabelInBothLanguages) {
    const auto& french = Tongue::of(Language::french);
    std::size_t different = 0;
    for (const auto& each : all_words()) {
        EXPECT_FALSE(each.label.empty()) << each.code;
        const auto label = french.word(each.kind, each.code);
        EXPECT_FALSE(label.empty()) << each.code;
        if (label != each.label) ++different;
        if (!each.explanation.empty())
            EXPECT_NE(french.explanation(each.kind, each.code), each.explanation) << each.code;
    }
    EXPECT_GT(different, all_words().size() * 9 / 10) << "few words are the same in both languages";
}

TEST(Words, MeanWhatTheirKindSays) {
    const auto& french = Tongue::of(Language::french);
    EXPECT_EQ(french.word("entry", "split"), "répartie");
    EXPECT_EQ(french.word("operation", "split"), "répartition");
    EXPECT_EQ(french.word("state", "exception"), "à corriger");
    EXPECT_EQ(french.word("reason", "LOSING_CARRIER_SILENT"), "opérateur cédant muet");
}

}  // namespace
}  // namespace porteur
