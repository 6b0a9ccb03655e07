// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "carriers/exchange.hpp"

namespace porteur {

/// How often an account may be asked: `count` requests in each `period`.
struct RequestRate {
    std::int64_t count = 10;
    std::chrono::nanoseconds period = std::chrono::seconds{1};

    friend bool operator==(const RequestRate&, const RequestRate&) = default;
};

/// Reads "10/s", "50/min", "1000/h" (also "/m").
///
/// @errors   invalid_input: another form, zero, or more than 1,000,000; the message quotes the text
/// @threads  any
Result<RequestRate> parse_request_rate(std::string_view text);

/// What a carrier says about its own limit in the headers of an answer.
struct RateHeaders {
    std::string group;  ///< opaque; empty when the carrier has one group only
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> remaining;
    std::optional<std::chrono::seconds> window;
};

/// Reads X-Rate-Limit-{Group,Limit,Remaining,Window}; what is absent or not a number stays empty.
///
/// @threads  any
/// @source   CARRIERS.md 1.9 (RingCentral sends them with every answer)
RateHeaders rate_headers_of(const HttpAnswer& answer);

/// Decides when an account's next request may leave. Holds no timer: the time is given, the caller
/// waits.
///
/// A token bucket of our own setting, and above it what the carrier says: when it reports that
/// nothing remains, nothing is sent until its window is over; when it asks to wait (429 with
/// Retry-After), nothing is sent before that penalty ends, as with some carriers any request during
/// the penalty starts it anew. Penalties and windows of groups are kept for the whole account, as a
/// request's group is known only from its answer.
///
/// @threads  one at a time
class RateLimit {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// @param burst  how many may leave at once after a pause; at least 1
    RateLimit(RequestRate rate, std::int64_t burst);

    /// When the next place in the line would be free, and may leave; takes none.
    [[nodiscard]] Time next_place(Time now) const;

    /// Takes the next place in the line. @return when it may leave: `now` or later, never before
    /// an earlier reservation
    Time reserve(Time now);

    /// The carrier refused with 429 (or 503) and a wish. Places reserved before are not moved:
    /// whoever waits asks `free_at` again when the wait is over.
    void penalise(Time now, std::chrono::seconds wait);

    /// What an answer said in its headers.
    void learn(Time now, const RateHeaders& headers);

    /// Takes over where another limit of the same account stands: the settings were read again, and to
    /// the carrier a penalty is one all the same.
    void go_on_from(const RateLimit& before);

    /// Begins without a burst: somebody else may have had it, for the same account, a moment ago.
    void begin_used_up(Time now);

    /// How many of the burst's places are taken now; more than the burst when some wait for theirs.
    [[nodiscard]] std::int64_t used(Time now) const;

    /// Nothing may leave before this; a time in the past when there is no penalty.
    [[nodiscard]] Time free_at() const { return blocked_until_; }

private:
    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds slack_;  // how far the bucket may run ahead: (burst - 1) intervals
    Time next_{};                     // when the next token would be free in an even flow
    Time blocked_until_{};
};

}  // namespace porteur
