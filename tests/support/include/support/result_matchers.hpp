// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <porteur/result.hpp>

namespace porteur::testing {

/// `EXPECT_THAT(parse("5s"), Gives(5s))`: the Result holds a value that matches.
MATCHER_P(Gives, value, "") {
    if (!arg) {
        *result_listener << "which failed as " << name_of(arg.error().kind) << ": "
                         << arg.error().message;
        return false;
    }
    return ::testing::ExplainMatchResult(value, *arg, result_listener);
}

/// `EXPECT_THAT(parse("x"), FailsWith(ErrorKind::invalid_input, HasSubstr("x")))`.
MATCHER_P2(FailsWith, kind, message, "") {
    if (arg) {
        *result_listener << "which succeeded";
        return false;
    }
    if (arg.error().kind != kind) {
        *result_listener << "which failed as " << name_of(arg.error().kind) << ": "
                         << arg.error().message;
        return false;
    }
    return ::testing::ExplainMatchResult(message, arg.error().message, result_listener);
}

}  // namespace porteur::testing
