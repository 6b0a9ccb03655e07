// SPDX-License-Identifier: Apache-2.0
#include "domain/number_sync.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace porteur {
namespace {

template <class T, std::size_t N>
constexpr std::string_view word_for(
    const std::array<std::pair<T, std::string_view>, N>& words, T value
) noexcept {
    for (const auto& [each, word] : words)
        if (each == value) return word;
    return {};
}

template <class T, std::size_t N>
constexpr std::optional<T> value_in(
    const std::array<std::pair<T, std::string_view>, N>& words, std::string_view word
) noexcept {
    for (const auto& [each, text] : words)
        if (text == word) return each;
    return std::nullopt;
}

constexpr auto states = std::to_array<std::pair<SyncState, std::string_view>>({
    {SyncState::running, "running"},
    {SyncState::done, "done"},
    {SyncState::held, "held"},
    {SyncState::failed, "failed"},
    {SyncState::replaced, "replaced"},
});
constexpr auto whats = std::to_array<std::pair<SyncWhat, std::string_view>>({
    {SyncWhat::unknown, "unknown"},
    {SyncWhat::vanished, "vanished"},
    {SyncWhat::reappeared, "reappeared"},
    {SyncWhat::differing, "differing"},
    {SyncWhat::elsewhere, "elsewhere"},
});
constexpr auto decisions = std::to_array<std::pair<SyncDecision, std::string_view>>({
    {SyncDecision::open, ""},
    {SyncDecision::adopt, "adopt"},
    {SyncDecision::ignore, "ignore"},
    {SyncDecision::confirm_missing, "confirm_missing"},
    {SyncDecision::keep, "keep"},
    {SyncDecision::by_itself, "by_itself"},
    {SyncDecision::replaced, "replaced"},
});
constexpr auto causes = std::to_array<std::pair<MissingCause, std::string_view>>({
    {MissingCause::unknown, "unknown"},
    {MissingCause::ported_out, "ported_out"},
    {MissingCause::released, "released"},
});

/// What a number's state lets one expect of the carrier's list.
enum class Expectation { listed, either_way, not_listed, was_missing };

Expectation expectation_of(NumberState state) noexcept {
    switch (state) {
        case NumberState::available:
        case NumberState::reserved:
        case NumberState::assigned:
        case NumberState::in_service:
        case NumberState::suspended:
            return Expectation::listed;
        case NumberState::ordering:
        case NumberState::awaiting_requirements:
        case NumberState::port_in_pending:
        case NumberState::port_out_pending:
        case NumberState::releasing:
        case NumberState::aging:
            return Expectation::either_way;
        case NumberState::missing:
            return Expectation::was_missing;
        case NumberState::discovered:
        case NumberState::ported_out:
        case NumberState::released:
        case NumberState::failed:
            break;
    }
    return Expectation::not_listed;
}

/// Numbers that are billed and routed in ways of their own. Where a number of an ordinary kind lies
/// (local, national, mobile) carriers and numbering plans do not tell alike.
bool is_of_its_own_kind(std::string_view type) noexcept {
    return type == "toll_free" || type == "shared_cost" || type == "short_code";
}

bool differs(const HeldNumber& held, const ListedNumber& listed) noexcept {
    if (!held.carrier_id.empty() && !listed.carrier_id.empty() &&
        held.carrier_id != listed.carrier_id)
        return true;
    const bool both_known = !held.type.empty() && held.type != "unknown" && !listed.type.empty() &&
                            listed.type != "unknown";
    return both_known && held.type != listed.type &&
           (is_of_its_own_kind(held.type) || is_of_its_own_kind(listed.type));
}

template <class T>
std::vector<const T*> in_order(std::span<const T> numbers) {
    std::vector<const T*> out;
    out.reserve(numbers.size());
    for (const auto& each : numbers) out.push_back(&each);
    std::ranges::sort(out, {}, [](const T* each) {
        return std::pair(each->key, each);
    });  // of one number the first stays in front
    const auto repeated = std::ranges::unique(out, {}, [](const T* each) { return each->key; });
    out.erase(repeated.begin(), repeated.end());
    return out;
}

constexpr std::int64_t few = 10;

}  // namespace

std::string_view word_of(SyncState state) noexcept { return word_for(states, state); }
std::string_view word_of(SyncWhat what) noexcept { return word_for(whats, what); }
std::string_view word_of(SyncDecision decision) noexcept { return word_for(decisions, decision); }
std::string_view word_of(MissingCause cause) noexcept { return word_for(causes, cause); }
std::optional<SyncState> sync_state_of(std::string_view word) noexcept {
    return value_in(states, word);
}
std::optional<SyncWhat> sync_what_of(std::string_view word) noexcept {
    return value_in(whats, word);
}
std::optional<SyncDecision> sync_decision_of(std::string_view word) noexcept {
    return value_in(decisions, word);
}
std::optional<MissingCause> missing_cause_of(std::string_view word) noexcept {
    return value_in(causes, word);
}

bool is_listed_in(NumberState state) noexcept {
    return expectation_of(state) == Expectation::listed;
}

