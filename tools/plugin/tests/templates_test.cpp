// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include <gmock/gmock.h>

#include "templates.hpp"

namespace porteur::plugin_tool {
namespace {

std::string filled(std::string_view text, const TemplateValues& values = {}) {
    return filled_in({{"a", text}, {"b", "from b\n"}}, "a", values);
}

TEST(Templates, PutTextsWhereTheirNamesStand) {
    EXPECT_EQ(
        filled("a@name@b @name@\n@other@\n", {{{"name", "acme"}}, {}}), "aacmeb acme\n@other@\n"
    );
}

TEST(Templates, KeepTheIndentForTextsOfSeveralLines) {
    EXPECT_EQ(
        filled("(\n    @lines@\n)\n", {{{"lines", "one,\ntwo"}}, {}}), "(\n    one,\n    two\n)\n"
    );
}

TEST(Templates, KeepWhatWasChosen) {
    const std::string_view text = "1\n//@if x y\n2\n  #@if z\n3\n#@end\n//@end\n4\n";
    EXPECT_EQ(filled(text), "1\n4\n");
    EXPECT_EQ(filled(text, {{}, {"y"}}), "1\n2\n4\n");
    EXPECT_EQ(filled(text, {{}, {"x", "z"}}), "1\n2\n3\n4\n");
    EXPECT_EQ(filled(text, {{}, {"z"}}), "1\n4\n");
}

TEST(Templates, KeepWhatIsUsedByWhatWasKept) {
    // two() uses one(); nobody uses three(), though a longer name and its own body have it.
    const std::string_view text =
        "//@used one\none() {}\n//@end\n//@used two\ntwo() { one(); }\n//@end\n//@used "
        "three\nthree() { three(); }\n//@end\n"
        "//@if x\ntwo(); threesome();\n//@end\n";
    EXPECT_EQ(filled(text, {{}, {"x"}}), "one() {}\ntwo() { one(); }\ntwo(); threesome();\n");
    EXPECT_EQ(filled(text), "");
}

TEST(Templates, IncludeOneAnotherAndLeaveTheirOwnRemarksOut) {
    EXPECT_EQ(
        filled("<!--@ a remark -->\nbefore\n//@include b\n//@ SPDX\nafter\n"),
        "before\nfrom b\nafter\n"
    );
}

TEST(Templates, LeaveNoTwoEmptyLinesWhereSomethingWentOut) {
    EXPECT_EQ(filled("\na\n\n//@if x\nb\n//@end\n\nc\n"), "a\n\nc\n");
}

TEST(Templates, SayWhatIsWrongWithThem) {
    EXPECT_THROW(filled("//@if x\n"), std::runtime_error);
    EXPECT_THROW(filled("//@end\n"), std::runtime_error);
    EXPECT_THROW(filled("//@include c\n"), std::runtime_error);
}

}  // namespace
}  // namespace porteur::plugin_tool
