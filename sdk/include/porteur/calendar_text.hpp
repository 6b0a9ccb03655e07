// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace porteur {

namespace detail {

/// Exactly `count` digits at `at`, as a number; nothing otherwise.
inline std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return std::nullopt;
    int value = 0;
    for (const char letter : text.substr(at, count)) {
        if (letter < '0' || letter > '9') return std::nullopt;
        value = value * 10 + (letter - '0');
    }
    return value;
}

}  // namespace detail

/// "2026-12-01". @threads any
inline std::string iso_date(std::chrono::year_month_day date) {
    char text[16];
    const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()),
                                     unsigned(date.month()), unsigned(date.day()));
    return {text, static_cast<std::size_t>(length)};
}

/// Reads "2026-12-01"; nothing for any other form or a day that the month does not have. @threads any
inline std::optional<std::chrono::year_month_day> read_iso_date(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto y = detail::digits_at(text, 0, 4);
    const auto m = detail::digits_at(text, 5, 2);
    const auto d = detail::digits_at(text, 8, 2);
    if (!y || !m || !d) return std::nullopt;
    const year_month_day date{year{*y}, month{unsigned(*m)}, day{unsigned(*d)}};
    if (!date.ok()) return std::nullopt;
    return date;
}

/// Reads "20261201"; nothing for any other form or a day that the month does not have. @threads any
inline std::optional<std::chrono::year_month_day> read_compact_date(std::string_view text) {
    if (text.size() != 8) return std::nullopt;
    return read_iso_date(std::string(text.substr(0, 4)) + '-' + std::string(text.substr(4, 2)) + '-' +
                         std::string(text.substr(6, 2)));
}

/// "2026-12-01T09:30:00Z". @threads any
inline std::string rfc3339(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    const auto midnight = floor<days>(time);
    const hh_mm_ss clock{time - midnight};
    char text[16];
    const int length =
        std::snprintf(text, sizeof text, "T%02d:%02d:%02dZ", int(clock.hours().count()),
                      int(clock.minutes().count()), int(clock.seconds().count()));
    return iso_date(year_month_day{midnight}) + std::string(text, static_cast<std::size_t>(length));
}

/// Reads RFC 3339 with "Z" or a numeric offset; a fraction is cut off. @threads any
inline std::optional<std::chrono::sys_seconds> read_rfc3339(std::string_view text) {
    using namespace std::chrono;
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
    const auto date = read_iso_date(text.substr(0, 10));
    const auto h = detail::digits_at(text, 11, 2);
    const auto m = detail::digits_at(text, 14, 2);
    const auto s = detail::digits_at(text, 17, 2);
    if (!date || !h || !m || !s || text[13] != ':' || text[16] != ':') return std::nullopt;
    if (*h > 23 || *m > 59 || *s > 60) return std::nullopt;
    std::size_t at = 19;
    if (at < text.size() && text[at] == '.') {
        ++at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    }
    const auto zone = text.substr(at);
    auto time = sys_days{*date} + hours{*h} + minutes{*m} + seconds{*s};
    if (zone == "Z" || zone == "z") return time;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    const auto oh = detail::digits_at(zone, 1, 2);
    const auto om = detail::digits_at(zone, 4, 2);
    if (!oh || !om || *oh > 23 || *om > 59) return std::nullopt;
    const auto offset = hours{*oh} + minutes{*om};
    return zone[0] == '+' ? time - offset : time + offset;
}

}  // namespace porteur
