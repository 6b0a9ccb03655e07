// SPDX-License-Identifier: Apache-2.0
// The model as JSON and back: canonical, whole or brief, and read with the place of what is wrong.
#include <porteur/json.hpp>
#include <porteur/model.hpp>

#include <gtest/gtest.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::FailsWith;

BOOST_DEFINE_ENUM_CLASS(Colour, red, green)

struct Part {
    std::string name;
    std::int64_t weight = 7;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, weight))

struct Sample {
    std::string zone = "east";
    bool ready = true;
    Colour colour = Colour::green;
    std::optional<std::string> note;
    std::vector<Part> parts;
    Part main;
    std::chrono::seconds wait{30};
    std::map<std::string, std::string> words;
    json::object keep;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (zone, ready, colour, note, parts, main, wait, words, keep))

Sample filled() {
    Sample sample;
    sample.zone = "";
    sample.ready = false;
    sample.colour = Colour::red;
    sample.note = "a \"note\"\n";
    sample.parts = {{"bolt", 7}, {"", 0}};
    sample.main = {"frame", 7};
    sample.wait = 0s;
    sample.words = {{"b", "2"}, {"a", "1"}};
    sample.keep = json::object{{"y", 1}, {"x", json::array{true, nullptr}}};
    return sample;
}

TEST(ToText, SortsKeysAndLeavesOutEmptyOptionals) {
    EXPECT_EQ(to_text(Sample{}),
              R"({"colour":"green","keep":{},"main":{"name":"","weight":7},"parts":[],"ready":true,"wait":30,)"
              R"("words":{},"zone":"east"})");
}

TEST(ToText, EscapesTextAndSortsWhatItDidNotMake) {
    EXPECT_EQ(to_text(filled()),
              R"({"colour":"red","keep":{"x":[true,null],"y":1},"main":{"name":"frame","weight":7},)"
              R"("note":"a \"note\"\n","parts":[{"name":"bolt","weight":7},{"name":"","weight":0}],"ready":false,)"
              R"("wait":0,"words":{"a":"1","b":"2"},"zone":""})");
}

TEST(ToText, GivesWhatTheTreeOfValuesGives) {
    EXPECT_EQ(to_text(filled()), canonical(to_json(filled())));
    PortOrder order;
    order.numbers = {*PhoneNumber::from_json_text("+14165550101")};
    EXPECT_EQ(to_text(order), canonical(to_json(order)));
}

TEST(ToBriefText, LeavesOutWhatIsAsTheStructMakesIt) {
    EXPECT_EQ(to_brief_text(Sample{}), "{}");
    Sample sample;
    sample.zone = "";  // empty is not what the struct makes
    sample.main.weight = 8;
    EXPECT_EQ(to_brief_text(sample), R"({"main":{"weight":8},"zone":""})");
}

TEST(ToBriefText, SaysTheSameAsAWholeText) {
    for (const auto& sample : {Sample{}, filled()}) {
        const auto read = from_text<Sample>(to_brief_text(sample));
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(to_text(*read), to_text(sample));
    }
    PurchaseOrder order;
    order.numbers = {*PhoneNumber::from_json_text("+33757590001")};
    order.end_user.name = "Société Générale de Tests";
    order.alternates = AlternatesPolicy::choose_for_us;
    const auto brief = to_brief_text(order);
    EXPECT_LT(brief.size(), to_text(order).size() / 2);
    const auto read = from_text<PurchaseOrder>(brief);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(to_text(*read), to_text(order));
}

TEST(FromText, KeepsNothingOfTheTextItRead) {
    std::optional<Sample> kept;
    {
        auto read = from_text<Sample>(std::string(R"({"keep":{"list":[{"deep":"a text longer than a small one"}]}})"));
        ASSERT_TRUE(read);
        kept = std::move(*read);
    }
    // Whoever overwrites the stack now must not reach it.
    EXPECT_EQ(to_text(*from_text<Sample>(R"({"keep":{"list":[{"deep":"another one, just as long as that"}]}})")),
              R"({"colour":"green","keep":{"list":[{"deep":"another one, just as long as that"}]},"main":{"name":"","weight":7},)"
              R"("parts":[],"ready":true,"wait":30,"words":{},"zone":"east"})");
    EXPECT_EQ(canonical(kept->keep), R"({"list":[{"deep":"a text longer than a small one"}]})");
}

TEST(FromText, NamesThePlaceOfWhatIsWrong) {
    EXPECT_THAT(from_text<Sample>(R"({"parts":[{"weight":"much"}]})"),
                FailsWith(ErrorKind::invalid_input, HasSubstr("/parts/0/weight")));
    EXPECT_THAT(from_text<Sample>(R"({"zones":"x"})", UnknownKeys::refuse),
                FailsWith(ErrorKind::invalid_input, HasSubstr("/zones: there is no such field")));
    EXPECT_TRUE(from_text<Sample>(R"({"zones":"x"})"));
}

TEST(FromText, TellsNoNumberInFullOfWhatIsWrong) {
    const auto wrong = from_text<std::vector<PhoneNumber>>(R"(["4165550101"])");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("/0: expected"));
    EXPECT_THAT(wrong.error().message, HasSubstr("xxxxxxxx01"));
    EXPECT_THAT(wrong.error().message, Not(HasSubstr("4165550101\\\"")));
}

TEST(ParseJson, PutsTheValueWhereItIsTold) {
    json::monotonic_resource memory;
    const auto parsed = parse_json(R"({"list":["a text that is too long for a value itself"]})", &memory);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->storage().get(), &memory);
    EXPECT_EQ(parsed->at("list").at(0).storage().get(), &memory);
}

TEST(ParseJson, SaysWhereTheTextStopsBeingJson) {
    EXPECT_THAT(parse_json(R"({"a":1,})"), FailsWith(ErrorKind::invalid_input, HasSubstr("not JSON at byte 7")));
    EXPECT_THAT(parse_json(R"({"a":1} x)"), FailsWith(ErrorKind::invalid_input, HasSubstr("not JSON at byte 8")));
    EXPECT_FALSE(parse_json(R"({"a":)"));
    EXPECT_FALSE(parse_json(""));
    EXPECT_TRUE(parse_json(" {\"a\":1} \n"));
}

TEST(ParseJson, RefusesADepthOfMoreThanThirtyTwo) {
    EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
    EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
}

}  // namespace
}  // namespace porteur
