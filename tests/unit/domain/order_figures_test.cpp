// SPDX-License-Identifier: Apache-2.0
#include "domain/order_figures.hpp"

#include <gmock/gmock.h>

namespace porteur {
namespace {

using namespace std::chrono;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant at(unsigned month, unsigned day, int hour = 0) {
    return sys_days{year{2026} / month / day} + hours{hour};
}
// The 2nd and the 30th of November are Mondays.
constexpr FiguresSpan november{.since = at(11, 4), .until = at(12, 1)};

FiguredLine line(Instant when, std::string what, std::string data = "{}", Id order = 1) {
    FiguredLine made;
    made.order = order;
    made.kind = what.starts_with("port") ? OrderKind::port : OrderKind::purchase;
    made.at = when;
    made.what = std::move(what);
    made.data = std::move(data);
    return made;
}
FiguredLine moved(Instant when, const std::string& to, const std::string& more = "", Id order = 1) {
    return line(
        when, "port.state_changed", R"({"from":"submitted","to":")" + to + "\"" + more + "}", order
    );
}

OrderFigures of(const std::vector<FiguredLine>& lines) {
    OrderTally tally(november);
    for (const auto& each : lines) tally.add_line(each);
    return tally.figures();
}

TEST(DaysTaken, AreMeasuredByTheMedianAndByNineOfTen) {
    EXPECT_FALSE(days_taken({}));
    const auto one = days_taken({7});
    EXPECT_EQ(one->median, 7);
    EXPECT_EQ(one->ninth_tenth, 7);
    const auto ten = days_taken({10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 11});
    EXPECT_EQ(ten->count, 11);
    EXPECT_EQ(ten->median, 6);
    EXPECT_EQ(ten->ninth_tenth, 10);
    EXPECT_EQ(days_taken({1, 2})->median, 1.5);
}

TEST(FiguresSpan, IsTwelveWeeksUntilNowWhereNobodySays) {
    const auto usual = figures_span({}, {}, at(12, 1));
    EXPECT_EQ(usual->until, at(12, 1));
    EXPECT_EQ(usual->since, at(12, 1) - days{84});
    EXPECT_FALSE(figures_span(at(12, 1), at(12, 1), at(12, 2)));
    EXPECT_FALSE(figures_span(at(12, 2), {}, at(12, 1))) << "a time to come";
    EXPECT_FALSE(figures_span(at(11, 1) - days{732}, {}, at(12, 1)));
}

TEST(OrderTally, CountsEachWeekOfTheSpanFromItsMonday) {
    const auto figures =
        of({line(at(11, 3, 23), "port.created"), line(at(11, 4), "port.created"),
            line(at(11, 8, 23), "port.created"), line(at(11, 9), "purchase.created"),
            line(at(11, 30, 12), "purchase.state_changed", R"({"to":"completed"})"),
            moved(at(11, 30, 23), "completed"), moved(at(12, 1), "completed")});
    ASSERT_THAT(figures.weeks, SizeIs(5));
    EXPECT_EQ(figures.weeks.front().monday, year{2026} / 11 / 2);
    EXPECT_EQ(figures.weeks.front().ports_created, 2)
        << "that of the day before the span is left out";
    EXPECT_EQ(figures.weeks[1].purchases_created, 1);
    EXPECT_EQ(figures.weeks.back().monday, year{2026} / 11 / 30);
    EXPECT_EQ(figures.weeks.back().purchases_completed, 1);
    EXPECT_EQ(figures.weeks.back().ports_completed, 1) << "the end of the span is outside";
}

TEST(OrderTally, CountsAnOrderInPartsOnceAndWhatTheCarrierSaysOfEachPart) {
    auto whole = line(at(11, 5), "port.created"), part = line(at(11, 5), "port.created", "{}", 2);
    part.is_part = true;
    auto refused = moved(at(11, 6), "exception", R"(,"reasons":["PIN_INVALID"])", 2);
    refused.is_part = true;
    auto rolled_up = moved(at(11, 6), "exception");
    rolled_up.in_parts = true;
    auto part_ends = moved(at(11, 7), "completed", "", 2),
         whole_ends = moved(at(11, 7), "completed");
    part_ends.is_part = true;
    whole_ends.in_parts = true;
    OrderTally tally(november);
    for (const auto& each : {whole, part, refused, rolled_up, part_ends, whole_ends})
        tally.add_line(each);
    const auto figures = tally.figures();
    EXPECT_EQ(figures.weeks.front().ports_created, 1);
    EXPECT_EQ(figures.weeks.front().ports_completed, 1);
    ASSERT_THAT(figures.refusals, SizeIs(1));
    EXPECT_EQ(figures.refusals[0].count, 1);
    EXPECT_THAT(tally.ports_to_look_at(), ElementsAre(2));
}

TEST(OrderTally, CountsRefusalsByTheirCanonicalCodeTheMostFrequentFirst) {
    const auto figures = of(
        {moved(at(11, 5), "exception", R"(,"reasons":["PIN_INVALID","ADDRESS_MISMATCH"])"),
         moved(at(11, 6), "rejected", R"(,"reasons":["ADDRESS_MISMATCH"])"),
         line(at(11, 7), "port.refused", R"({"reason":"ADDRESS_MISMATCH","to":"exception"})"),
         line(
             at(11, 8), "port.refused", R"({"reasons":["PIN_INVALID"],"operation":"submit_port"})"
         ),
         moved(at(11, 9), "exception", R"(,"reasons":[])"),
         line(at(11, 9), "purchase.refused", R"({"reason":"","to":"exception"})"),
         // A mail that never arrived is no word of a carrier.
         moved(at(11, 9), "exception")}
    );
    std::vector<std::string> seen;
    for (const auto& each : figures.refusals)
        seen.push_back(
            boost::describe::enum_to_string(each.kind, "") + std::string(" ") +
            std::string(text_of(each.code)) + " " + std::to_string(each.count)
        );
    EXPECT_THAT(
        seen,
        ElementsAre(
            "port ADDRESS_MISMATCH 3", "port PIN_INVALID 2", "port OTHER 1", "purchase OTHER 1"
        )
    );
}

FiguredPort port(Id id, std::string account, std::string carrier, std::vector<FiguredLine> lines) {
    return {
        .order = id,
        .losing_account = std::move(account),
        .losing_carrier = std::move(carrier),
        .lines = std::move(lines)
    };
}

TEST(OrderTally, MeasuresFromTheFirstSendingToTheFirstDateAndToTheEnd) {
    OrderTally tally(november);
    tally.add_port(port(
        1, "", "Bell Canada",
        {line(at(10, 1), "port.created"), line(at(11, 2, 18), "port.submit_wanted"),
         line(at(11, 3), "port.submit_wanted"),
         moved(at(11, 5), "confirmed", R"(,"foc":"2026-11-12")"), moved(at(11, 10), "exception"),
         moved(at(11, 11), "confirmed", R"(,"foc":"2026-11-30")"),
         moved(at(11, 14, 18), "completed")}
    ));
    tally.add_port(port(
        2, "", " bell  canada ",
        {line(at(11, 6), "port.submit_wanted"),
         moved(at(11, 7), "confirmed", R"(,"foc":"2026-11-26")")}
    ));
    tally.add_port(port(
        3, "rc-1", "RingCentral",
        {line(at(11, 6), "port.submit_wanted"), moved(at(11, 7), "confirmed")}
    ));
    const auto figures = tally.figures();
    ASSERT_THAT(figures.losing_carriers, SizeIs(2));
    const auto& bell = figures.losing_carriers[0];
    EXPECT_EQ(bell.account, "");
    EXPECT_EQ(bell.confirmed, 2) << "one carrier, however somebody wrote its name";
    EXPECT_EQ(bell.to_foc->median, 15) << "of 10 and 20 days";
    EXPECT_EQ(bell.completed, 1);
    EXPECT_EQ(bell.to_completed->median, 12);
    EXPECT_EQ(figures.losing_carriers[1].account, "rc-1");
    EXPECT_EQ(figures.losing_carriers[1].confirmed, 1);
    EXPECT_FALSE(figures.losing_carriers[1].to_foc) << "no date is known";
}

TEST(OrderTally, LeavesOutAPortWhoseFirstDateCameBeforeTheSpan) {
    OrderTally tally(november);
    tally.add_port(port(
        1, "", "Bell Canada",
        {line(at(10, 1), "port.submit_wanted"),
         moved(at(10, 5), "confirmed", R"(,"foc":"2026-10-12")"),
         moved(at(11, 11), "confirmed", R"(,"foc":"2026-11-30")")}
    ));
    EXPECT_THAT(tally.figures().losing_carriers, IsEmpty());
}

}  // namespace
}  // namespace porteur