CarrierDiff carrier_diff(
    std::string_view account, std::span<const HeldNumber> held, std::span<const ListedNumber> listed
) {
    CarrierDiff out;
    const auto ours = in_order(held);
    const auto theirs = in_order(listed);
    out.listed = std::ssize(theirs);
    auto our = ours.begin();
    auto their = theirs.begin();
    while (our != ours.end() || their != theirs.end()) {
        const bool is_listed =
            their != theirs.end() && (our == ours.end() || (*their)->key <= (*our)->key);
        const bool is_held =
            our != ours.end() && (their == theirs.end() || (*our)->key <= (*their)->key);
        const auto* number = is_held ? *our : nullptr;
        const auto* entry = is_listed ? *their : nullptr;
        if (is_held) ++our;
        if (is_listed) ++their;
        const auto tell = [&](SyncWhat what) {
            out.differences.push_back(
                {.key = number ? number->key : entry->key,
                 .what = what,
                 .held = number ? std::optional(*number) : std::nullopt,
                 .listed = entry ? std::optional(*entry) : std::nullopt}
            );
        };
        if (!number) {
            tell(SyncWhat::unknown);
            continue;
        }
        const auto expectation = expectation_of(number->state);
        if (number->account != account) {
            if (!entry) continue;  // not of this account, and nobody says so
            if (expectation == Expectation::either_way)
                ++out.left_alone;
            else
                tell(
                    expectation == Expectation::not_listed ? SyncWhat::unknown : SyncWhat::elsewhere
                );
            continue;
        }
        switch (expectation) {
            case Expectation::either_way:
                ++out.left_alone;
                break;
            case Expectation::not_listed:
                if (entry) tell(SyncWhat::unknown);
                break;
            case Expectation::was_missing:
                tell(entry ? SyncWhat::reappeared : SyncWhat::vanished);
                break;
            case Expectation::listed:
                ++out.expected;
                if (!entry) {
                    ++out.vanishing;
                    tell(SyncWhat::vanished);
                } else if (differs(*number, *entry)) {
                    tell(SyncWhat::differing);
                } else {
                    ++out.same;
                }
                break;
        }
    }
    return out;
}

bool must_be_held(const CarrierDiff& diff, int share_percent) noexcept {
    if (diff.vanishing == 0) return false;
    if (diff.listed == 0) return true;
    return diff.vanishing > few && diff.vanishing * 100 > diff.expected * share_percent;
}

std::string standing_of(const SyncDifference& difference) {
    std::string out(word_of(difference.what));
    switch (difference.what) {
        case SyncWhat::unknown:
            if (difference.held) out.append(" ").append(word_of(difference.held->state));
            break;
        case SyncWhat::vanished:
        case SyncWhat::reappeared:
            break;
        case SyncWhat::differing:
            out.append(" ")
                .append(difference.listed->type)
                .append(" ")
                .append(difference.listed->carrier_id);
            break;
        case SyncWhat::elsewhere:
            out.append(" ").append(difference.held->account);
            break;
    }
    return out;
}

std::vector<NumberKey> take_out_decided(
    CarrierDiff& diff, const std::map<NumberKey, std::string>& standing
) {
    std::set<NumberKey> still;
    std::erase_if(diff.differences, [&](const SyncDifference& each) {
        const auto found = standing.find(each.key);
        if (found == standing.end() || found->second != standing_of(each)) return false;
        still.insert(each.key);
        if (each.what == SyncWhat::vanished && each.held &&
            each.held->state != NumberState::missing)
            --diff.vanishing;
        return true;
    });
    std::vector<NumberKey> over;
    for (const auto& [key, text] : standing)
        if (!still.contains(key)) over.push_back(key);
    return over;
}

MissingCause likely_cause(NumberKey key, const std::set<NumberKey>& ported_away) noexcept {
    return ported_away.contains(key) ? MissingCause::ported_out : MissingCause::unknown;
}

NumberState state_after(MissingCause cause) noexcept {
    switch (cause) {
        case MissingCause::ported_out:
            return NumberState::ported_out;
        case MissingCause::released:
            return NumberState::released;
        case MissingCause::unknown:
            break;
    }
    return NumberState::missing;
}

std::span<const SyncDecision> decisions_for(SyncWhat what) noexcept {
    using enum SyncDecision;
    static constexpr std::array of_unknown{adopt, ignore}, of_vanished{confirm_missing, keep},
        of_differing{adopt, keep};
    switch (what) {
        case SyncWhat::unknown:
        case SyncWhat::elsewhere:
            return of_unknown;
        case SyncWhat::vanished:
            return of_vanished;
        case SyncWhat::differing:
            return of_differing;
        case SyncWhat::reappeared:
            break;
    }
    return {};
}

Instant next_sync_at(
    const std::optional<NumberSync>& last, std::chrono::milliseconds every, Instant earliest
) {
    if (!last) return earliest;
    // A carrier that did not answer is asked again before a day is over.
    const auto wait = last->state == SyncState::failed
                          ? std::min<std::chrono::milliseconds>(every, std::chrono::hours(1))
                          : every;
    return std::max(earliest, last->began + wait);
}

}  // namespace porteur
