// SPDX-License-Identifier: Apache-2.0
// Holidays are found year by year: first where each falls, then, in the order of the data, where it
// is kept. The second step needs the first for all of them, as a day in lieu goes to the next day
// that is no holiday.
#include "domain/business_days.hpp"

#include <algorithm>
#include <optional>

namespace porteur {
namespace {

using namespace std::chrono;
using Form = HolidayRule::Form;

bool is_weekend(const BusinessCalendar& calendar, sys_days day) {
    return std::ranges::find(calendar.weekend, weekday(day)) != calendar.weekend.end();
}

/// Where a rule's holiday falls in a year; several only for listed dates.
std::vector<sys_days> falls_on(const HolidayRule& rule, year in) {
    if (int{in} < rule.from || int{in} > rule.until) return {};
    std::optional<sys_days> found;
    switch (rule.form) {
        case Form::fixed:
            found = sys_days{in / rule.month / rule.day};
            break;
        case Form::easter:
            found = easter_sunday(in);
            break;
        case Form::nth_weekday:
            found = rule.nth < 0
                        ? sys_days{in / rule.month / rule.weekday[last]}
                        : sys_days{in / rule.month / rule.weekday[static_cast<unsigned>(rule.nth)]};
            break;
        case Form::weekday_on_or_after: {
            const sys_days day{in / rule.month / rule.day};
            found = day + (rule.weekday - weekday(day));
            break;
        }
        case Form::weekday_before: {
            const sys_days day = sys_days{in / rule.month / rule.day} - days{1};
            found = day - (weekday(day) - rule.weekday);
            break;
        }
        case Form::dates: {
            std::vector<sys_days> out;
            for (const auto& each : rule.dates)
                if (each.year() == in) out.push_back(sys_days{each});
            return out;
        }
    }
    return {*found + days{rule.offset}};
}

std::optional<sys_days> kept_instead(
    const BusinessCalendar& calendar, const HolidayRule& rule, sys_days fell,
    const std::map<sys_days, std::string>& taken
) {
    const bool sunday = weekday(fell) == Sunday, saturday = weekday(fell) == Saturday;
    const auto next_free = [&] {
        auto day = fell + days{1};
        while (is_weekend(calendar, day) || taken.contains(day)) day += days{1};
        return day;
    };
    switch (rule.observed) {
        case Observed::not_moved:
            return std::nullopt;
        case Observed::monday:
            if (saturday) return fell + days{2};
            return sunday ? std::optional(fell + days{1}) : std::nullopt;
        case Observed::sunday_monday:
            return sunday ? std::optional(fell + days{1}) : std::nullopt;
        case Observed::nearest:
            if (saturday) return fell - days{1};
            return sunday ? std::optional(fell + days{1}) : std::nullopt;
        case Observed::next_work_day:
            return saturday || sunday ? std::optional(next_free()) : std::nullopt;
        case Observed::sunday_next_work_day:
            return sunday ? std::optional(next_free()) : std::nullopt;
    }
    return std::nullopt;
}

/// Of one year's rules alone; New Year's Day of the next year may be kept in this one.
std::map<sys_days, std::string> kept_by_rules_of(const BusinessCalendar& calendar, year in) {
    std::vector<std::pair<sys_days, const HolidayRule*>> fallen;
    std::map<sys_days, std::string> out;
    for (const auto& rule : calendar.holidays)
        for (const auto day : falls_on(rule, in)) {
            fallen.emplace_back(day, &rule);
            out.emplace(day, rule.name);
        }
    std::ranges::sort(fallen);  // two of one day: in the order of the data
    for (const auto& [day, rule] : fallen)
        if (const auto instead = kept_instead(calendar, *rule, day, out))
            out.emplace(*instead, rule->name + " (day in lieu)");
    return out;
}

}  // namespace

sys_days easter_sunday(year in) {
    const int y = int{in};
    const int a = y % 19, b = y / 100, c = y % 100;
    const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30;
    const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int both = h + l - 7 * m + 114;
    return in / static_cast<unsigned>(both / 31) / static_cast<unsigned>(both % 31 + 1);
}

std::map<sys_days, std::string> holidays_in(const BusinessCalendar& calendar, year in) {
    std::map<sys_days, std::string> out;
    for (const auto each : {in - years{1}, in, in + years{1}})
        for (auto& [day, name] : kept_by_rules_of(calendar, each))
            if (year_month_day{day}.year() == in) out.emplace(day, name);
    return out;
}

bool is_business_day(const BusinessCalendar& calendar, sys_days day) {
    return !is_weekend(calendar, day) &&
           !holidays_in(calendar, year_month_day{day}.year()).contains(day);
}

sys_days add_business_days(const BusinessCalendar& calendar, sys_days day, int n) {
    // The holidays of a year are worked out once, however many days are counted in it.
    std::map<int, std::map<sys_days, std::string>> known;
    const auto works = [&](sys_days each) {
        if (is_weekend(calendar, each)) return false;
        const auto in = year_month_day{each}.year();
        const auto found = known.try_emplace(int{in});
        if (found.second) found.first->second = holidays_in(calendar, in);
        return !found.first->second.contains(each);
    };
    const days step{n < 0 ? -1 : 1};
    if (n == 0)
        while (!works(day)) day += step;
    for (int left = std::abs(n); left > 0;) {
        day += step;
        if (works(day)) --left;
    }
    return day;
}

BusinessCalendars::BusinessCalendars(std::vector<BusinessCalendar> calendars) {
    for (auto& each : calendars) {
        auto id = each.id;
        calendars_.insert_or_assign(std::move(id), std::move(each));
    }
    const auto alone = calendars_;
    for (auto& [id, each] : calendars_) {
        std::set<std::string> seen{id};
        for (auto base = each.base; !base.empty() && seen.insert(base).second;) {
            const auto found = alone.find(base);
            if (found == alone.end()) break;
            std::ranges::copy(found->second.holidays, std::back_inserter(each.holidays));
            base = found->second.base;
        }
    }
}

const BusinessCalendar* BusinessCalendars::find(std::string_view id) const {
    if (const auto found = calendars_.find(id); found != calendars_.end()) return &found->second;
    const auto dash = id.find('-');
    if (dash == id.npos) return nullptr;
    const auto country = calendars_.find(id.substr(0, dash));
    return country == calendars_.end() ? nullptr : &country->second;
}

}  // namespace porteur
