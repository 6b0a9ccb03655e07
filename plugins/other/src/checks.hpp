// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether an order has what the carrier's entry asks for.

#include <chrono>

#include <porteur/model.hpp>

#include "carrier.hpp"

namespace other {

/// What the entry says, as the interface has it. @threads any
porteur::Requirements requirements_of(const Carrier& carrier);

/// One problem for each thing that is asked for and not there, or not of its form. @threads any
std::vector<porteur::Problem> problems_of(const porteur::PortOrder& order, const Carrier& carrier);

/// One problem for each document that is too old, or of a day yet to come. @threads any
std::vector<porteur::Problem> age_problems_of(
    const porteur::PortOrder& order, const Carrier& carrier, std::chrono::sys_days today
);

}  // namespace other
