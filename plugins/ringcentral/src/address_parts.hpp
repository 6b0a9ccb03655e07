// SPDX-License-Identifier: Apache-2.0
#pragma once

// RingCentral has house number, street and unit in one line; an order has them apart. A carrier's
// refusal names the part, so they are compared apart.

#include <string>
#include <string_view>

#include <porteur/model/common.hpp>

namespace ringcentral {

struct StreetParts {
    std::string house_number, street, unit;
    friend bool operator==(const StreetParts&, const StreetParts&) = default;
};

/// Takes a line apart: "1 King St W, Suite 500", "500-1 King St W" (unit before the house number,
/// as Canada Post writes it), "1, rue King Ouest, bureau 5". What has no house number is a street.
/// @threads any
StreetParts street_parts(std::string_view line);

/// The parts of an order's address, whose house number may stand in the street.
/// @threads any
StreetParts street_parts(const porteur::Address& at);

/// "1 King St W Unit 500". @threads any
std::string line_of(const porteur::Address& at);

}  // namespace ringcentral
