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
    bool fell = false;      ///< the build died over it, or broke the contract
};

/// Whether two builds send a request of this operation under the same key to the same place, so that a
/// carrier knows it again that has had it from the other. @threads any
bool same_keys(const Descriptor& one, const Descriptor& other, std::string_view operation);
/// Why an operation cannot go on with a build whose keys differ.
std::string keys_differ_text(std::string_view operation);

/// @param runner  of the other build
/// @param now     what that build says of itself
/// @param then    what the build says that the operation stands with, read before anything is waited for; null:
///                nobody knows any more
/// @param op      a number that names no operation of the runner's; free again afterwards
/// @return        nothing where the operation can go on with the build
/// @errors        internal: the journal cannot be read; unavailable: the plugin is not there now, which
///                says nothing of the operation
/// @threads       the runner's
Async<Result<std::optional<Departure>>> dry_run(
    OperationRunner& runner, const Descriptor& now, const Descriptor* then, Id op, const StoredOperation& stored
);

}  // namespace porteur
