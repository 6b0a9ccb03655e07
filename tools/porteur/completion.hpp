// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "command.hpp"

namespace porteur::cli {

/// A script that teaches a shell the commands, options and choices, made from the table of
/// commands.
/// @param shell  "bash", "zsh" or "fish"
/// @threads any
std::string completion_script(const std::string& shell);

}  // namespace porteur::cli
