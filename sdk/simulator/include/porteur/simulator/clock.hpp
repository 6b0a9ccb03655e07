// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace porteur::sim {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// The carrier's own clock: it starts at the real time and may be sped up, stopped or advanced.
/// It never goes back. @threads one
class Clock {
public:
    /// @param real  where real time comes from; a test gives its own
    explicit Clock(std::function<Instant()> real = real_now);

    Instant now() const;
    /// Real time plus what advance() added, whatever the speed: for tokens and rate limits, which a
    /// client meets in real seconds even when the carrier's working days fly by.
    Instant unhurried_now() const { return real_() + advanced_; }
    double speed() const { return speed_; }

    /// From now on, one real second is `speed` carrier seconds; 0 stops the clock.
    void set_speed(double speed);
    void advance(std::chrono::milliseconds by);
    /// Sets the clock to a later instant; an earlier one is ignored (false).
    bool set(Instant instant);
    /// Back to the real time and to speed 1.
    void reset();

    static Instant real_now();

private:
    std::function<Instant()> real_;
    Instant real_start_;
    Instant start_;
    std::chrono::milliseconds advanced_{0};
    double speed_ = 1;
};

/// "2026-11-22T19:48:00.123Z"
std::string to_iso8601(Instant instant);
/// Reads "2026-11-22T19:48:00Z", with or without a fraction, UTC only; nothing when it is not that.
std::optional<Instant> from_iso8601(std::string_view text);

std::string to_dashed(std::chrono::year_month_day day);   ///< "2026-12-01"
std::string to_compact(std::chrono::year_month_day day);  ///< "20261201"
/// Reads "2026-12-01"; nothing when it is not an existing day.
std::optional<std::chrono::year_month_day> from_dashed(std::string_view text);

std::chrono::year_month_day day_of(Instant instant);  ///< in UTC

bool is_weekday(std::chrono::sys_days day);  ///< Monday to Friday
/// The day `count` business days (Monday to Friday) after `day`.
std::chrono::sys_days add_business_days(std::chrono::sys_days day, int count);
/// The same for an instant; the time of day stays.
Instant add_business_days(Instant instant, int count);

}  // namespace porteur::sim
