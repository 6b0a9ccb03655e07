// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far the inventory has followed the orders: read here, written with the numbers
// (number_book.hpp).

#include <vector>

#include "domain/number_following.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// A line of a timeline that has not been followed.
struct LineAhead {
    Id id = 0;
    Id order = 0;  ///< 0: of none
};

/// @threads any; blocks. @errors unavailable: the store
class FollowBook {
public:
    explicit FollowBook(StoreAccess& access) : access_(access) {}

    /// The next lines of all timelines, oldest first.
    Result<std::vector<LineAhead>> lines_ahead(int limit);
    /// How far these orders are with their numbers.
    Result<std::vector<NumberFollow>> follows(const std::vector<Id>& orders);
    /// The orders that these numbers wait for.
    Result<std::vector<NumberFollow>> marks(const std::vector<NumberKey>& numbers);

private:
    Result<std::vector<NumberFollow>> read(
        const std::string& where, const std::vector<std::int64_t>& ids
    );

    StoreAccess& access_;
};

}  // namespace porteur
