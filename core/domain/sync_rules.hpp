// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a difference between the inventory and a carrier's list does to a number: by itself, and
// once somebody has decided. Pure: no store, no clock.

#include "domain/number_rules.hpp"
#include "domain/number_sync.hpp"

namespace porteur {

/// A row of a change set: how the number is held, and how it is listed.
/// @param before  of a number that is missing already, how it was held before that: a row's
/// `before`; else empty
/// @param owner   the account that holds the carrier account
NumberSyncRow row_of(
    const SyncDifference& difference, const std::optional<NumberForm>& now, std::string_view before,
    std::int64_t owner, const TenantTree& tree
);

/// A number as a row's `after` tells it.
ListedNumber listed_in(const NumberSyncRow& row);

/// What a run does by itself: what vanished is missing, what reappeared is as it was.
/// @return  false: the number has changed since the lists were compared, and stays as it is
bool carry_out_by_itself(
    const NumberSyncRow& row, std::string_view account, const TenantTree& tree, NumberForm& number
);

/// Of numbers that have changed since the carrier was asked: what was to be decided before and is still
/// the same. What a run would do by itself waits for the next list.
/// @param open  of each number, standing_of() at what nobody has decided yet
std::vector<SyncDifference> still_open(
    std::vector<SyncDifference> differences, const std::map<NumberKey, std::string>& open
);

struct SyncWish {
    SyncDecision decision = SyncDecision::open;
    std::string account;                ///< the carrier account
    std::int64_t tenant = 0;            ///< adopt: into this account
    std::optional<MissingCause> cause;  ///< confirm_missing; nothing: the likely one
};

/// Makes a decision true.
/// @param number  as it is held; nothing: it is not. Afterwards as it shall be
/// @errors        invalid_input: a sentence that says why not and what to do
Result<void> carry_out(
    const SyncWish& wish, const NumberSyncRow& row, const TenantTree& tree,
    std::optional<NumberForm>& number
);

/// Whether the difference stays after such a decision, so that it must not be told again.
bool stands_after(const SyncWish& wish, const NumberSyncRow& row) noexcept;

}  // namespace porteur
