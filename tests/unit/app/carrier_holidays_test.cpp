// SPDX-License-Identifier: Apache-2.0
#include "app/carrier_holidays.hpp"

#include <gmock/gmock.h>

#include <map>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace std::chrono;

constexpr auto christmas = R"([{"name":"providers","columns":["id"],"rows":[["2026-12-24"]]},
    {"name":"holidays","columns":["name","date"],"rows":[["Christmas","2026-12-25"],["Someday","soon"],["short"]]}])";

TEST(HolidaysInDiscovery, AreTheRowsWithADateWhateverTheOrderOfTheColumns) {
    const auto days = holidays_in_discovery(christmas);
    ASSERT_TRUE(days) << days.error().message;
    EXPECT_THAT(*days, ElementsAre(Pair(year{2026} / 12 / 25, "Christmas")));
    EXPECT_THAT(holidays_in_discovery("[]").value(), IsEmpty());
    EXPECT_THAT(
        holidays_in_discovery(R"([{"name":"holidays","columns":["x"],"rows":[["2026-12-25"]]}])")
            .value(),
        IsEmpty()
    );
    EXPECT_THAT(holidays_in_discovery("7"), testing::FailsWith(ErrorKind::internal, HasSubstr("discover")));
}

class CarrierHolidaysTest : public ::testing::Test {
protected:
    std::unique_ptr<CarrierHolidays> holidays() {
        return std::make_unique<CarrierHolidays>(CarrierHolidays::Parts{
            .executor = io.get_executor(),
            .accounts = [this] { return accounts; },
            .ask = [this](
                       std::string account, std::string input
                   ) { return answer(std::move(account), std::move(input)); },
            .take =
                [this](std::string account, HolidayList days) { taken[account] = std::move(days); },
            .note = [this](std::string line) { notes.push_back(std::move(line)); },
            .after_start = milliseconds{0}
        });
    }
    boost::asio::awaitable<Result<std::string>> answer(std::string account, std::string input) {
        EXPECT_THAT(input, HasSubstr("holidays"));
        asked.push_back(account);
        if (asked.size() == stop_after) boost::asio::post(io, [this] { current->stop(); });
        co_return answers.at(account);
    }
    boost::asio::io_context io;
    std::vector<std::string> accounts, asked, notes;
    std::map<std::string, Result<std::string>> answers;
    std::map<std::string, HolidayList> taken;
    std::size_t stop_after = 0;
    CarrierHolidays* current = nullptr;
};

TEST_F(CarrierHolidaysTest, AsksEachAccountAndGoesOnWhereOneFails) {
    accounts = {"away", "none", "thinktel"};
    answers.emplace("away", failure(ErrorKind::unavailable, "no line"));
    answers.emplace("none", failure(ErrorKind::invalid_input, "no such list"));
    answers.emplace("thinktel", std::string(christmas));
    stop_after = 3;
    const auto all = holidays();
    current = all.get();
    all->start();
    io.run();
    EXPECT_THAT(asked, ElementsAre("away", "none", "thinktel"));
    EXPECT_THAT(taken, ElementsAre(Pair("thinktel", ::testing::SizeIs(1))));
    EXPECT_THAT(notes, ElementsAre("away: its carrier's holidays are not known: no line"))
        << "an account without the list is nothing to speak of";
}

TEST_F(CarrierHolidaysTest, LooksAgainWhenTheAccountsHaveChanged) {
    accounts = {"thinktel"};
    answers.emplace("thinktel", std::string(christmas));
    answers.emplace("second", std::string("[]"));
    stop_after = 3;
    const auto all = holidays();
    current = all.get();
    all->start();
    while (asked.empty()) io.run_one();
    accounts = {"second", "thinktel"};
    all->look_again();
    io.run();
    EXPECT_THAT(asked, ElementsAre("thinktel", "second", "thinktel"));
}

}  // namespace
}  // namespace porteur
