// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// Where the order stands: by its ticket, else by its numbers, else by the dashboard.
///
/// @param steps  put before the names of the steps: "", "before-", "after-"
/// @return       with all that was kept of the order
/// @errors       internal where nothing of ThinkTel's knows the order; a person asks
/// @threads      [op]
porteur::Op<porteur::PortProgress> follow(
    porteur::OrderReference reference, std::string steps, std::chrono::seconds check_again
);

porteur::Op<porteur::PortProgress> check_port(porteur::OrderReference reference);

}  // namespace thinktel
