// SPDX-License-Identifier: Apache-2.0
#pragma once

// The other family of status: ThinkTel's dashboard knows orders before PortInStatus does. It has
// assessments in place of statuses, no day, and no ticket that could be followed.

#include <optional>
#include <string>
#include <vector>

#include <porteur/json_at.hpp>
#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// A request of an order on the dashboard.
struct DashboardEntry {
    std::int64_t order = 0;
    std::string assessment;  ///< "Pending", "Click-To-Port", "Internal", "Closed"
    std::string ticket;      ///< HappyFoxTicket, the porting team's own number
    std::vector<porteur::NumberProgress> numbers;  ///< state as the assessment, word = SvCondition
};

/// The newest entry that has the number.
/// @param body  CustomerInfo
/// @threads any
std::optional<DashboardEntry> newest_entry(
    const porteur::json::value& body, const porteur::PhoneNumber& number
);

/// Asks for it; nothing where ThinkTel's answer is no 2xx. `looks_up` as in tickets_of.
/// @threads [op]
porteur::Op<std::optional<DashboardEntry>> dashboard_entry(
    std::string step, porteur::PhoneNumber number, std::string looks_up
);

/// "order 7 (\"Pending\", HappyFox ticket \"HF000007\")" @threads any
std::string described(const DashboardEntry& entry);

}  // namespace thinktel
