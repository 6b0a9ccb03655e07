// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace porteur {

/// "Wed, 21 Oct 2026 12:00:00 GMT". @threads any @source RFC 9110, section 5.6.7
inline std::string http_date(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    static constexpr std::array days_of_week{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months_of_year{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(time - day)};
    std::array<char, 40> text;
    const int length = std::snprintf(
        text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
        days_of_week[weekday{day}.c_encoding()], unsigned(date.day()),
        months_of_year[unsigned(date.month()) - 1], int(date.year()), int(clock.hours().count()),
        int(clock.minutes().count()), int(clock.seconds().count())
    );
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace porteur
