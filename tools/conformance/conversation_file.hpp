// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "conformance/check.hpp"

namespace porteur::conformance {

/// What text_of(Conversation) wrote.
/// @errors  invalid_input: what is wrong with it
Result<Conversation> read_conversation(std::string_view text);

/// All of a folder, in the order of their names.
/// @param plugin  an id: one of another plugin is an error; empty: of whatever plugin
/// @errors        invalid_input: which file, and what is wrong with it
/// @threads       any; reads files, and blocks
Result<std::vector<Conversation>> read_conversations(const std::filesystem::path& folder, std::string_view plugin);

}  // namespace porteur::conformance
