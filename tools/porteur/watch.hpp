// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "session.hpp"

namespace porteur::cli {

/// Follows an order until it ends, waits for a person, or --timeout passes; prints each line of its
/// timeline once. With --stay it goes on while the order waits for a person. With --json it prints
/// nothing but the order as it stood in the end.
///
/// The stream of events only hurries: an event about the order, and every 30 seconds without one,
/// has the order and its timeline read again. So nothing depends on what an event says, and a
/// broken connection loses nothing; it is made again after 0.5 s, and twice as long each time up to
/// 15 s.
///
/// @return  by the order's standing; timed_out
/// @errors  those of the API, but for a daemon that was reached once: it is tried until --timeout
Outcome<ExitCode> watch_order(Session& session, const std::string& group, const std::string& id);

}  // namespace porteur::cli
