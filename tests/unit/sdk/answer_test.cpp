// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/http.hpp>

namespace porteur {
namespace {

int status_of(std::string head) { return Answer("step", {ErrorKind::none, std::move(head), ""}).status(); }

TEST(Answer, ReadsItsStatusFromTheEndOfItsHeadOrFromTheWholeOfIt) {
    EXPECT_EQ(status_of(R"({"status":201})"), 201);
    EXPECT_EQ(status_of(R"({"headers":{"content-type":"application/json"},"status":404})"), 404);
    EXPECT_EQ(status_of(R"({"status":503,"version":2})"), 503);
    EXPECT_EQ(status_of(R"({ "status": 200 })"), 200);
}

TEST(Answer, TakesNoOtherEndForItsStatus) {
    EXPECT_EQ(status_of(R"({"headers":{"status":201},"status":404})"), 404);
    EXPECT_EQ(status_of(R"({"status":404,"why":{"status":201}})"), 404);
    EXPECT_EQ(status_of(R"({"status":404,"why":",\"status\":201}"})"), 404);
    EXPECT_EQ(status_of(R"({"status":404,"why":["a",{"status":201}]})"), 404);
    EXPECT_EQ(status_of(R"({"status":404,"x_status":201})"), 404);
    for (const char* wrong : {R"({"status":"201"})", R"({"other":201})", "", "}", R"({"status":2x1})", R"("status":201})"})
        EXPECT_THROW(status_of(wrong), Failure) << wrong;
}

TEST(Answer, OfAFailedExchangeHasNoStatus) {
    EXPECT_THROW(Answer("step", {ErrorKind::unavailable, R"({"status":201})", ""}).status(), Failure);
}

}  // namespace
}  // namespace porteur
