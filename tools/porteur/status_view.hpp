// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `porteur status` shows, apart from how it is asked for and drawn.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "screen.hpp"
#include "session.hpp"

namespace porteur::cli {

/// Orders of one kind in numbers.
struct OrderCount {
    std::map<std::string, std::int64_t> by_state;
    std::map<std::string, std::int64_t> by_delivery;  ///< without those that rest
    bool more = false;  ///< of a delivery there may be more
};

/// What the daemon said, at about one moment. What could not be had is absent, and says why.
struct StatusPicture {
    std::string url;
    bool is_live = false, is_ready = false;
    json::value health, readiness;
    bool has_token = false;
    std::map<std::string, OrderCount> counts;  ///< by group: "port"
    json::array webhooks;                      ///< those that fail or were switched off
    std::map<std::string, double> measures;    ///< those of /metrics without labels
    json::array accounts, refused;             ///< as /v1/carriers has them
    json::array waiting;                       ///< orders that wait for a person or are in doubt, "kind" among their members
    json::array under_way;                     ///< orders that are being sent, or sent again
    json::array due;
    std::vector<std::pair<std::string, std::string>> missing;  ///< part and why
};

/// One document, for programs.
json::object json_of(const StatusPicture& picture);

/// The sections for persons, in their language.
/// @param is_brief  without what is well and needs no line, for a screen
std::vector<Section> sections_of(const Session& session, const StatusPicture& picture, bool is_brief);

}  // namespace porteur::cli
