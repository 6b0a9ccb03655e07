// SPDX-License-Identifier: Apache-2.0
#include "settings/holidays_toml.hpp"

#include <array>
#include <fstream>
#include <span>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <porteur/calendar_text.hpp>

#include "settings/toml_reader.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using Form = HolidayRule::Form;

constexpr std::array<std::string_view, 7> weekday_words{
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"
};
constexpr auto nth_words = std::to_array<std::pair<std::string_view, int>>(
    {{"first", 1}, {"second", 2}, {"third", 3}, {"fourth", 4}, {"fifth", 5}, {"last", -1}}
);
constexpr auto observed_words = std::to_array<std::pair<std::string_view, Observed>>({
    {"monday", Observed::monday},
    {"sunday-monday", Observed::sunday_monday},
    {"nearest", Observed::nearest},
    {"next", Observed::next_work_day},
    {"sunday-next", Observed::sunday_next_work_day},
});

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (true) {
        const auto start = text.find_first_not_of(' ');
        if (start == text.npos) return out;
        text.remove_prefix(start);
        const auto end = std::min(text.find(' '), text.size());
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

std::optional<int> count_of(std::string_view text) {
    if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != text.npos)
        return std::nullopt;
    int count = 0;
    for (const char digit : text) count = 10 * count + (digit - '0');
    return count;
}

std::optional<weekday> weekday_of(std::string_view word) {
    const auto found = std::ranges::find(weekday_words, word);
    if (found == weekday_words.end()) return std::nullopt;
    return weekday(static_cast<unsigned>(found - weekday_words.begin()));
}

/// "05-25", a day that every year has.
bool read_day(std::string_view text, HolidayRule& rule) {
    if (text.size() != 5 || text[2] != '-') return false;
    const auto month = count_of(text.substr(0, 2)), day = count_of(text.substr(3));
    if (!month || !day) return false;
    rule.month = static_cast<unsigned>(*month);
    rule.day = static_cast<unsigned>(*day);
    return year_month_day(year{2027}, std::chrono::month{rule.month}, std::chrono::day{rule.day})
        .ok();
}

/// "+ 39", "- 2", or nothing.
bool read_offset(std::span<const std::string_view> words, HolidayRule& rule) {
    if (words.empty()) return true;
    if (words.size() != 2 || (words[0] != "+" && words[0] != "-") || words[1].size() > 3)
        return false;
    const auto count = count_of(words[1]);
    if (!count) return false;
    rule.offset = words[0] == "-" ? -*count : *count;
    return true;
}

bool read_when(std::string_view text, HolidayRule& rule) {
    const auto words = words_of(text);
    if (words.empty()) return false;
    const std::span<const std::string_view> all(words);
    if (words[0] == "easter") {
        rule.form = Form::easter;
        return read_offset(all.subspan(1), rule);
    }
    if (const auto day = weekday_of(words[0])) {
        if (words.size() < 3 || !read_day(words[2], rule)) return false;
        rule.weekday = *day;
        rule.form = words[1] == "before" ? Form::weekday_before : Form::weekday_on_or_after;
        return (words[1] == "before" || words[1] == "from") && read_offset(all.subspan(3), rule);
    }
    const auto nth =
        std::ranges::find(nth_words, words[0], &std::pair<std::string_view, int>::first);
    if (nth != nth_words.end()) {
        if (words.size() < 4 || words[2] != "of" || words[3].size() != 2) return false;
        const auto day = weekday_of(words[1]);
        const auto month = count_of(words[3]);
        if (!day || !month || *month < 1 || *month > 12) return false;
        rule.form = Form::nth_weekday;
        rule.nth = nth->second;
        rule.weekday = *day;
        rule.month = static_cast<unsigned>(*month);
        return read_offset(all.subspan(4), rule);
    }
    if (words[0].size() == 10) {
        rule.form = Form::dates;
        for (const auto word : words) {
            const auto date = read_iso_date(word);
            if (!date) return false;
            rule.dates.push_back(*date);
        }
        return true;
    }
    rule.form = Form::fixed;
    return read_day(words[0], rule) && read_offset(all.subspan(1), rule);
}

