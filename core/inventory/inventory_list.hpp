// SPDX-License-Identifier: Apache-2.0
#pragma once

// A page of the inventory in any order under any filter. What is known of all numbers without the store
// (number_directory.hpp) gives the keys; for one tenant's numbers, and for all in the order of the names, the
// store's own indexes lead there sooner.
// docs/numbers.md has the ways and what they cost.

#include <functional>

#include "inventory/list_wish.hpp"

namespace porteur {

/// Where one way gives over to another. Smaller ones let a test go every way with few numbers.
struct ListLimits {
    std::int64_t few = 5'000;           ///< where no more fit, all that fit are found at once
    std::int64_t look_nearby = 2'000;   ///< so many names are looked at in their order in the store before all are in memory
    std::int64_t looks_for_a_stretch = 2'000;  ///< so many numbers are looked at while the store finds where a tenant's begin
    std::int64_t rare = 20;             ///< where fewer than one number in so many fits, all that fit are found at once
    int counted_to = 1'000;             ///< hits of a text, for its total
    int export_piece = 5'000;           ///< rows of one reading of the store
    std::int64_t read_through_part = 30;  ///< one in so many fits: an export rather reads all rows as they lie
};

/// @threads any; blocks
class InventoryList {
public:
    InventoryList(NumberBook& book, const NumberDirectory& directory, ListLimits limits = {})
        : book_(book), directory_(directory), limits_(limits) {}

    /// @errors  invalid_input: the cursor is none of this list's; unavailable
    Result<InventoryPage> page(const InventoryQuery& query, const TenantTree& tenants) const;

    /// All that fit, in the order of the query, whatever its limit; each line is valid until the next.
    /// The store is read piece by piece, so that a slow reader keeps no reading of it open; what changes
    /// meanwhile is met as it is then, and no number comes twice in the order of the numbers.
    /// @param take   says whether it wants more; must not block
    /// @param is_short  the lines may be without custom, cost, order and first call
    /// @param pause  called between two pieces; says whether to go on, and may block
    Result<void> each(
        const InventoryQuery& query, const TenantTree& tenants, const std::function<bool(const NumberLine&)>& take,
        const std::function<bool()>& pause = [] { return true; }, bool is_short = false
    ) const;

private:
    /// The rows as they lie.
    Result<void> read_through(
        const ListWish& wish, KeyScan scan, const std::function<bool(const NumberLine&)>& take, const std::function<bool()>& pause
    ) const;

    NumberBook& book_;
    const NumberDirectory& directory_;
    ListLimits limits_;
};

}  // namespace porteur
