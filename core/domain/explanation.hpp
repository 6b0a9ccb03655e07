// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why an order is where it is, what happened last, what will happen when, and what a person can do:
// read out of the order, its timeline, what its open operation waits for, and how its carrier stands.
// What a person can do is asked of the rules themselves (order_rules.hpp), so it is never offered and
// then refused.

#include <optional>
#include <string>
#include <vector>

#include "domain/deadlines.hpp"
#include "domain/order_rules.hpp"

namespace porteur {

/// What the open operation of an order waits for.
struct OpenStep {
    enum class Kind {
        request,  ///< something that goes to the carrier, or an answer of it
        lost,     ///< a request that may have left, and whose answer was lost
        pause,
        person,
        event,
    };
    Kind kind = Kind::request;
    std::string step;
    std::string title;  ///< of work for a person; the source of an event
    std::vector<std::string> choices;
    Instant since{};
    std::optional<Instant> until;  ///< of a pause and an event
};

/// How the account stands that acts next.
struct CarrierNow {
    std::string account;
    bool is_configured = true;
    std::optional<Instant> left_alone_until;  ///< the carrier's wish
    std::optional<Instant> tried_again_at;    ///< it has not answered for a while
};

struct OrderFacts {
    Order order;
    std::vector<TimelineEntry> entries;  ///< oldest first; may be the last ones only
    std::string operation;               ///< the open one's name; empty: none
    bool is_parked = false;              ///< the open one waits to be begun again
    std::vector<OpenStep> open;
    std::optional<CarrierNow> carrier;
    std::vector<Order> parts;
    std::vector<DueItem> due;  ///< about this order
};

struct Explanation {
    struct Next {
        std::optional<Instant> at;  ///< none: it depends on somebody
        std::string_view who;       ///< "person", "carrier", "daemon"
        std::string text;
    };
    struct Way {
        std::string_view what;  ///< "submit", "amend", "cancel", "answer", "settle", "comment"
        std::string text;
        std::string command;    ///< of porteur
    };
    std::vector<std::string> why;  ///< sentences, the most telling first
    std::optional<TimelineEntry> last;
    std::vector<Next> next;        ///< by time
    std::vector<Way> ways;         ///< the most likely first
};

/// @threads any
Explanation explain(const OrderFacts& facts, Instant now, const Known& known);

}  // namespace porteur
