// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace porteur::plugin_tool {

/// `porteur plugin lint`: advice on a folder or library that needs no build.
Command lint_command();

}  // namespace porteur::plugin_tool
