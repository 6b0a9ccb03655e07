// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of an order is somebody's, and whether a text tells it: what the checks S2 to S4 look at.

#include <string>
#include <string_view>
#include <vector>

#include "conformance/play.hpp"

namespace porteur::conformance {

/// The telephone numbers of an input, as their digits, with the country's: each text of E.164 form ("+14165550101"), and
/// in a list or text that is called number(s) a North American one without its country as well. Orders and accounts
/// have numbers too, and days have eight digits: those are none.
/// @param input  JSON; none are found in anything else
/// @threads      any
std::vector<std::string> numbers_in(std::string_view input);

/// The account number of an input, unless it is one of its telephone numbers, which an address may hold; empty if there is
/// none that is long enough to be looked for.
/// @threads any
std::string account_in(std::string_view input);

/// Whether a text tells a number in full: its digits, with or without the North American 1, whatever stands between them
/// as people write it: "+14165550101", "4165550101", "(416) 555-0101", "416.555.0101". A longer run of digits is
/// something else.
/// @param digits  as numbers_in gives them
/// @threads       any
bool tells_number(std::string_view text, std::string_view digits);

/// Path or URL of a request, and the names and values of its query: what the carrier's servers keep in their logs.
/// @threads any
std::vector<std::string> address_of(const Effect& effect);

}  // namespace porteur::conformance
