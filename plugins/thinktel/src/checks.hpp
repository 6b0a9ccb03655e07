// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a port needs before it may be sent: the rules of ThinkTel's form, and the list of them for
// people.

#include <porteur/model.hpp>
#include <porteur/op.hpp>

#include "form.hpp"

namespace thinktel {

/// One problem for each field that ThinkTel's form needs and the order lacks. What the order is
/// aimed at is not looked at, but its details are. @threads any
std::vector<porteur::Problem> problems_of(
    const porteur::PortOrder& order, const Submitter& submitter
);

/// Asks for no effects: what only ThinkTel can tell is checked by submit_port. @threads [op]
porteur::Op<porteur::Findings> validate(porteur::PortOrder order);

/// The papers and facts for a port or a purchase, English and French. @threads any
porteur::Requirements requirements(porteur::RequirementsQuery query);

/// Toll-free numbers apart from the others, in the order given. @threads any
std::vector<porteur::NumberGroup> split(porteur::NumberList list);

}  // namespace thinktel
