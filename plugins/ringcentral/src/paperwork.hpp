// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a number needs to leave RingCentral, as far as it can be told without asking RingCentral.
// @source CARRIERS.md 1.2: RingCentral's port-out package

#include <optional>

#include <porteur/model.hpp>

namespace ringcentral {

/// The rules that an account's settings may change.
struct Rules {
    std::int64_t pin_digits_min = 6;
    std::int64_t pin_digits_max = 10;
    std::int64_t statement_age_days_max = 45;
    bool address_difference_blocks = false;
};

/// One problem for each thing that is missing or of the wrong form. @threads any
std::vector<porteur::Problem> problems_of(const porteur::PortOrder& order, const Rules& rules);

/// The problem of a statement that is too old or from the future, if it is. @threads any
std::optional<porteur::Problem> statement_age_problem(
    const porteur::PortOrder& order, std::chrono::sys_days today, const Rules& rules
);

/// The whole package, English and French. @threads any
porteur::Requirements package(const Rules& rules);

}  // namespace ringcentral
