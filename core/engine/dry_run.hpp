// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether another build of a plugin could go on with an operation: it is begun there and told what the
// journal has, and what it asks for is compared. Nothing is carried out, nothing is written.

#include <optional>
#include <string>

#include "engine/interfaces.hpp"

namespace porteur {

/// Where a build departs from an operation's journal.
struct Departure {
    std::uint32_t seq = 0;  ///< of the effect; 0: the build never came to one
    std::string step;       ///< the recorded effect's step; empty where there is none
    std::string text;       ///< one sentence
};

/// @param runner  of the other build
/// @param op      a number that names no operation of the runner's; free again afterwards
/// @return        nothing where the operation can go on with the build
/// @errors        internal: the journal cannot be read; unavailable: the plugin is not there now, which
///                says nothing of the operation
/// @threads       the runner's
Async<Result<std::optional<Departure>>> dry_run(
    OperationRunner& runner, Id op, const StoredOperation& stored
);

}  // namespace porteur
