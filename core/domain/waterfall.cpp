// SPDX-License-Identifier: Apache-2.0
#include "domain/waterfall.hpp"

#include <algorithm>
#include <set>

#include "domain/order_rules.hpp"

namespace porteur {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds wait_min{1};

/// Appends a piece unless it has no length; `until` may be open.
void add(std::vector<BarPiece>& pieces, BarPiece::What what, Instant from, std::optional<Instant> until) {
    if (!until || *until > from) pieces.push_back({.what = what, .from = from, .until = until});
}

/// A request with the times that it left, as far as they are known, up to its outcome or to when that was lost.
void add_request(std::vector<BarPiece>& pieces, const StepTimes& step, std::optional<Instant> until) {
    using What = BarPiece::What;
    auto at = step.asked;
    bool is_first = true;
    for (const auto& left : step.left) {
        if (left.at < at || (until && left.at > *until)) continue;  // clocks were set: it cannot be placed
        const auto before = !is_first               ? What::again
                            : !step.left_is_whole   ? What::whole
                            : step.guarantee == Guarantee::safe ? What::turn
                                                    : What::ready;
        add(pieces, before, at, left.at);
        auto back = left.at + left.took;
        if (until) back = std::min(back, *until);
        pieces.push_back({.what = What::exchange, .from = left.at, .until = back, .status = left.status, .failed = left.failed});
        at = back;
        is_first = false;
    }
    if (is_first) {
        add(pieces, What::whole, at, until);
    } else if (!until) {
        add(pieces, What::whole, at, until);  // under way again, or about to be
    }
}

bool is_of_person(const TimelineEntry& entry) {
    static constexpr std::string_view words[] = {".submit_wanted", ".amended", ".cancel_wanted", ".settled_by_person", ".answered"};
    return std::ranges::any_of(words, [&](std::string_view word) { return entry.kind.ends_with(word); });
}

/// What the time between two operations was for; nothing where that is not known.
std::optional<OrderWait::What> purpose(const Operation* before, const Operation& after, std::span<const TimelineEntry> between) {
    using What = OrderWait::What;
    if (std::ranges::any_of(between, is_of_person)) return What::person;
    if (before && before->state == Operation::State::parked) return What::person;
    if (after.name.starts_with("check_")) return What::carrier;
    if (before && before->state == Operation::State::failed && before->name == after.name) return What::again;
    return std::nullopt;
}

/// What it waits for now.
std::optional<OrderWait::What> purpose_now(const Order& order) {
    using What = OrderWait::What;
    switch (order.delivery) {
        case Delivery::in_doubt:
        case Delivery::waiting_for_person: return What::person;
        case Delivery::retry_at: return What::again;
        case Delivery::sending: return std::nullopt;
        case Delivery::idle: break;
    }
    if (order.stage == Stage::follow || order.stage == Stage::release) return What::carrier;
    if (order.stage == Stage::none && !is_end(order.state)) return What::person;
    return std::nullopt;
}

}  // namespace

std::string_view word_of(BarPiece::What what) noexcept {
    using What = BarPiece::What;
    switch (what) {
        case What::turn: return "turn";
        case What::ready: return "ready";
        case What::exchange: return "exchange";
        case What::again: return "again";
        case What::whole: return "whole";
        case What::mail: return "mail";
        case What::settle: return "settle";
        case What::person: return "person";
        case What::event: return "event";
        case What::pause: return "pause";
        case What::sign: return "sign";
    }
    return "whole";
}

std::string_view word_of(OrderWait::What what) noexcept {
    switch (what) {
        case OrderWait::What::carrier: return "carrier";
        case OrderWait::What::person: return "person";
        case OrderWait::What::again: return "again";
    }
    return "carrier";
}

