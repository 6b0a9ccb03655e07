// SPDX-License-Identifier: Apache-2.0
// How the account's list of numbers is read: at the carrier's pace, and whole.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const Plugin& ringcentral() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
constexpr auto path = "/restapi/v1.0/account/~/phone-number";

/// A page with one number, of `pages` in all.
std::string page(int at, int pages, int total) {
    return R"({"records":[{"id":)" + std::to_string(at) + R"(,"phoneNumber":"+1416555010)" +
           std::to_string(at) + R"(","status":"Normal"}],"paging":{"totalPages":)" +
           std::to_string(pages) + R"(,"totalElements":)" + std::to_string(total) + "}}";
}

TEST(Listing, PausesBeforeTheHeavyLimitIsUsedUp) {
    Script script(ringcentral(), "list_numbers", "{}", R"({"page_size":1,"pages_per_minute":2})");
    script.expects_http("GET", path).named("numbers-1").answers(200, page(1, 3, 3));
    script.expects_http("GET", path).named("numbers-2").answers(200, page(2, 3, 3));
    script.expects_sleep(61s).named("pause-after-numbers-2").is_done();
    script.expects_http("GET", path).named("numbers-3").answers(200, page(3, 3, 3));
    EXPECT_THAT(script.result<std::vector<CarrierNumber>>(), SizeIs(3));
    cut_everywhere(script);
}

TEST(Listing, PausesAsLongAsTheAnswerSaysThatNothingRemains) {
    Script script(ringcentral(), "list_numbers", "{}", R"({"page_size":1})");
    script.expects_http("GET", path)
        .answers(
            200, page(1, 3, 3), {{"x-rate-limit-remaining", "0"}, {"x-rate-limit-window", "90"}}
        );
    script.expects_sleep(90s).is_done();
    script.expects_http("GET", path)
        .answers(
            200, page(2, 3, 3), {{"x-rate-limit-remaining", "0"}, {"x-rate-limit-window", "soon"}}
        );
    script.expects_sleep(60s).is_done();
    script.expects_http("GET", path)
        .answers(
            200, page(3, 3, 3), {{"x-rate-limit-remaining", "0"}, {"x-rate-limit-window", "60"}}
        );
    EXPECT_THAT(script.result<std::vector<CarrierNumber>>(), SizeIs(3))
        << "no pause after the last";
}

TEST(Listing, GoesOnAtThePageThatWasThrottled) {
    Script script(ringcentral(), "list_numbers", "{}", R"({"page_size":1})");
    script.expects_http("GET", path).answers(200, page(1, 2, 2));
    script.expects_http("GET", path).fails(ErrorKind::throttled);
    script.expects_sleep(61s).is_done();
    script.expects_http("GET", path)
        .named("numbers-2-again-1")
        .with_query({{"page", "2"}, {"perPage", "1"}})
        .answers(200, page(2, 2, 2));
    EXPECT_THAT(script.result<std::vector<CarrierNumber>>(), SizeIs(2));
    cut_everywhere(script);
}

TEST(Listing, LeavesItToTheOrderWhereAPageIsThrottledAgainAndAgain) {
    Script script(ringcentral(), "list_numbers", "{}", R"({"page_size":1})");
    script.expects_http("GET", path).answers(200, page(1, 2, 2));
    for (int pause = 0; pause < 5; ++pause) {
        script.expects_http("GET", path).fails(ErrorKind::throttled);
        script.expects_sleep(61s).is_done();
    }
    script.expects_http("GET", path).fails(ErrorKind::throttled);
    script.fails_with(ErrorKind::throttled);
}

TEST(Listing, IsReadAgainWhereANumberMovedToAPageThatWasReadAlready) {
    Script script(ringcentral(), "list_numbers", "{}", R"({"page_size":1})");
    script.expects_http("GET", path).answers(200, page(1, 3, 3));
    // The first number has left: the third one stands where the second stood.
    script.expects_http("GET", path).answers(200, page(3, 2, 2));
    script.expects_http("GET", path).named("numbers-2-1").answers(200, page(2, 2, 2));
    script.expects_http("GET", path).named("numbers-2-2").answers(200, page(3, 2, 2));
    script.ends_with(R"([{"number":"+14165550102"},{"number":"+14165550103"}])");
}

TEST(Listing, IsNotBelievedWhereItChangesEachTime) {
    Script script(ringcentral(), "list_numbers", "{}");
    for (int reading = 0; reading < 3; ++reading)
        script.expects_http("GET", path).answers(200, page(1, 1, 2));
    script.fails_with(ErrorKind::unavailable, Reason::none, HasSubstr("changed each time"));
}

}  // namespace
}  // namespace porteur::testkit
