// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/ladder.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using testing::Gives;
using ::testing::HasSubstr;

const Effect create{1, EffectKind::http, Guarantee::once, "create", "{\"method\":\"POST\"}", ""};
const Effect look{2, EffectKind::http, Guarantee::safe, "find", "{\"looks_up\":\"create\",\"method\":\"GET\"}", ""};
const Effect other{2, EffectKind::http, Guarantee::safe, "list", "{\"method\":\"GET\"}", ""};

Completion answered(int status) { return {2, ErrorKind::none, "{\"headers\":{},\"status\":" + std::to_string(status) + "}", ""}; }
const Completion in_doubt{1, ErrorKind::in_doubt, "{}", ""};

TEST(Ladder, LetsAStepLeaveAgainAfterADefiniteLookUp) {
    Ladder ladder;
    EXPECT_THAT(ladder.emitted(create), Gives(1));
    ladder.completed(create, in_doubt);
    EXPECT_THAT(ladder.emitted(look), Gives(1));
    ladder.completed(look, answered(404));
    EXPECT_THAT(ladder.emitted(create), Gives(2));
}

TEST(Ladder, RefusesASecondTimeWithoutALookUp) {
    Ladder ladder;
    ASSERT_TRUE(ladder.emitted(create));
    ladder.completed(create, in_doubt);
    EXPECT_THAT(ladder.emitted(create), FailsWith(ErrorKind::internal, HasSubstr("no look-up")));
}

TEST(Ladder, RefusesASecondTimeWhenTheLookUpWasNotDefinite) {
    for (const auto& answer : {answered(500), answered(403), answered(302), Completion{2, ErrorKind::unavailable, "{}", ""}}) {
        Ladder ladder;
        ASSERT_TRUE(ladder.emitted(create));
        ladder.completed(create, in_doubt);
        ladder.completed(look, answer);
        EXPECT_FALSE(ladder.emitted(create));
    }
}

TEST(Ladder, RefusesASecondTimeWhenSomethingElseWasAsked) {
    Ladder ladder;
    ASSERT_TRUE(ladder.emitted(create));
    ladder.completed(create, in_doubt);
    ladder.completed(other, answered(404));
    EXPECT_FALSE(ladder.emitted(create));
}

TEST(Ladder, RefusesASecondTimeWhenNothingWasLost) {
    Ladder ladder;
    ASSERT_TRUE(ladder.emitted(create));
    ladder.completed(create, {1, ErrorKind::none, "{\"headers\":{},\"status\":201}", ""});
    EXPECT_THAT(ladder.emitted(create), FailsWith(ErrorKind::internal, HasSubstr("was not lost")));
}

TEST(Ladder, ForgetsAnOldLookUpWhenTheSecondTryIsLostToo) {
    Ladder ladder;
    ASSERT_TRUE(ladder.emitted(create));
    ladder.completed(create, in_doubt);
    ladder.completed(look, answered(404));
    ASSERT_TRUE(ladder.emitted(create));
    ladder.completed(create, in_doubt);
    EXPECT_FALSE(ladder.emitted(create));
}

}  // namespace
}  // namespace porteur
