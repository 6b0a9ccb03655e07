// SPDX-License-Identifier: Apache-2.0
#pragma once

// Conversations replayed by a process that begins anew: with its own addresses, place, time zone and language.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "conformance/check.hpp"

namespace porteur::conformance {

/// The hidden command under which this program replays what it reads from the file given to it.
inline constexpr auto replay_command = "replay-conversations";

/// @param folder       where the process stands
/// @param environment  all that it has
/// @return             what departed from the conversations, or that it did not end before this check has to; empty: nothing
std::string replay_elsewhere(const Subject& subject, const std::filesystem::path& folder, const std::vector<std::pair<std::string, std::string>>& environment);

/// The other side. @param conversations  a file with one on each line
/// @return  what departed; empty: nothing
std::string replay_here(const std::filesystem::path& library, const std::filesystem::path& conversations);

}  // namespace porteur::conformance
