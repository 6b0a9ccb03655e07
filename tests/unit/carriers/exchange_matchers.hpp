// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include "carriers/exchange.hpp"

namespace porteur::test {

/// `EXPECT_THAT(run(send(...)), Answers(200, "{}"))`
MATCHER_P2(Answers, status, body, "") {
    if (!arg) {
        *result_listener << "which failed as " << name_of(arg.error().error.kind) << ": "
                         << arg.error().error.message;
        return false;
    }
    *result_listener << "which is " << arg->status << " with " << quoted(arg->body);
    return ::testing::ExplainMatchResult(status, arg->status, result_listener) &&
           ::testing::ExplainMatchResult(body, arg->body, result_listener);
}

/// A failure after which the request has certainly not left.
MATCHER_P2(NeverLeft, kind, message, "") {
    if (arg) {
        *result_listener << "which was answered with " << arg->status;
        return false;
    }
    *result_listener << name_of(arg.error().error.kind) << ": " << arg.error().error.message;
    return !arg.error().may_have_left && arg.error().error.kind == kind &&
           ::testing::ExplainMatchResult(message, arg.error().error.message, result_listener);
}

/// A failure after which nobody knows.
MATCHER_P(LeavesADoubt, message, "") {
    if (arg) {
        *result_listener << "which was answered with " << arg->status;
        return false;
    }
    *result_listener << name_of(arg.error().error.kind) << ": " << arg.error().error.message;
    return arg.error().may_have_left && arg.error().error.kind == ErrorKind::in_doubt &&
           ::testing::ExplainMatchResult(message, arg.error().error.message, result_listener);
}

}  // namespace porteur::test
