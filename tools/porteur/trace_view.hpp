// SPDX-License-Identifier: Apache-2.0
#pragma once

// A trace (GET /v1/...-orders/{id}/trace) as lines of text: each step's bar on one axis, with what it was below.

#include <string>
#include <vector>

#include "session.hpp"

namespace porteur::cli {

/// "120 ms", "1.4 s", "2 min 5 s", "3 h 20 min", "4 d 2 h", in the reader's language.
std::string duration_text(const Session& session, std::chrono::milliseconds length);

/// Between two RFC 3339 times; nothing where one of them is none.
std::optional<std::chrono::milliseconds> length_of(const std::string& from, const std::string& until);

/// The lines of the waterfall, painted where there are colours, none wider than `columns` as far as its words allow.
/// @param columns  of the terminal; less than 60 is taken as 60
std::vector<std::string> waterfall_of(const Session& session, const json::value& trace, std::size_t columns);

}  // namespace porteur::cli
