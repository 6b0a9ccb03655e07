// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include <gtest/gtest.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

json::object problem(std::string message) {
    const Error error{.kind = ErrorKind::invalid_input, .message = std::move(message)};
    return json::parse(problem_answer(error).body).as_object();
}

TEST(Problem, NamesThePlaceInTheBodyThatAMessageBlames) {
    EXPECT_EQ(problem("/request/pin: expected text").at("field"), "/request/pin");
    EXPECT_FALSE(problem("/ or not: that is no pointer").contains("field"));
}

TEST(Problem, NamesTheParameterThatAMessageBlames) {
    EXPECT_EQ(problem("the parameter limit is \"0\"; expected more").at("field"), "limit");
    EXPECT_EQ(problem("the parameter type is missing").at("field"), "type");
    EXPECT_EQ(problem("there is no parameter \"foo\"; there are: a").at("field"), "foo");
    const auto direct = problem_answer(problems::invalid_input, "the parameter cursor is \"x\"");
    EXPECT_EQ(json::parse(direct.body).at("field"), "cursor");
}

TEST(Problem, NamesEachOfSeveralWrongFields) {
    const auto made = problem("/request/end_user/name: give it\n/request/city: give it, too");
    EXPECT_EQ(made.at("field"), "/request/end_user/name");
    EXPECT_EQ(made.at("detail"), "/request/end_user/name: give it; /request/city: give it, too");
    EXPECT_EQ(
        made.at("errors"), (json::array{
                               {{"detail", "give it"}, {"field", "/request/end_user/name"}},
                               {{"detail", "give it, too"}, {"field", "/request/city"}},
                           })
    );
}

TEST(Problem, DoesNotTakeLinesOfACarrierForFields) {
    const auto made = problem("the carrier said: no\n/not/ours and more");
    EXPECT_FALSE(made.contains("errors"));
    EXPECT_FALSE(made.contains("field"));
}

}  // namespace
}  // namespace porteur
