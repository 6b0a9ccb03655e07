// SPDX-License-Identifier: Apache-2.0
#pragma once

// How an account stands with its carrier, as `porteur carriers` and `porteur status` say it.

#include <string>
#include <string_view>

#include "session.hpp"

namespace porteur::cli {

Colour colour_of_health(std::string_view health);
/// "4 of 10 in 60 s"; a wait that the carrier wishes goes before it.
std::string rate_of(const Session& session, const json::value& account);
/// "open since 2026-12-01 10:30:00, tried again at 2026-12-01 10:31:00"
Cell breaker_of(const Session& session, const json::value& account);

}  // namespace porteur::cli
