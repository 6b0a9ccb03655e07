// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a configured account stands with its carrier just now: its rate, its breaker, the requests
// that left last and those that failed. All of it lives in the daemon's memory, so each part says
// since when it has been counted. It goes with the carriers of services.hpp, by the account's name.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/order.hpp"

namespace porteur {

/// A request to a carrier, without what was in it: that stands in the operation's exchanges.
struct CarrierRequestSeen {
    Instant at{};                       ///< when it left
    std::chrono::milliseconds took{0};  ///< until its answer, or until it was given up
    std::int64_t tenant = 0;            ///< of its order
    Id order = 0;                       ///< 0: somebody asked without an order
    Id run = 0;                         ///< the operation of the order that sent it
    std::string operation = {};         ///< "submit_port"
    std::string step = {};
    int status = 0;       ///< of HTTP; 0: there was no answer
    std::string failed = {};   ///< the word of the failure, as "unavailable"; empty: it was answered
    std::string message = {};  ///< of the failure, without telephone numbers
};

struct CarrierStanding {
    /// What is used of the account's own limit.
    struct Rate {
        std::int64_t count = 0;  ///< requests ...
        std::chrono::seconds per{1};
        std::int64_t used = 0;     ///< of `count`, now
        std::int64_t waiting = 0;  ///< requests beyond, that wait for their turn
    };
    enum class Breaker { closed, open, half_open };

    Instant at{};     ///< when this was looked at; about a second old at most
    Instant since{};  ///< rate and breaker: from the daemon's start, or when its settings were read again
    std::optional<Rate> rate;               ///< none: neither the account nor its plugin names one
    std::optional<Instant> left_alone_until;  ///< the carrier's wish; nothing is sent before
    Breaker breaker = Breaker::closed;
    std::optional<Instant> breaker_since;  ///< none: as long as it is counted
    std::optional<Instant> next_try;       ///< of an open one
    std::int64_t failures = 0;             ///< in a row, up to now
    Instant seen_since{};                  ///< requests and faults: from the daemon's start
    std::vector<CarrierRequestSeen> requests;  ///< the last ones, the newest first
    std::vector<CarrierRequestSeen> faults;    ///< the last that failed, likewise
};

using CarrierStandings = std::map<std::string, CarrierStanding, std::less<>>;

}  // namespace porteur
