// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers for a SIP trunk: ordered once, and told by the trunk itself where the answer was lost.
// See buying.cpp for the method.

#include <set>
#include <string>
#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

using Numbers = std::vector<porteur::PhoneNumber>;

struct Bought {
    std::vector<porteur::NumberProgress> numbers;
    bool called_off = false;  ///< the order was, while a lost answer was waited for
};

/// Buys these very numbers; each is completed, rejected, (where ThinkTel only says "Deferred")
/// in_review, or (called off before it was ordered again) cancelled. @errors in_doubt; rejected,
/// unauthorized, throttled, unavailable while nothing is bought @threads [op]
porteur::Op<Bought> buy_chosen(std::string pilot, Numbers wanted);

/// Buys any numbers of a rate centre.
/// @param area    a rate centre's name, whatever its case and accents, or an area code
/// @param country where it is
/// @param before  what is on the trunk
/// @errors        as buy_chosen; in_doubt where the answer was lost and the trunk has not exactly
///                as many new numbers of that area as were ordered
/// @threads       [op]
porteur::Op<Bought> buy_next_available(
    std::string pilot, std::string area, std::string country, std::int64_t quantity,
    std::set<porteur::PhoneNumber> before
);

}  // namespace thinktel