std::vector<BarPiece> pieces_of(const StepTimes& step) {
    using What = BarPiece::What;
    std::vector<BarPiece> pieces;
    const auto until = step.lost ? step.lost : step.ended;
    switch (step.kind) {
        case EffectKind::http: add_request(pieces, step, until); break;
        case EffectKind::mail: add(pieces, What::mail, step.asked, until); break;
        case EffectKind::sign: add(pieces, What::sign, step.asked, until); break;
        case EffectKind::manual: add(pieces, What::person, step.asked, until); break;
        case EffectKind::event: add(pieces, What::event, step.asked, until); break;
        case EffectKind::sleep: add(pieces, What::pause, step.asked, until); break;
        case EffectKind::now:
        case EffectKind::random:
        case EffectKind::patch:
        case EffectKind::progress: return pieces;
    }
    if (step.lost) add(pieces, What::settle, *step.lost, step.ended);
    return pieces;
}

std::vector<OrderWait> waits_of(
    const Order& order, std::span<const Operation> operations, std::span<const TimelineEntry> entries, bool is_whole, Instant now
) {
    std::vector<OrderWait> waits;
    const auto within = [&](Instant from, Instant until) {
        const auto first = std::ranges::lower_bound(entries, from, {}, &TimelineEntry::at);
        const auto last = std::ranges::upper_bound(entries, until, {}, &TimelineEntry::at);
        return first < last ? std::span(first, last) : std::span<const TimelineEntry>();
    };
    const Operation* before = nullptr;
    std::optional<Instant> free_since = is_whole ? std::optional(order.created) : std::nullopt;
    for (const auto& each : operations) {
        if (free_since && each.began - *free_since >= wait_min)
            if (const auto what = purpose(before, each, within(*free_since, each.began))) waits.push_back({*what, *free_since, each.began});
        before = &each;
        free_since = each.ended;
    }
    if (free_since && now - *free_since >= wait_min)
        if (const auto what = purpose_now(order)) waits.push_back({*what, *free_since, std::nullopt});
    return waits;
}

// ------------------------------------------------------------------ the axis

TimeAxis::TimeAxis(std::span<const Stretch> stretches) {
    std::set<Instant> edges;
    for (const auto& each : stretches) edges.insert({each.from, std::max(each.from, each.until)});
    if (edges.empty()) edges.insert(Instant{});
    const auto is_worked = [&](Instant from, Instant until) {
        return std::ranges::any_of(stretches, [&](const Stretch& each) { return each.is_work && each.from <= from && each.until >= until; });
    };
    milliseconds work{0};
    for (auto at = edges.begin(), next = std::next(at); next != edges.end(); at = next++) {
        const bool worked = is_worked(*at, *next);
        if (worked) work += *next - *at;
        // Neighbours of one kind are one piece.
        if (!pieces_.empty() && pieces_.back().is_cut == !worked)
            pieces_.back().until = *next;
        else
            pieces_.push_back({.from = *at, .until = *next, .is_cut = !worked});
    }
    if (pieces_.empty()) pieces_.push_back({.from = *edges.begin(), .until = *edges.begin() + milliseconds(1), .is_cut = false});
    // A quiet stretch that is short beside the work keeps its length; where nothing was worked, all do.
    for (auto& each : pieces_)
        if (work.count() == 0 || (each.until - each.from) * 5 <= work) each.is_cut = false;
    const auto cuts = static_cast<double>(std::ranges::count(pieces_, true, &Piece::is_cut));
    const double of_cut = cuts == 0 ? 0 : std::min(60.0, length * 0.4 / cuts);
    milliseconds to_scale{0};
    for (const auto& each : pieces_)
        if (!each.is_cut) to_scale += each.until - each.from;
    const double of_millisecond = (length - cuts * of_cut) / static_cast<double>(std::max<std::int64_t>(1, to_scale.count()));
    double place = 0;
    for (auto& each : pieces_) {
        each.start = place;
        place += each.is_cut ? of_cut : static_cast<double>((each.until - each.from).count()) * of_millisecond;
        each.end = place;
    }
    pieces_.back().end = length;
}

double TimeAxis::place(Instant at) const {
    if (at <= pieces_.front().from) return 0;
    for (const auto& each : pieces_) {
        if (at > each.until) continue;
        const auto whole = std::max<std::int64_t>(1, (each.until - each.from).count());
        return each.start + (each.end - each.start) * static_cast<double>((at - each.from).count()) / static_cast<double>(whole);
    }
    return length;
}

}  // namespace porteur
