// SPDX-License-Identifier: Apache-2.0
#include "carriers/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace porteur {
namespace {

using namespace std::chrono;

std::optional<seconds> read_count(std::string_view field) {
    // Checked first, because from_chars would take "-5" and the front of "5 minutes".
    if (field.empty() || field.find_first_not_of("0123456789") != field.npos) return std::nullopt;

    std::int64_t count = 0;
    const auto read = std::from_chars(field.data(), field.data() + field.size(), count);
    // Digits that overflow still say "a very long time".
    return read.ec == std::errc{} ? std::min(seconds{count}, retry_after_max) : retry_after_max;
}

/// Takes a date apart from left to right; one wrong piece makes the whole reading fail.
class DateReader {
public:
    explicit DateReader(std::string_view text) : rest_(text) {}

    void literal(std::string_view wanted) {
        ok_ = ok_ && rest_.starts_with(wanted);
        if (ok_) rest_.remove_prefix(wanted.size());
    }

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t at = 0; at < count; ++at) {
            ok_ = ok_ && at < rest_.size() && rest_[at] >= '0' && rest_[at] <= '9';
            if (ok_) value = value * 10 + (rest_[at] - '0');
        }
        if (ok_) rest_.remove_prefix(count);
        return value;
    }

    template <std::size_t count>
    unsigned one_of(const std::array<std::string_view, count>& names) {
        for (unsigned at = 0; at < count; ++at) {
            if (!ok_ || !rest_.starts_with(names[at])) continue;
            rest_.remove_prefix(names[at].size());
            return at;
        }
        ok_ = false;
        return 0;
    }

    /// asctime writes the days 1 to 9 with a blank in front.
    int padded_day() {
        if (!rest_.starts_with(' ')) return digits(2);
        rest_.remove_prefix(1);
        return digits(1);
    }

    [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> short_days = {"Mon", "Tue", "Wed", "Thu",
                                                        "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_days = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
};

struct Moment {
    int year = 0;
    unsigned month = 0;  // 0 = January, as one_of() counts
    int day = 0, hour = 0, minute = 0, second = 0;
};

void read_time(DateReader& reader, Moment& moment) {
    moment.hour = reader.digits(2);
    reader.literal(":");
    moment.minute = reader.digits(2);
    reader.literal(":");
    moment.second = reader.digits(2);
}

std::optional<sys_seconds> checked(const DateReader& reader, const Moment& moment) {
    const year_month_day date{
        year{moment.year}, month{moment.month + 1}, day{static_cast<unsigned>(moment.day)}
    };
    // 60 is a leap second, which the grammar allows.
    if (!reader.at_end() || !date.ok() || moment.hour > 23 || moment.minute > 59 ||
        moment.second > 60) {
        return std::nullopt;
    }
    return sys_days{date} + hours{moment.hour} + minutes{moment.minute} + seconds{moment.second};
}

/// "Wed, 21 Oct 2026 11:59:59 GMT". The name of the day is not compared with the date.
std::optional<sys_seconds> read_imf_date(std::string_view field) {
    DateReader reader(field);
    Moment moment;
    reader.one_of(short_days);
    reader.literal(", ");
    moment.day = reader.digits(2);
    reader.literal(" ");
    moment.month = reader.one_of(months);
    reader.literal(" ");
    moment.year = reader.digits(4);
    reader.literal(" ");
    read_time(reader, moment);
    reader.literal(" GMT");
    return checked(reader, moment);
}

/// "Wednesday, 21-Oct-26 11:59:59 GMT".
std::optional<sys_seconds> read_rfc850_date(std::string_view field, sys_seconds now) {
    DateReader reader(field);
    Moment moment;
    reader.one_of(long_days);
    reader.literal(", ");
    moment.day = reader.digits(2);
    reader.literal("-");
    moment.month = reader.one_of(months);
    reader.literal("-");
    const int two_digits = reader.digits(2);
    reader.literal(" ");
    read_time(reader, moment);
    reader.literal(" GMT");

    // RFC 9110, 5.6.7: more than 50 years ahead means the most recent past year with these digits.
    const int this_year = static_cast<int>(year_month_day{floor<days>(now)}.year());
    moment.year = this_year - this_year % 100 + two_digits;
    if (moment.year > this_year + 50) moment.year -= 100;
    return checked(reader, moment);
}

/// "Wed Oct 21 11:59:59 2026".
std::optional<sys_seconds> read_asctime_date(std::string_view field) {
    DateReader reader(field);
    Moment moment;
    reader.one_of(short_days);
    reader.literal(" ");
    moment.month = reader.one_of(months);
    reader.literal(" ");
    moment.day = reader.padded_day();
    reader.literal(" ");
    read_time(reader, moment);
    reader.literal(" ");
    moment.year = reader.digits(4);
    return checked(reader, moment);
}

std::optional<sys_seconds> read_date(std::string_view field, sys_seconds now) {
    if (const auto date = read_imf_date(field)) return date;
    if (const auto date = read_rfc850_date(field, now)) return date;
    return read_asctime_date(field);
}

}  // namespace

Result<seconds> parse_retry_after(std::string_view field, sys_seconds now) {
    if (const auto count = read_count(field)) return *count;
    if (const auto date = read_date(field, now)) {
        return std::clamp(*date - now, seconds{0}, retry_after_max);
    }
    return failure(
        ErrorKind::invalid_input, "Retry-After " + quoted(field) + " is neither seconds nor a date"
    );
}

}  // namespace porteur
