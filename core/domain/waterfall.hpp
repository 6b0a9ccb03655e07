// SPDX-License-Identifier: Apache-2.0
#pragma once

// The history of one order as bars on one axis of time: what each step of an operation spent its time with, what the
// order waited for between operations, and where on the axis an instant stands. Nothing is guessed: where the parts of
// a step are not known any more it is one bar, and says so.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/contract.hpp"
#include "domain/order.hpp"

namespace porteur {

/// One time that a step's request left, as the daemon's memory still knows it.
struct TimeLeft {
    Instant at{};                       ///< when it left
    std::chrono::milliseconds took{0};  ///< until its answer, or until it was given up
    int status = 0;                     ///< of HTTP; 0: there was no answer
    std::string failed = {};            ///< the word of the failure; empty: it was answered
};

/// What is known of when a step happened.
struct StepTimes {
    EffectKind kind = EffectKind::http;
    Guarantee guarantee = Guarantee::safe;
    Instant asked{};                  ///< its intent; of one that is written down before it leaves, perhaps later than the asking
    std::optional<Instant> ended;     ///< its outcome
    std::optional<Instant> lost;      ///< since then its outcome counts as lost
    std::vector<TimeLeft> left = {};  ///< the times that it left, the first one first; of old ones none are known
    bool left_is_whole = false;       ///< no time that it left is missing
};

/// A piece of a step's bar.
struct BarPiece {
    enum class What {
        turn,      ///< not sent yet: its turn at the rate limit, or the breaker
        ready,     ///< the same, and written to the disk, as it must not leave twice
        exchange,  ///< sent; the carrier has it until it answers
        again,     ///< failed; it waits to be sent again
        whole,     ///< all of these, not told apart any more
        mail,
        settle,    ///< its answer is lost: the carrier gets its settle time before it is asked
        person,
        event,     ///< waits for a word from outside
        pause,     ///< the plugin's own wish
        sign,
    };
    What what = What::whole;
    Instant from{};
    std::optional<Instant> until;  ///< nothing: it goes on
    int status = 0;                ///< of an exchange
    std::string failed = {};       ///< likewise
};

std::string_view word_of(BarPiece::What what) noexcept;

/// What a step spent its time with, in order; they do not overlap. Nothing for a step that takes no time (now, random,
/// progress).
/// @threads any
std::vector<BarPiece> pieces_of(const StepTimes& step);

/// What an order waited for while no operation of it ran.
struct OrderWait {
    enum class What { carrier, person, again };
    What what = What::carrier;
    Instant from{};
    std::optional<Instant> until;  ///< nothing: it waits now
};

std::string_view word_of(OrderWait::What what) noexcept;

/// The waits around and between operations, as far as the timeline says what they were for; shorter ones than a second
/// are none.
/// @param operations  the oldest first
/// @param entries     the oldest first
/// @param is_whole    the first one is the order's first: the time before it counts as well
/// @threads any
std::vector<OrderWait> waits_of(
    const Order& order, std::span<const Operation> operations, std::span<const TimelineEntry> entries, bool is_whole, Instant now
);

/// A stretch of time that is shown or may be cut short.
struct Stretch {
    Instant from{};
    Instant until{};
    bool is_work = false;  ///< something of ours or of the carrier's went on, and its length is what one looks for
};

/// Time, with long quiet stretches cut short, on a line of `length`. What is left keeps one scale.
class TimeAxis {
public:
    static constexpr int length = 1000;

    struct Piece {
        Instant from{};
        Instant until{};
        double start = 0;  ///< on the line
        double end = 0;
        bool is_cut = false;  ///< not to scale
    };

    /// @param stretches  at least one, in any order
    explicit TimeAxis(std::span<const Stretch> stretches);

    /// 0 to length; instants outside stand at an end.
    double place(Instant at) const;
    const std::vector<Piece>& pieces() const { return pieces_; }

private:
    std::vector<Piece> pieces_;  ///< each begins where the one before ends
};

}  // namespace porteur
