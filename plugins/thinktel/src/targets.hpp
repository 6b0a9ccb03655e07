// SPDX-License-Identifier: Apache-2.0
#pragma once

// What there is at ThinkTel: trunks, offerings, providers, holidays.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <porteur/json.hpp>
#include <porteur/model.hpp>
#include <porteur/op.hpp>

#include "services.hpp"

namespace thinktel {

/// One of the account's offerings, as GET /Products/TelephoneOfferings has it.
struct Offering {
    std::int64_t type = 0;
    std::vector<Parent> parents;
    porteur::TargetChoice choice;
};

/// @threads any
Offering offering_from(const porteur::json::value& theirs);

/// "20261225", "2026-12-25" and that with a time of day behind it. @threads any
std::optional<std::chrono::year_month_day> read_any_date(const std::string& text);

/// The account's trunks, read under the step "trunks". @threads [op]
porteur::Op<std::vector<porteur::TargetChoice>> trunks();

/// Trunks and offerings, each with what it wants. @threads [op]
porteur::Op<std::vector<porteur::TargetChoice>> list_targets(porteur::Nothing);

/// Where the order's numbers go: the order's trunk or offering, which it may name by its id or by one
/// of its names, or else the account's trunk.
/// @errors invalid_input where there is none, with what there is to choose from, or where the
///         offering is not the account's; unsupported for a service without a procedure
/// @threads [op]
porteur::Op<Destination> destination_of(porteur::PortOrder order, std::string trunk_of_account);

/// The pilot number of ten digits. @errors invalid_input
std::string pilot_of(const std::string& trunk);

/// Ends the operation with the trunks to choose from (and offerings, if any are given).
/// @errors invalid_input, always
[[noreturn]] void refuse_without_target(
    const std::vector<porteur::TargetChoice>& choices, std::string_view what
);

/// The ID of the provider that is called so, as ThinkTel lists it; 0 if none is, or where the list
/// cannot be had. Letter case, accents, blanks and punctuation do not
/// count. @threads [op]
porteur::Op<std::int64_t> provider_named(std::string name);

/// Ends the operation where the wished day is over or one of ThinkTel's holidays. @threads [op]
/// @errors invalid_input
porteur::Op<void> refuse_closed_day(std::chrono::year_month_day wished);

}  // namespace thinktel
