// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <porteur/model/discovery.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// Trunks with their details, offerings with both names, losing providers, holidays, rate centers.
/// @errors   invalid_input: no such list, or no such area
/// @threads  [op]
porteur::Op<std::vector<porteur::DiscoveryList>> discover(porteur::DiscoveryQuery query);

}  // namespace thinktel
