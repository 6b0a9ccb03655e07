// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in numbers: how many stand where, how long ports take by their losing carrier, what is
// refused and why. Counted from the lines of timelines that fell within a time; where an order
// stands is as it is now. What a plain count cannot tell (how long it took) is told of each order
// by itself.

#include <map>
#include <set>
#include <span>

#include "domain/order.hpp"

namespace porteur {

struct FiguresSpan {
    Instant since{};
    Instant until{};  ///< the first moment beyond
};

/// What is asked for at most, and where nobody says.
inline constexpr std::chrono::days figures_span_max{732}, figures_span_usual{84};

/// The span of a wish. @errors invalid_input: it ends before it begins, or is too long
Result<FiguresSpan> figures_span(
    std::optional<Instant> since, std::optional<Instant> until, Instant now
);

/// How long something took, in days.
struct DaysTaken {
    std::int64_t count = 0;
    double median = 0;
    double ninth_tenth = 0;  ///< nine of ten took no longer
};

/// Of some days; nothing of none. Between two of them as far as its share lies between theirs.
std::optional<DaysTaken> days_taken(std::vector<double> days);

struct OrderFigures {
    struct State {
        OrderKind kind = OrderKind::port;
        OrderState state = OrderState::draft;
        std::int64_t count = 0;
    };
    struct LosingCarrier {
        std::string account;  ///< empty: it is none of ours
        std::string carrier;  ///< its name, as the newest of these orders has it
        std::int64_t confirmed = 0;
        std::optional<DaysTaken> to_foc;
        std::int64_t completed = 0;
        std::optional<DaysTaken> to_completed;
    };
    struct Refusal {
        OrderKind kind = OrderKind::port;
        Reason code = Reason::other;
        std::int64_t count = 0;
    };
    struct Week {
        std::chrono::year_month_day monday{};  ///< UTC
        std::int64_t ports_created = 0, ports_completed = 0, purchases_created = 0,
                     purchases_completed = 0;
    };
    FiguresSpan span;
    std::vector<State> states;
    std::vector<LosingCarrier> losing_carriers;  ///< that with the most ports first
    std::vector<Refusal> refusals;               ///< the most frequent first
    std::vector<Week> weeks;                     ///< each one of the span, the oldest first
};

/// A line of a timeline with what is counted by.
struct FiguredLine {
    Id order = 0;
    OrderKind kind = OrderKind::port;
    bool is_part = false;   ///< of a larger order: the wish is that one's
    bool in_parts = false;  ///< carried out by its parts: the carrier's word is theirs
    Instant at{};
    std::string what;  ///< "port.state_changed"
    std::string data;
};

/// A port that came to its date or to its end within the span, and all that its timeline has of it.
struct FiguredPort {
    Id order = 0;
    std::string losing_account;
    std::string losing_carrier;
    std::vector<FiguredLine> lines;  ///< oldest first
};

/// The words after "port." and "purchase." of the lines that are looked at, in a span and in an
/// order.
std::span<const std::string_view> figured_words();

class OrderTally {
public:
    explicit OrderTally(FiguresSpan span);
    void add_state(OrderKind kind, OrderState state, std::int64_t count);
    /// One that fell within the span.
    void add_line(const FiguredLine& line);
    /// What add_port() is wanted of, once all lines of the span were told.
    const std::set<Id>& ports_to_look_at() const { return ports_; }
    void add_port(const FiguredPort& port);
    OrderFigures figures() const;

private:
    struct Days {
        std::string account, carrier;
        std::int64_t confirmed = 0, completed = 0;
        std::vector<double> to_foc, to_completed;
    };
    bool within(Instant at) const { return at >= figures_.span.since && at < figures_.span.until; }
    OrderFigures::Week* week_of(Instant at);

    OrderFigures figures_;
    std::set<Id> ports_;
    std::map<std::string, Days> losing_;
    std::map<std::pair<OrderKind, Reason>, std::int64_t> refusals_;
};

}  // namespace porteur
