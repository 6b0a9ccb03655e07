// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the routes of numbers share.

#include "api/request.hpp"
#include "domain/inventory.hpp"

namespace porteur::handlers {

/// The words of a list's query that say which numbers are meant.
inline constexpr std::string_view number_filter_words =
    "filter status state provider tenant tag country type use_type number used_by company var provider_has q";

/// Reads them. @errors invalid_input: "the parameter ..." @threads any
Result<NumberFilter> read_number_filter(const Request& request);

}  // namespace porteur::handlers
