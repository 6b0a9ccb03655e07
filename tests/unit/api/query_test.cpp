// SPDX-License-Identifier: Apache-2.0
#include "api/query.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ReadQuery, DecodesAsFormsDo) {
    EXPECT_THAT(
        read_query("a=1&b=x%20y+z&a_b=%C3%A9", "a b a_b"),
        Gives(ElementsAre(Pair("a", "1"), Pair("b", "x y z"), Pair("a_b", "é")))
    );
    EXPECT_THAT(read_query("", ""), Gives(IsEmpty()));
    EXPECT_THAT(read_query("a", "a"), Gives(ElementsAre(Pair("a", ""))));
    EXPECT_THAT(read_query("a=b=c", "a"), Gives(ElementsAre(Pair("a", "b=c"))));
}

TEST(ReadQuery, KnowsItsParametersAndEachOnce) {
    EXPECT_THAT(
        read_query("b=1", "a"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("\"b\"; there are: a"))
    );
    EXPECT_THAT(
        read_query("b=1", ""), FailsWith(ErrorKind::invalid_input, HasSubstr("and no other"))
    );
    EXPECT_THAT(
        read_query("a=1&a=1", "a"), FailsWith(ErrorKind::invalid_input, HasSubstr("twice"))
    );
    EXPECT_THAT(
        read_query("a=1&&a=1", "a"), FailsWith(ErrorKind::invalid_input, HasSubstr("no parameter"))
    );
}

TEST(ReadQuery, RefusesWhatIsNoText) {
    for (const char* query : {"a=%", "a=%4", "a=%zz", "a=%4z", "%"})
        EXPECT_THAT(
            read_query(query, "a"), FailsWith(ErrorKind::invalid_input, HasSubstr("hexadecimal"))
        ) << query;
    for (const char* query : {"a=%00", "a=%0d%0a", "a=%7f", "a=%1b"})
        EXPECT_THAT(
            read_query(query, "a"), FailsWith(ErrorKind::invalid_input, HasSubstr("control byte"))
        ) << query;
    for (const char* query :
         {"a=%ff", "a=%c0%ae", "a=%e0%80%ae", "a=%ed%a0%80", "a=%f5%80%80%80", "a=%c3",
          "a=%f4%90%80%80", "a=%80"})
        EXPECT_THAT(read_query(query, "a"), FailsWith(ErrorKind::invalid_input, HasSubstr("UTF-8")))
            << query;
}

}  // namespace
}  // namespace porteur::testing