bool read_clause(std::string_view text, HolidayRule& rule) {
    const auto words = words_of(text);
    if (words.size() != 2) return false;
    if (words[0] == "observed") {
        const auto found = std::ranges::find(
            observed_words, words[1], &std::pair<std::string_view, Observed>::first
        );
        if (found == observed_words.end()) return false;
        rule.observed = found->second;
        return true;
    }
    const auto year = words[1].size() == 4 ? count_of(words[1]) : std::nullopt;
    if (!year) return false;
    if (words[0] == "from") rule.from = *year;
    if (words[0] == "until") rule.until = *year;
    return words[0] == "from" || words[0] == "until";
}

/// One table of the file.
struct CalendarTable {
    std::string name;  ///< its id
    BusinessCalendar calendar;
};

struct CalendarFile {
    std::vector<CalendarTable> calendars;
};

void read_calendar(TableReader& in, CalendarTable& table) {
    auto& calendar = table.calendar;
    calendar.id = table.name;
    in.need("title", R"("Canada")");
    in.text("title", calendar.name);
    in.text("base", calendar.base);
    in.integer("until", calendar.until, 1900, 9999);
    std::vector<std::string> weekend;
    in.texts("weekend", weekend);
    if (!weekend.empty()) calendar.weekend.clear();
    for (const auto& each : weekend) {
        if (const auto day = weekday_of(each))
            calendar.weekend.push_back(*day);
        else
            in.complain(
                "weekend",
                fmt::format(
                    "weekend has {}, which is no day; write it as in [\"friday\", \"saturday\"]",
                    porteur::quoted(each)
                )
            );
    }
    if (calendar.weekend.size() >= 7)
        in.complain("weekend", "weekend has every day of the week; leave a day to work on");
    in.free("holidays", [&](TableReader& holidays, std::string_view name) {
        std::string text;
        holidays.text(name, text);
        if (text.empty()) return;
        auto rule = parse_holiday(name, text);
        if (rule)
            calendar.holidays.push_back(std::move(*rule));
        else
            holidays.complain(name, rule.error().message);
    });
}

void read_calendars(TableReader& in, CalendarFile& file) {
    // Countries and accounts have names that no setting has.
    in.free("calendars", [&](TableReader& calendars, std::string_view name) {
        auto& table = file.calendars.emplace_back();
        table.name = name;
        calendars.table(name, table, read_calendar);
    });
}

}  // namespace

Result<HolidayRule> parse_holiday(std::string_view name, std::string_view text) {
    HolidayRule rule;
    rule.name = name;
    bool first = true;
    while (true) {
        const auto end = std::min(text.find(';'), text.size());
        const auto piece = text.substr(0, end);
        if (!(first ? read_when(piece, rule) : read_clause(piece, rule)))
            return failure(
                ErrorKind::invalid_input,
                fmt::format(
                    "{}: {} is no {}; write it as in {}", name, porteur::quoted(piece),
                    first ? "day" : "addition to a day",
                    first
                        ? R"("01-01", "easter + 1", "third monday of 02", "monday before 05-25" or "2026-02-17")"
                        : R"("; observed nearest", "; from 2021" or "; until 2026")"
                )
            );
        if (end == text.size()) return rule;
        text.remove_prefix(end + 1);
        first = false;
    }
}

Result<BusinessCalendars> load_calendars(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream content;
    content << stream.rdbuf();
    if (!stream)
        return failure(ErrorKind::invalid_input, fmt::format("{}: cannot be read", file.string()));
    TomlReading reading{file.string(), file.parent_path()};
    CalendarFile read;
    read_document(content.str(), reading, read, read_calendars);
    auto findings = reading.findings();
    for (const auto& each : read.calendars)
        if (!each.calendar.base.empty() &&
            find_named(read.calendars, each.calendar.base) == nullptr)
            findings.push_back(fmt::format(
                "{}: calendars.{}: there is no calendar {} to be its base", file.string(),
                each.name, porteur::quoted(each.calendar.base)
            ));
    if (!findings.empty())
        return failure(ErrorKind::invalid_input, fmt::format("{}", fmt::join(findings, "\n")));
    std::vector<BusinessCalendar> calendars;
    for (auto& each : read.calendars) calendars.push_back(std::move(each.calendar));
    return BusinessCalendars(std::move(calendars));
}

}  // namespace porteur
