// SPDX-License-Identifier: Apache-2.0
#pragma once

// The account's list of numbers, whole, at the pace that RingCentral allows.

#include <string>
#include <vector>

#include <porteur/op.hpp>

#include "wire.hpp"

namespace ringcentral {

struct Pace {
    std::int64_t page_size = 100;
    std::int64_t pages_per_minute = 9;  ///< the Heavy group allows 10; one is left for others
};

/// Every page. Between the pages of a large account it pauses, as a row and not in memory, so that
/// the list is not begun anew for want of a place in the carrier's limit.
///
/// A list that changes while it is read would show a number twice or not at all, and one that is
/// not there counts as gone: it is read again until what was read is as many as RingCentral counts.
///
/// @errors  unavailable: it changed during each of three readings; else as require_ok() says
/// @threads [op]
porteur::Op<std::vector<OwnedNumber>> all_numbers(Pace pace);

}  // namespace ringcentral
