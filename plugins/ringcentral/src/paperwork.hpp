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
    std::int64_t loa_age_days_max = 30;
    bool address_difference_blocks = false;
};

/// One problem for each thing that is missing or of the wrong form. @threads any
std::vector<porteur::Problem> problems_of(const porteur::PortOrder& order, const Rules& rules);

/// What every carrier's documents call the billing statement and the letter of authorization.
inline constexpr std::string_view statement_type = "invoice", loa_type = "loa";

/// The day that a document's age counts from: a letter of authorization from its signature.
/// @threads any
std::optional<std::chrono::year_month_day> day_of(const porteur::DocumentRef& document);

/// The newest document of a type; null if there is none. @threads any
const porteur::DocumentRef* newest_document(const porteur::PortOrder& order, std::string_view type);

/// The problem of a statement or letter that is too old or from the future, if it is. @threads any
std::optional<porteur::Problem> age_problem(
    const porteur::DocumentRef& document, std::chrono::sys_days today, const Rules& rules
);

}  // namespace ringcentral
