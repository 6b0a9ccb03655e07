// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operations without an order: requirements, search_numbers, check_portability, check_account. They
// only ask, so nothing is journaled, and an effect that is not SAFE is refused.

#include "engine/interfaces.hpp"

namespace porteur {

/// Runs one operation to its end.
///
/// @param id     unique among the running operations
/// @param input  canonical JSON of the operation's input (without the envelope)
/// @return       the result's JSON
/// @errors       unsupported: the plugin has no such operation, or it wants more than to ask;
///               unavailable: too late; what the plugin says
/// @threads      the engine's
Async<Result<std::string>> ask(
    std::shared_ptr<const AccountView> view, EffectPerformer& performer, Clock& clock, Chance& chance, Id id,
    std::string account, std::string operation, std::string input, Instant deadline
);

}  // namespace porteur
