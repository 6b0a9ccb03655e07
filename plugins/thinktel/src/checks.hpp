// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a port needs before it may be sent: the rules of ThinkTel's form, and the list of them for
// people.

#include <porteur/model.hpp>

#include "wire.hpp"

namespace thinktel {

/// One problem for each field that ThinkTel's form needs and the order lacks. What the order is
/// aimed at is not looked at. @threads any
std::vector<porteur::Problem> problems_of(
    const porteur::PortOrder& order, const Submitter& submitter
);

/// The papers and facts for a port into a trunk, English and French. @threads any
porteur::Requirements requirements(porteur::RequirementsQuery query);

/// Toll-free numbers apart from the others, in the order given. @threads any
std::vector<porteur::NumberGroup> split(porteur::NumberList list);

}  // namespace thinktel
