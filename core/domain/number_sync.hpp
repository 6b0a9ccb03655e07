// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a carrier's own list of numbers says, compared with what the inventory holds at its account,
// and what becomes of each difference. Pure: no store, no clock. docs/numbers.md has the rules in
// words.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inventory.hpp"

namespace porteur {

/// A run of the comparison.
enum class SyncState {
    running,
    done,
    held,      ///< so much is missing that a person looks first: nothing was changed
    failed,    ///< the list did not come whole: there is no change set
    replaced,  ///< was held; a later run took its place
};

/// How a number stands at the carrier.
enum class SyncWhat {
    unknown,     ///< listed, and not held by us; or given up by us and listed all the same
    vanished,    ///< held, and not listed any more
    reappeared,  ///< was missing, and is listed again
    differing,   ///< listed as another kind of number, or under another id
    elsewhere,   ///< listed, and held by us at another provider
};

/// What was decided of a difference.
enum class SyncDecision {
    open,             ///< nothing yet
    adopt,            ///< the carrier is right: taken in, or taken over
    ignore,           ///< known and left so; not told again while it stays as it is
    confirm_missing,  ///< it is not there any more, and why is known
    keep,             ///< we are right: it stays as it was
    by_itself,        ///< nobody had to decide
    replaced,         ///< a later run took its place
};

/// Why a number is missing.
enum class MissingCause { unknown, ported_out, released };

/// The words of the API: "running", "vanished", "confirm_missing", "ported_out"; of an open
/// decision the empty one. @threads any
std::string_view word_of(SyncState state) noexcept;
std::string_view word_of(SyncWhat what) noexcept;
std::string_view word_of(SyncDecision decision) noexcept;
std::string_view word_of(MissingCause cause) noexcept;
std::optional<SyncState> sync_state_of(std::string_view word) noexcept;
std::optional<SyncWhat> sync_what_of(std::string_view word) noexcept;
std::optional<SyncDecision> sync_decision_of(std::string_view word) noexcept;
std::optional<MissingCause> missing_cause_of(std::string_view word) noexcept;

/// A number as the inventory holds it: what a comparison looks at.
struct HeldNumber {
    NumberKey key = 0;
    std::int64_t tenant = 0;
    std::string account;
    NumberState state = NumberState::available;
    std::string type;
    std::string carrier_id;
    friend bool operator==(const HeldNumber&, const HeldNumber&) = default;
};

/// A number as the carrier lists it.
struct ListedNumber {
    NumberKey key = 0;
    std::string carrier_id;
    std::string type;
    std::string word;  ///< its status there, verbatim
    std::string label;
    friend bool operator==(const ListedNumber&, const ListedNumber&) = default;
};

/// Whether a carrier lists numbers in this state: what vanishes from the list is then missing.
bool is_listed_in(NumberState state) noexcept;

struct SyncDifference {
    NumberKey key = 0;
    SyncWhat what = SyncWhat::unknown;
    std::optional<HeldNumber> held;
    std::optional<ListedNumber> listed;
    friend bool operator==(const SyncDifference&, const SyncDifference&) = default;
};

struct CarrierDiff {
    std::vector<SyncDifference> differences;  ///< in the order of the numbers
    std::int64_t listed = 0;                  ///< numbers on the list, each once
    std::int64_t expected = 0;                ///< of ours, those that should stand there
    std::int64_t same = 0;                    ///< of them, those that do, with nothing to tell
    std::int64_t left_alone = 0;              ///< under a port, being bought or being given back
    std::int64_t vanishing = 0;  ///< vanished, and not missing yet: what the run would change
};

/// @param account  whose list it is
/// @param held     all that we hold at the account, and those of the list that we hold elsewhere;
/// in any order
/// @param listed   in any order; of a number that stands there twice the first counts
/// @threads        any
CarrierDiff carrier_diff(
    std::string_view account, std::span<const HeldNumber> held, std::span<const ListedNumber> listed
);

/// Whether a person should look before a run marks what vanished: more than ten numbers and more
/// than so many of a hundred that should be there, or a list with nothing on it where ours should
/// be.
/// @threads any
bool must_be_held(const CarrierDiff& diff, int share_percent) noexcept;

/// What a decision was about: as long as the difference says the same, the decision stands.
/// @threads any
std::string standing_of(const SyncDifference& difference);

/// Takes the differences out that were decided before and are still what they were.
/// @param standing  of each number, standing_of() at its decision
/// @return          the numbers whose decision does not stand any more
std::vector<NumberKey> take_out_decided(
    CarrierDiff& diff, const std::map<NumberKey, std::string>& standing
);

/// The likely cause of a number's vanishing, for a person to confirm.
/// @param ported_away  numbers that completed orders of ours took away from the account
MissingCause likely_cause(NumberKey key, const std::set<NumberKey>& ported_away) noexcept;

/// The state that a confirmed cause leads to: `missing` where it is not known.
NumberState state_after(MissingCause cause) noexcept;

/// Which decisions there are for a difference. @threads any
std::span<const SyncDecision> decisions_for(SyncWhat what) noexcept;

// ------------------------------------------------------------------ as it is stored

struct SyncCounts {
    std::int64_t listed = 0, expected = 0, same = 0, left_alone = 0;
    std::int64_t decided =
        0;  ///< differences that a person decided in an earlier run, and that stay as they were
};

struct NumberSync {
    Id id = 0;
    std::string account;
    SyncState state = SyncState::running;
    std::string by;  ///< who wished it; "schedule": it was time
    Instant began{};
    std::optional<Instant> ended;
    SyncCounts counts;
    std::string problem;  ///< failed: why; held: what stands out
};

struct NumberSyncRow {
    Id sync = 0;
    NumberKey key = 0;
    SyncWhat what = SyncWhat::unknown;
    std::int64_t holder =
        0;  ///< whose row it is: who holds the number; of an unknown one, whose account lists it
    std::string before =
        "{}";  ///< canonical JSON: how we hold it: "provider", "state", "type", "carrier_id"
    std::string after = "{}";  ///< how the carrier lists it: "type", "carrier_id", "word", "label"
    std::string standing;
    std::optional<MissingCause> cause;  ///< likely, or confirmed
    SyncDecision decision = SyncDecision::open;
    std::string by;
    std::optional<Instant> at;
};

/// What is decided of a row, to be written with what it makes of the number.
struct SyncRowDecided {
    Id sync = 0;
    NumberKey key = 0;
    SyncDecision decision = SyncDecision::open;
    std::optional<MissingCause> cause;  ///< confirmed; nothing: it stays as it was
    std::string by;
    Instant at{};
};

/// A decision that is not asked for again while the difference stays what it is.
struct SyncStanding {
    std::string account;
    NumberKey key = 0;
    std::string standing;  ///< standing_of()
};

/// A wish that came under a key, as far as it has been carried out: a repeat of the request goes on
/// from there, and its answer tells of all.
struct SyncWishSoFar {
    std::int64_t tenant = 0;
    std::string key;
    std::string fingerprint;
    Id sync = 0;
    NumberKey last = 0;  ///< all up to this number was looked at
    std::int64_t decided = 0, refused = 0;
    std::string problems = "[]";  ///< canonical JSON: pairs of a number's key and a sentence
    Instant at{};
};

/// How many differences of one kind a change set has.
struct SyncRowCount {
    std::int64_t all = 0;
    std::int64_t open = 0;
};

/// When an account's next run is due by itself.
/// @param last      the newest run; nothing: there was none
/// @param every     more than 0
/// @param earliest  not before, so that after a start all accounts do not ask at once
Instant next_sync_at(
    const std::optional<NumberSync>& last, std::chrono::milliseconds every, Instant earliest
);

}  // namespace porteur
