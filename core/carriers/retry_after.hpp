// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// The longest wait we honour. A carrier that asks for more is asked again after this.
inline constexpr std::chrono::seconds retry_after_max{3600};

/// Reads how long a carrier asks us to wait before the next request.
///
/// Takes a count of seconds ("120") and the three HTTP date forms. A date in the past gives zero.
///
/// @param field  the Retry-After value as received, without blanks around it
/// @param now    UTC, for the date forms; whole seconds, as HTTP dates have no fraction
/// @return       whole seconds, 0 to retry_after_max; a longer wish is cut to the maximum
/// @errors       invalid_input: none of the forms; the message quotes the field
/// @threads      any; no state, no I/O
/// @source       RFC 9110, sections 5.6.7 (dates) and 10.2.3 (Retry-After)
Result<std::chrono::seconds> parse_retry_after(
    std::string_view field, std::chrono::sys_seconds now
);

}  // namespace porteur
