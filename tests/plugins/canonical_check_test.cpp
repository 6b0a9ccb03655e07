// SPDX-License-Identifier: Apache-2.0
#include "plugins/canonical_check.hpp"

#include <gtest/gtest.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

TEST(CanonicalJson, TakesWhatTheSdkWrites) {
    for (const char* text :
         {"{}", "[]", "null", "0", "-12", "18446744073709551615", "-9223372036854775808", R"("a\"\\\n\u0001\u001f")", "\"é€😀\x7f\"",
          R"({"a":[1,2,{"b":true}],"aa":null,"b":""})", R"({"\n":1,"A":2})"})
        EXPECT_TRUE(check_canonical_json(text)) << text;
}

TEST(CanonicalJson, RefusesEverySecondWayToWriteAValue) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "ends early"},
        {"{ }", "no key"},
        {"[1, 2]", "a blank"},
        {"{\"b\":1,\"a\":2}", "not sorted"},
        {"{\"a\":1,\"a\":2}", "twice"},
        {"{\"A\":2,\"\\n\":1}", "not sorted"},
        {"1.5", "not whole"},
        {"1e3", "not whole"},
        {"01", "second form"},
        {"-0", "second form"},
        {"18446744073709551616", "beyond 64 bits"},
        {"-9223372036854775809", "beyond 64 bits"},
        {"100000000000000000000", "beyond 64 bits"},
        {"\"\\u0041\"", "not needed"},
        {"\"\\/\"", "not needed"},
        {"\"\\u000a\"", "not needed"},
        {"\"\\u001F\"", "not needed"},
        {"\"a\nb\"", "control byte"},
        {"\"\xC3\"", "UTF-8"},
        {"\"\xED\xA0\x80\"", "UTF-8"},
        {"\"\xC0\xAF\"", "UTF-8"},
        {"\"a", "without end"},
        {"{}{}", "follows"},
        {"{\"a\"}", "colon"},
        {"[1", "comma"},
        {"nul", "no JSON"},
    };
    for (const auto& [text, wrong] : cases)
        EXPECT_THAT(check_canonical_json(text), FailsWith(ErrorKind::internal, HasSubstr(wrong)))
            << text;
}

TEST(CanonicalJson, RefusesDepthThatWouldExhaustTheStack) {
    const std::string deep(100'000, '[');
    EXPECT_THAT(check_canonical_json(deep), FailsWith(ErrorKind::internal, HasSubstr("too deep")));
}

TEST(PlainText, MakesForeignTextFitForALine) {
    EXPECT_EQ(plain_text("a\r\nb\x1b[31m", 80), "a??b?[31m");
    EXPECT_EQ(
        plain_text(
            "\xff"
            "é",
            80
        ),
        "?é"
    );
    EXPECT_EQ(plain_text("éé", 3), "é");
}

}  // namespace
}  // namespace porteur
