// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/carrier_standing.hpp"
#include "api/trace.hpp"
#include "domain/commit.hpp"

namespace porteur {

/// The steps in an operation's journal that take time, in the order in which they were asked for.
/// @errors  internal: the journal cannot be read
/// @threads any
Result<std::vector<TraceStep>> steps_of(const StoredOperation& stored);

/// Puts in when the requests of an operation left, as far as the daemon's memory of its account still has them. Where
/// two steps of one name ran at the same time nobody can say whose they were: nothing is put in.
/// @param kept_max  how many requests of an account are remembered at most
/// @threads any
void add_times_left(std::vector<TraceStep>& steps, Id operation, const CarrierStanding& standing, std::size_t kept_max);

/// As for exchanges (exchanges.hpp). @threads any
void hide_own_secrets(std::vector<TraceStep>& steps, const Order& order, const std::string& pin);

/// A request in one line of the log: neither address nor body, as both may hold numbers. Order and operation are named as
/// the API and `porteur trace` name them. @threads any
std::string log_line_of(std::string_view account, const CarrierRequestSeen& seen);

}  // namespace porteur
