// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "api/routes.hpp"
#include "api/wire.hpp"

namespace porteur {

/// One entry as a server-sent event: "id:", "event:", "data:" and an empty line.
/// @threads any
/// @source HTML Living Standard, section 9.2
std::string event_text(const TimelineEntry& entry);

/// Sends events until the peer goes, reads too slowly, or its token is revoked. It listens before
/// it reads, and reads the store alone: so there is no gap between what was and what comes, and
/// nothing comes twice.
///
/// @threads the connection's
Async<void> send_events(Api& api, std::shared_ptr<Wire> wire, EventFeed feed);

}  // namespace porteur
