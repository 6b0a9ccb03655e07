// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "port_form.hpp"

namespace porteur::sim {

/// The request does not have the shape of its schema: HTTP 400.
struct Malformed {
    std::string message;
};
/// A rule of the business is broken: Reply 0.
struct Refused {
    std::string message;
};

/// The shape of what stands beside the PortForm. Throws Malformed.
void check_extra_shape(const PortProcedure& procedure, const json::value& body);

/// The numbers named beside the PortForm, and their rules. Throws Refused.
void check_extra_rules(
    const PortProcedure& procedure, const json::value& body, const ThinktelNetwork& network,
    PortRequest& request
);

}  // namespace porteur::sim
