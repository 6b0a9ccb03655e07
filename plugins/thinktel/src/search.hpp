// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// A rate centre with numbers to sell.
struct RateCentre {
    std::string name;  ///< "Edmonton, AB"
    std::int64_t available = 0;
};

/// Those of a path below /RateCenters that have any, the order as ThinkTel has it. @threads [op]
porteur::Op<std::vector<RateCentre>> rate_centres(std::string step, std::string path);

/// True for three digits. @threads any
bool is_area_code(std::string_view area);

/// Offers numbers of the rate centres that fit, ten of each; reserves and buys nothing. ThinkTel
/// sells local numbers of Canada and the United States: for others the answer is empty.
/// @threads [op]
porteur::Op<std::vector<porteur::AvailableNumber>> search_numbers(porteur::NumberQuery query);

}  // namespace thinktel
