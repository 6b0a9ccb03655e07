// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tongue/sentence.hpp"

namespace porteur {
namespace {

bool any(std::string_view, std::string_view) { return true; }
bool only_draft(std::string_view, std::string_view value) { return value == "draft"; }

std::string values(std::string_view sentence, std::string_view text, const FitsKind& fits = any) {
    const auto found = Sentence(sentence).values_in(text, fits);
    if (!found) return "none";
    std::string out;
    for (const auto& each : *found)
        if (!each.empty()) out += "[" + each + "]";
    return out;
}

TEST(Sentence, FindsItsValuesAgain) {
    EXPECT_EQ(values("order {1} is {2}", "order A is ready"), "[A][ready]");
    EXPECT_EQ(values("{2} before {1}", "b before a"), "[a][b]");
    EXPECT_EQ(values("{1} is empty", "\"a b\" is empty"), "[\"a b\"]");
    EXPECT_EQ(values("from {1} to {2}: {3}", "from a to b: c: d"), "[a][b][c: d]");
}

TEST(Sentence, TakesAQuotedValueAsOne) {
    EXPECT_EQ(values("{1} is not {2}", R"("x is not; y" is not z)"), R"(["x is not; y"][z])");
    EXPECT_EQ(values("it is {1}", R"(it is "a\"; b")"), R"(["a\"; b"])");
}

TEST(Sentence, IsNotFoundWhereItWasNotSaid) {
    EXPECT_EQ(values("order {1} is {2}", "order A was ready"), "none");
    EXPECT_EQ(values("order {1} is {2}", "the order A is ready"), "none");
    EXPECT_EQ(values("order {1} is ready", "order A is ready now"), "none");
    EXPECT_EQ(values("order {1} is ready", "order  is ready"), "none") << "an empty value is none";
    EXPECT_EQ(values("it is {1}", "it is a; and more"), "none")
        << "a value goes over no end of a clause";
    EXPECT_EQ(values("it is {1:state}", "it is late", only_draft), "none");
    EXPECT_EQ(values("it is {1:state}", "it is draft", only_draft), "[draft]");
}

TEST(Sentence, LooksOnWhereAKindDoesNotFit) {
    EXPECT_EQ(
        values("{1} is {2:state}", "what is this is draft", only_draft), "[what is this][draft]"
    );
}

TEST(Sentence, KnowsWhichValueCounts) {
    EXPECT_EQ(Sentence("{1} ({2:n} numbers)").index_of_count(), 1U);
    EXPECT_EQ(Sentence("{1} numbers").index_of_count(), std::nullopt);
}

}  // namespace
}  // namespace porteur
