// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/message.hpp"
#include "network.hpp"

namespace porteur::sim {

/// One of the port-in procedures: where it is posted and what its body has beside the PortForm.
struct PortProcedure {
    std::string_view name;  ///< "DID"
    std::string_view path;  ///< "/v2/NumberPorts/Inbound/DIDs"
    bool toll_free;
    std::string_view list;       ///< member that holds one entry per number; empty = none
    std::int64_t offering_type;  ///< the Type of its OfferingID; 0 = takes none
};

/// All of them, ten paths for nine procedures (a forward has one for toll-free numbers too).
const std::vector<PortProcedure>& port_procedures();

/// A product that a port may be made into. @source the table of service types 1 to 7
struct PortOffering {
    std::string_view id, english, french;
    std::int64_t type;
    std::string_view parent;  ///< subscription that may be its parent; empty = none
};
const std::vector<PortOffering>& port_offerings();

/// A port-in request that was read without fault.
struct PortRequest {
    std::vector<Tn> numbers;
    Tn pilot = 0;
    std::vector<ThinktelDid> dids;
    std::string reference, end_user, account_number, reseller;
    std::string requested_date;  ///< "2026-12-01" or empty
    json::object detail;         ///< for the ledger: files with their hashes, unknown fields, ...
};

struct PortVerdict {
    enum class Kind {
        malformed,  ///< HTTP 400: the form does not have the shape of its schema
        refused,    ///< 200 with Reply 0: a rule of the business was broken
        taken,
    };
    Kind kind = Kind::taken;
    std::string message;
    int reply = 0;  ///< of a refusal
    PortRequest request;
};

/// Reads a request by the rules of its procedure. Whether a number has an open ticket is not known
/// here.
/// @param today      the carrier's day, which a requested date must not lie before
/// @param needs_loa  whether a request without letter of authorization is refused
PortVerdict check_port(
    const PortProcedure& procedure, const json::value& body, const ThinktelNetwork& network,
    std::chrono::sys_days today, bool needs_loa
);

}  // namespace porteur::sim
