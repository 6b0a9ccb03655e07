// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers given back to their carrier, as an order:
//
//   release:   draft -> release_numbers -> list_numbers ... -> an end
//
// It is sent as soon as it is there. docs/decisions/0020-a-release-is-an-order.md says why it is
// one.

#include <vector>

#include "domain/order_rules.hpp"

namespace porteur {

/// So many numbers of one account go into one order: a doubt, or a refusal half-way, is then about that
/// number alone. What an operation that failed had done for each of several is known to nobody.
inline constexpr std::size_t numbers_of_a_release_max = 1;

/// The order, without its id, and its first lines.
/// @param numbers  of the account, at most numbers_of_a_release_max
/// @threads        any
OrderChange release_of(
    std::int64_t tenant, std::string account, const std::vector<PhoneNumber>& numbers, Instant now,
    std::string_view source
);

}  // namespace porteur
