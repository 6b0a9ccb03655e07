// SPDX-License-Identifier: Apache-2.0
#pragma once

// Port-in tickets: read by number, told apart from older ones, and turned into progress.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

#include "wire.hpp"

namespace thinktel {

/// The ticket of each number, none where ThinkTel knows of none.
using TicketsByNumber = std::vector<std::optional<Ticket>>;

/// Reads them, one request for each number. `looks_up` names the ONCE step whose outcome this is
/// to tell; empty before it. @threads [op]
porteur::Op<TicketsByNumber> tickets_of(
    std::string step, std::vector<porteur::PhoneNumber> numbers, std::string looks_up
);

/// The ids of these tickets, once each. @threads any
std::set<std::string> ids_of(const TicketsByNumber& tickets);

/// The tickets that were not there before and are about these numbers, by id. @threads any
std::map<std::string, Ticket> new_tickets(
    const TicketsByNumber& now, const std::set<std::string>& before,
    std::vector<porteur::PhoneNumber> numbers
);

/// What the ticket says of the order. An exception always has a rejection, so that a person sees
/// what to do. @errors internal for a status that is not documented; a person is asked
porteur::PortProgress progress_of(const Ticket& ticket, std::chrono::seconds check_again);

}  // namespace thinktel
