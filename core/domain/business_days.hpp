// SPDX-License-Identifier: Apache-2.0
#pragma once

// Days of work. A calendar is a list of rules for its public holidays and the days of its weekend;
// what is a holiday in a year follows from the rules, so that the data file is not out of date each
// January. Where a holiday has no rule that can be computed (lunar calendars), its dates are
// listed.

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

/// When a holiday that falls on a day without work is kept instead.
enum class Observed {
    not_moved,
    monday,                ///< Saturday and Sunday: the Monday after
    sunday_monday,         ///< Sunday: the Monday after; Saturday: not
    nearest,               ///< Saturday: the Friday before; Sunday: the Monday after
    next_work_day,         ///< the next day that is neither weekend nor another holiday
    sunday_next_work_day,  ///< as above, but only from a Sunday
};

struct HolidayRule {
    enum class Form { fixed, easter, nth_weekday, weekday_on_or_after, weekday_before, dates };
    std::string name;
    Form form = Form::fixed;
    unsigned month = 0,
             day = 0;  ///< fixed, weekday_on_or_after, weekday_before; month of nth_weekday
    int offset = 0;    ///< easter: days after Easter Sunday; others: days after the day found
    std::chrono::weekday weekday;  ///< nth_weekday and the like
    int nth = 0;                   ///< 1 to 5, or -1 for the last
    std::vector<std::chrono::year_month_day> dates;
    Observed observed = Observed::not_moved;
    int from = 0, until = 9999;  ///< years, both in it
};

struct BusinessCalendar {
    std::string id;    ///< "CA", "CA-QC", or an account's name
    std::string name;  ///< "Canada"
    std::string base;  ///< id of the calendar whose holidays are these too; empty: none
    std::vector<std::chrono::weekday> weekend{std::chrono::Saturday, std::chrono::Sunday};
    std::vector<HolidayRule> holidays;  ///< with those of the base, once read
    int from = 0, until = 9999;         ///< the years that its dates are complete for
};

/// Sunday of Easter in the Gregorian calendar. @source the "anonymous Gregorian" computus, Nature
/// 1876
std::chrono::sys_days easter_sunday(std::chrono::year year);

/// The holidays that are kept in a year, with their names; where one is kept on another day, that
/// day.
/// @threads any
std::map<std::chrono::sys_days, std::string> holidays_in(
    const BusinessCalendar& calendar, std::chrono::year year
);

/// @threads any
bool is_business_day(const BusinessCalendar& calendar, std::chrono::sys_days day);

/// The n-th day of work after a day (before it, for a negative n); for 0 the day itself if it is
/// one, else the next.
/// @threads any
std::chrono::sys_days add_business_days(
    const BusinessCalendar& calendar, std::chrono::sys_days day, int n
);

/// Calendars by id. @threads any
class BusinessCalendars {
public:
    BusinessCalendars() = default;
    explicit BusinessCalendars(std::vector<BusinessCalendar> calendars);
    /// The one with this id, else the one of its country ("CA" for "CA-NU"), else null.
    const BusinessCalendar* find(std::string_view id) const;
    const std::map<std::string, BusinessCalendar, std::less<>>& all() const { return calendars_; }

private:
    std::map<std::string, BusinessCalendar, std::less<>> calendars_;
};

}  // namespace porteur
