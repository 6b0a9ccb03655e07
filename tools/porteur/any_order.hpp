// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is asked of an order by its id alone: an id names one order, and says nothing of its kind.

#include "client.hpp"
#include "command.hpp"

namespace porteur::cli {

/// An answer about an order of whichever kind.
/// @param rest  "/explanation"
Outcome<Reply> of_any_kind(Client& client, const std::string& id, const std::string& rest);

/// trace, which stands beside explain (commands/all.hpp)
CommandSpec trace_command();

}  // namespace porteur::cli
