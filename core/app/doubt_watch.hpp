// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "store/standing_book.hpp"

namespace porteur {

/// A carrier that loses connections makes doubts that are settled by its next answer; after this one
/// wants a person to know of them.
inline constexpr std::chrono::minutes doubt_settles_within{30};

/// Tells doubts that settle themselves from those that do not. It remembers since when it has seen
/// each order in doubt, because the store keeps only when the order changed last.
///
/// @threads any
class DoubtWatch {
public:
    /// Takes all that are in doubt now.
    /// @return  how many wait for a person, or have been in doubt for longer than doubt_settles_within
    std::size_t unsettled(const std::vector<OrderInDoubt>& now_in_doubt, Instant now);

private:
    std::mutex mutex_;
    std::map<Id, Instant> since_;
};

}  // namespace porteur
