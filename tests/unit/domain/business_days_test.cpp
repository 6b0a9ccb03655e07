// SPDX-License-Identifier: Apache-2.0
#include "domain/business_days.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

using namespace std::chrono;
using Form = HolidayRule::Form;

constexpr sys_days day(int y, unsigned m, unsigned d) { return year{y} / m / d; }

HolidayRule fixed(
    const char* name, unsigned m, unsigned d, Observed observed = Observed::not_moved
) {
    HolidayRule rule;
    rule.name = name;
    rule.month = m;
    rule.day = d;
    rule.observed = observed;
    return rule;
}

BusinessCalendar calendar_of(std::vector<HolidayRule> holidays) {
    BusinessCalendar made;
    made.id = "XX";
    made.holidays = std::move(holidays);
    return made;
}

// The dates of the United States Naval Observatory.
TEST(EasterSunday, IsWhereTheAlmanacHasIt) {
    EXPECT_EQ(easter_sunday(year{2000}), day(2000, 4, 23));
    EXPECT_EQ(easter_sunday(year{2008}), day(2008, 3, 23));
    EXPECT_EQ(easter_sunday(year{2011}), day(2011, 4, 24));
    EXPECT_EQ(easter_sunday(year{2024}), day(2024, 3, 31));
    EXPECT_EQ(easter_sunday(year{2025}), day(2025, 4, 20));
    EXPECT_EQ(easter_sunday(year{2026}), day(2026, 4, 5));
    EXPECT_EQ(easter_sunday(year{2027}), day(2027, 3, 28));
    EXPECT_EQ(easter_sunday(year{2028}), day(2028, 4, 16));
    EXPECT_EQ(easter_sunday(year{2038}), day(2038, 4, 25));
}

TEST(HolidaysIn, MovesToTheNearestDayAndOverTheEndOfTheYear) {
    const auto calendar = calendar_of({fixed("New Year's Day", 1, 1, Observed::nearest)});
    EXPECT_TRUE(holidays_in(calendar, year{2021}).contains(day(2021, 12, 31)))
        << "1 January 2022 is a Saturday";
    EXPECT_TRUE(holidays_in(calendar, year{2022}).contains(day(2022, 1, 1)));
    EXPECT_TRUE(holidays_in(calendar, year{2023}).contains(day(2023, 1, 2)))
        << "1 January 2023 is a Sunday";
}

TEST(HolidaysIn, GivesTwoDaysInLieuWhereTwoHolidaysFallOnOneWeekend) {
    const auto calendar = calendar_of(
        {fixed("Christmas", 12, 25, Observed::next_work_day),
         fixed("Boxing Day", 12, 26, Observed::next_work_day)}
    );
    const auto kept = holidays_in(calendar, year{2027});  // a Saturday and a Sunday
    EXPECT_TRUE(kept.contains(day(2027, 12, 27)));
    EXPECT_TRUE(kept.contains(day(2027, 12, 28)));
    EXPECT_EQ(kept.at(day(2027, 12, 28)), "Boxing Day (day in lieu)");
    const auto before = holidays_in(calendar, year{2026});  // a Friday and a Saturday
    EXPECT_TRUE(before.contains(day(2026, 12, 28)));
    EXPECT_EQ(before.size(), 3u);
}

TEST(HolidaysIn, KeepsToTheYearsOfARule) {
    auto rule = fixed("Juneteenth", 6, 19);
    rule.from = 2021;
    EXPECT_TRUE(holidays_in(calendar_of({rule}), year{2020}).empty());
    EXPECT_EQ(holidays_in(calendar_of({rule}), year{2021}).size(), 1u);
}

TEST(HolidaysIn, FindsWeekdays) {
    HolidayRule nth;
    nth.form = Form::nth_weekday;
    nth.month = 11;
    nth.weekday = Thursday;
    nth.nth = 4;
    EXPECT_TRUE(holidays_in(calendar_of({nth}), year{2026}).contains(day(2026, 11, 26)));
    nth.month = 5;
    nth.weekday = Monday;
    nth.nth = -1;
    EXPECT_TRUE(holidays_in(calendar_of({nth}), year{2026}).contains(day(2026, 5, 25)));
    HolidayRule before = nth;
    before.form = Form::weekday_before;
    before.day = 25;
    EXPECT_TRUE(holidays_in(calendar_of({before}), year{2026}).contains(day(2026, 5, 18)))
        << "the 25th is a Monday itself";
    EXPECT_TRUE(holidays_in(calendar_of({before}), year{2027}).contains(day(2027, 5, 24)));
    HolidayRule from = before;
    from.form = Form::weekday_on_or_after;
    EXPECT_TRUE(holidays_in(calendar_of({from}), year{2026}).contains(day(2026, 5, 25)));
    EXPECT_TRUE(holidays_in(calendar_of({from}), year{2027}).contains(day(2027, 5, 31)));
}

TEST(AddBusinessDays, CountsOverWeekendsAndHolidays) {
    const auto calendar = calendar_of({fixed("Christmas", 12, 25), fixed("New Year's Day", 1, 1)});
    EXPECT_EQ(add_business_days(calendar, day(2026, 12, 24), 1), day(2026, 12, 28))
        << "Friday the 25th is a holiday";
    EXPECT_EQ(add_business_days(calendar, day(2026, 12, 24), 5), day(2027, 1, 4))
        << "so is Friday the 1st";
    EXPECT_EQ(add_business_days(calendar, day(2026, 12, 26), 1), day(2026, 12, 28))
        << "from a Saturday";
    EXPECT_EQ(add_business_days(calendar, day(2027, 1, 4), -1), day(2026, 12, 31));
    EXPECT_EQ(add_business_days(calendar, day(2027, 1, 4), -5), day(2026, 12, 24));
    EXPECT_EQ(add_business_days(calendar, day(2026, 12, 25), 0), day(2026, 12, 28));
    EXPECT_EQ(add_business_days(calendar, day(2026, 12, 24), 0), day(2026, 12, 24));
}

TEST(IsBusinessDay, KnowsOtherWeekends) {
    auto calendar = calendar_of({});
    calendar.weekend = {Friday, Saturday};
    EXPECT_FALSE(is_business_day(calendar, day(2026, 11, 27)));
    EXPECT_TRUE(is_business_day(calendar, day(2026, 11, 29)));
}

TEST(BusinessCalendars, FindsAPartOfACountryByItsCountry) {
    BusinessCalendar country = calendar_of({fixed("Canada Day", 7, 1)}),
                     part = calendar_of({fixed("Fête nationale", 6, 24)});
    country.id = "CA";
    part.id = "CA-QC";
    part.base = "CA";
    const BusinessCalendars all({part, country});
    EXPECT_EQ(all.find("CA-NU"), all.find("CA"));
    EXPECT_EQ(all.find("CA")->holidays.size(), 1u);
    EXPECT_EQ(all.find("CA-QC")->holidays.size(), 2u);
    EXPECT_EQ(all.find("US"), nullptr);
    EXPECT_EQ(all.find("CAN"), nullptr);
}

}  // namespace
}  // namespace porteur
