// SPDX-License-Identifier: Apache-2.0
#include <porteur/required.hpp>

#include <gmock/gmock.h>

namespace porteur {
namespace required_test {

struct Line {
    std::string number;
    std::optional<std::int64_t> count;
};
BOOST_DESCRIBE_STRUCT(Line, (), (number, count))
inline auto required_members(const Line*) { return std::to_array<std::string_view>({"number"}); }

struct Order {
    std::string id;
    std::vector<Line> lines;
    std::map<std::string, Line> by_day;
    std::optional<Line> first;
};
BOOST_DESCRIBE_STRUCT(Order, (), (id, lines, by_day, first))
inline auto required_members(const Order*) { return std::to_array<std::string_view>({"id"}); }

}  // namespace required_test

namespace {

using required_test::Order;

std::string wrong_with(const char* text) {
    const auto read = read_required<Order>(parse_json(text).value());
    return read ? "" : read.error().message;
}

TEST(ReadRequired, TakesWhatIsWhole) {
    const auto read = read_required<Order>(parse_json(R"({"id":"1","lines":[{"number":"2"}],"first":null})").value());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->lines.front().number, "2");
}

TEST(ReadRequired, NamesWhatIsMissingHoweverDeepItIs) {
    EXPECT_EQ(wrong_with(R"({})"), "/id: is missing");
    EXPECT_EQ(wrong_with(R"({"id":"1","lines":[{"number":"2"},{"count":3}]})"), "/lines/1/number: is missing");
    EXPECT_EQ(wrong_with(R"({"id":"1","by_day":{"a/b":{}}})"), "/by_day/a~1b/number: is missing");
    EXPECT_EQ(wrong_with(R"({"id":"1","first":{}})"), "/first/number: is missing");
}

TEST(ReadRequired, TakesANullForThere) { EXPECT_EQ(wrong_with(R"({"id":null})"), ""); }

TEST(ReadRequired, NamesWhatIsOfAnotherType) {
    EXPECT_EQ(wrong_with("[]"), "the document: expected an object, found \"[]\"");
    EXPECT_EQ(wrong_with(R"({"id":"1","lines":[{"number":7}]})"), "/lines/0/number: expected text, found \"7\"");
    EXPECT_EQ(wrong_with(R"({"id":"1","lines":{}})"), "/lines: expected a list, found \"{}\"");
}

}  // namespace
}  // namespace porteur
