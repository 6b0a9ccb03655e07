// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in numbers: how many stand where, how long ports take by their losing carrier, what is
// refused and why. Counted from the lines of timelines that fell within a time; where an order
// stands is as it is now. What a plain count cannot tell (how long it took) is told of each order
// by itself. The store keeps the counts as lines come (order_marks.hpp); what is counted from the
// lines themselves is what they must be.

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

/// The span in whole days, UTC, as it is counted: from the beginning of its first to the end of its last.
FiguresSpan in_whole_days(FiguresSpan span);

/// How long something took, in days.
struct DaysTaken {
    std::int64_t count = 0;
    double median = 0;
    double ninth_tenth = 0;  ///< nine of ten took no longer
};

/// How often something took how many tenths of a day.
using TenthsTaken = std::map<std::int64_t, std::int64_t>;
/// Days, in tenths of one.
std::int64_t tenths_of(double days);
/// From the day of the sending to a FOC date (in days since 1970); from the sending to the end.
std::int64_t tenths_to_foc(Instant sent, std::int64_t foc);
std::int64_t tenths_between(Instant sent, Instant completed);

/// Of some days, each taken in tenths; nothing of none. Between two of them as far as its share lies between theirs.
std::optional<DaysTaken> days_taken_in(const TenthsTaken& tenths);
std::optional<DaysTaken> days_taken(const std::vector<double>& days);

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

/// What one line of a timeline says that is counted.
struct LineSaid {
    bool created = false;    ///< an order that is no part of a larger one
    bool completed = false;  ///< likewise
    bool sends = false;      ///< not before the order was first to be sent
    bool to_confirmed = false, to_completed = false;
    std::optional<std::int64_t> foc;  ///< of to_confirmed: the day, in days since 1970
    std::map<Reason, std::int64_t> refusals;
};
LineSaid said_in(const FiguredLine& line);

/// A losing carrier that is none of ours goes by its name, however that is written.
std::string losing_key(const std::string& account, const std::string& carrier);

class OrderTally {
public:
    explicit OrderTally(FiguresSpan span);
    void add_state(OrderKind kind, OrderState state, std::int64_t count);
    /// One that fell within the span.
    void add_line(const FiguredLine& line);
    /// What add_port() is wanted of, once all lines of the span were told.
    const std::set<Id>& ports_to_look_at() const { return ports_; }
    void add_port(const FiguredPort& port);

    // The same in counts, of a day each (its beginning), as they are kept in the store.
    void add_created(OrderKind kind, Instant day, std::int64_t count);
    void add_completed(OrderKind kind, Instant day, std::int64_t count);
    void add_refusals(OrderKind kind, Reason code, std::int64_t count);
    /// @param tenths_to_foc  nothing: no date was said
    void add_confirmed(const std::string& losing, std::optional<std::int64_t> tenths_to_foc, std::int64_t count);
    void add_ported(const std::string& losing, std::int64_t tenths, std::int64_t count);
    void name_losing(const std::string& losing, std::string account, std::string carrier);

    OrderFigures figures() const;

private:
    struct Days {
        std::string account, carrier;
        std::int64_t confirmed = 0, completed = 0;
        TenthsTaken to_foc, to_completed;
    };
    bool within(Instant at) const { return at >= figures_.span.since && at < figures_.span.until; }
    OrderFigures::Week* week_of(Instant at);

    OrderFigures figures_;
    std::set<Id> ports_;
    std::map<std::string, Days> losing_;
    std::map<std::pair<OrderKind, Reason>, std::int64_t> refusals_;
};

}  // namespace porteur
