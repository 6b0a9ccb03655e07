// SPDX-License-Identifier: Apache-2.0
// The bucket is kept as one time, the "theoretical arrival time" of the generic cell rate algorithm
// (ITU-T I.371): no counter to refill, no timer, the same result.
#include "carriers/rate_limit.hpp"

#include <algorithm>
#include <charconv>

#include "carriers/retry_after.hpp"

namespace porteur {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

Result<RequestRate> parse_request_rate(std::string_view text) {
    const auto slash = text.find('/');
    const auto count = number_in(text.substr(0, slash));
    const auto unit = slash == text.npos ? std::string_view{} : text.substr(slash + 1);
    if (count && *count >= 1 && *count <= 1'000'000) {
        if (unit == "s") return RequestRate{*count, std::chrono::seconds{1}};
        if (unit == "m" || unit == "min") return RequestRate{*count, std::chrono::minutes{1}};
        if (unit == "h") return RequestRate{*count, std::chrono::hours{1}};
    }
    return failure(
        ErrorKind::invalid_input,
        "rate " + quoted(text) +
            " is not a rate; write a whole number, / and s, min or h, as in \"10/s\""
    );
}

RateHeaders rate_headers_of(const HttpAnswer& answer) {
    RateHeaders found;
    found.group = answer.header("x-rate-limit-group");
    found.limit = number_in(answer.header("x-rate-limit-limit"));
    found.remaining = number_in(answer.header("x-rate-limit-remaining"));
    if (const auto window = number_in(answer.header("x-rate-limit-window"))) {
        found.window = std::chrono::seconds{std::min(*window, retry_after_max.count())};
    }
    return found;
}

RateLimit::RateLimit(RequestRate rate, std::int64_t burst)
    : interval_(rate.period / std::max<std::int64_t>(rate.count, 1)),
      slack_(interval_ * (std::max<std::int64_t>(burst, 1) - 1)) {}

RateLimit::Time RateLimit::next_place(Time now) const {
    const Time earliest = std::max(now, blocked_until_);
    // After a pause the bucket is full again, and never fuller.
    return std::max(earliest, std::max(next_, earliest) - slack_);
}

RateLimit::Time RateLimit::reserve(Time now) {
    const Time when = next_place(now);
    next_ = std::max(next_, std::max(now, blocked_until_)) + interval_;
    return when;
}

void RateLimit::penalise(Time now, std::chrono::seconds wait) {
    blocked_until_ =
        std::max(blocked_until_, now + std::clamp(wait, std::chrono::seconds{0}, retry_after_max));
}

void RateLimit::learn(Time now, const RateHeaders& headers) {
    if (headers.remaining == 0 && headers.window) penalise(now, *headers.window);
}

std::int64_t RateLimit::used(Time now) const {
    if (next_ <= now) return 0;
    const auto taken = next_ - now;
    return (taken + interval_ - std::chrono::nanoseconds{1}) / interval_;
}

void RateLimit::begin_used_up(Time now) { next_ = std::max(next_, now + interval_ + slack_); }

void RateLimit::go_on_from(const RateLimit& before) {
    blocked_until_ = std::max(blocked_until_, before.blocked_until_);
}

}  // namespace porteur
