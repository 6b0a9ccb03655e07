// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"

#include <charconv>
#include <cstdio>
#include <utility>

namespace porteur::sim {

using namespace std::chrono;

namespace {

std::optional<int> read_number(std::string_view text) {
    int number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

Clock::Clock(std::function<Instant()> real)
    : real_(std::move(real)), real_start_(real_()), start_(real_start_) {}

Instant Clock::real_now() { return floor<milliseconds>(system_clock::now()); }

Instant Clock::now() const {
    const duration<double, std::milli> passed = real_() - real_start_;
    return start_ + duration_cast<milliseconds>(passed * speed_);
}

void Clock::set_speed(double speed) {
    start_ = now();
    real_start_ = real_();
    speed_ = speed;
}

void Clock::advance(milliseconds by) {
    start_ += by;
    advanced_ += by;
}

bool Clock::set(Instant instant) {
    if (instant < now()) return false;
    start_ = instant;
    real_start_ = real_();
    return true;
}

void Clock::reset() {
    real_start_ = real_();
    start_ = real_start_;
    advanced_ = milliseconds{0};
    speed_ = 1;
}

std::string to_iso8601(Instant instant) {
    const auto day = floor<days>(instant);
    const hh_mm_ss time{instant - day};
    char text[40];
    std::snprintf(
        text, sizeof text, "%sT%02d:%02d:%02d.%03dZ", to_dashed(day).c_str(),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count())
    );
    return text;
}

std::optional<Instant> from_iso8601(std::string_view text) {
    if (text.size() < 20 || text.back() != 'Z' || text[10] != 'T') return std::nullopt;
    const auto day = from_dashed(text.substr(0, 10));
    const auto hour = read_number(text.substr(11, 2));
    const auto minute = read_number(text.substr(14, 2));
    const auto second = read_number(text.substr(17, 2));
    if (!day || !hour || !minute || !second) return std::nullopt;
    return sys_days(*day) + hours(*hour) + minutes(*minute) + seconds(*second);
}

std::string to_dashed(year_month_day day) {
    char text[24];
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
        static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())
    );
    return text;
}

std::string to_compact(year_month_day day) {
    auto text = to_dashed(day);
    std::erase(text, '-');
    return text;
}

std::optional<year_month_day> from_dashed(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto y = read_number(text.substr(0, 4));
    const auto m = read_number(text.substr(5, 2));
    const auto d = read_number(text.substr(8, 2));
    if (!y || !m || !d || *m < 1 || *d < 1) return std::nullopt;
    const year_month_day day{
        year{*y}, month{static_cast<unsigned>(*m)}, std::chrono::day{static_cast<unsigned>(*d)}
    };
    if (!day.ok()) return std::nullopt;
    return day;
}

year_month_day day_of(Instant instant) { return floor<days>(instant); }

bool is_weekday(sys_days day) {
    const weekday name{day};
    return name != Saturday && name != Sunday;
}

sys_days add_business_days(sys_days day, int count) {
    while (count > 0) {
        day += days{1};
        if (is_weekday(day)) --count;
    }
    return day;
}

Instant add_business_days(Instant instant, int count) {
    const auto day = floor<days>(instant);
    return add_business_days(day, count) + (instant - day);
}

}  // namespace porteur::sim
