// SPDX-License-Identifier: Apache-2.0
#include "carriers/classify.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

using namespace std::chrono;

constexpr sys_seconds noon = sys_days{2026y / October / 21} + 12h;

ErrorKind kind_of(int status, Repeat repeat, HttpHeaders headers = {}) {
    const auto verdict = classify(HttpAnswer{status, std::move(headers), {}}, repeat, noon);
    return verdict ? verdict->kind : ErrorKind::none;
}

TEST(Classify, LeavesAnswersAndRefusalsToThePlugin) {
    for (const int status : {200, 201, 202, 204, 301, 302, 400, 403, 404, 409, 413, 422}) {
        EXPECT_EQ(kind_of(status, Repeat::harmless), ErrorKind::none) << status;
        EXPECT_EQ(kind_of(status, Repeat::forbidden), ErrorKind::none) << status;
    }
}

TEST(Classify, StopsTheAccountOn401) {
    EXPECT_EQ(kind_of(401, Repeat::harmless), ErrorKind::unauthorized);
    EXPECT_EQ(kind_of(401, Repeat::forbidden), ErrorKind::unauthorized);
}

TEST(Classify, TakesEachServerErrorOfAOnceStepAsALostOutcome) {
    for (const int status : {408, 425, 500, 501, 502, 503, 504, 599}) {
        EXPECT_EQ(kind_of(status, Repeat::forbidden), ErrorKind::in_doubt) << status;
    }
    EXPECT_EQ(kind_of(503, Repeat::forbidden, {{"retry-after", "5"}}), ErrorKind::in_doubt);
}

TEST(Classify, SendsAgainWhatIsHarmless) {
    for (const int status : {408, 425, 500, 502, 503, 504}) {
        EXPECT_EQ(kind_of(status, Repeat::harmless), ErrorKind::unavailable) << status;
    }
    EXPECT_EQ(kind_of(503, Repeat::harmless, {{"retry-after", "5"}}), ErrorKind::throttled);
    EXPECT_EQ(kind_of(501, Repeat::harmless), ErrorKind::none);
}

TEST(Classify, WaitsAsLongAsA429SaysAndHalfAMinuteWhenItSaysNothing) {
    const HttpAnswer named{429, {{"retry-after", "42"}}, {}};
    const HttpAnswer dated{429, {{"retry-after", "Wed, 21 Oct 2026 12:00:05 GMT"}}, {}};
    const HttpAnswer silent{429, {}, {}};
    const HttpAnswer odd{429, {{"retry-after", "soon"}}, {}};
    for (const auto repeat : {Repeat::harmless, Repeat::forbidden}) {
        EXPECT_EQ(classify(named, repeat, noon)->kind, ErrorKind::throttled);
        EXPECT_EQ(classify(named, repeat, noon)->retry_after, 42s);
        EXPECT_EQ(classify(dated, repeat, noon)->retry_after, 5s);
        EXPECT_EQ(classify(silent, repeat, noon)->retry_after, 30s);
        EXPECT_EQ(classify(odd, repeat, noon)->retry_after, 30s);
    }
}

TEST(Classify, KeepsTheKindOfAFailureThatCannotHaveLeft) {
    const ExchangeFailure failed{{ErrorKind::invalid_input, "foreign host"}, false};
    EXPECT_EQ(classify(failed, Repeat::forbidden).kind, ErrorKind::invalid_input);
}

TEST(Classify, TakesAFailureThatMayHaveLeftAsInDoubtOnlyWhereRepeatingWouldHarm) {
    const ExchangeFailure lost{{ErrorKind::in_doubt, "cut"}, true};
    EXPECT_EQ(classify(lost, Repeat::forbidden).kind, ErrorKind::in_doubt);
    EXPECT_EQ(classify(lost, Repeat::harmless).kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace porteur
