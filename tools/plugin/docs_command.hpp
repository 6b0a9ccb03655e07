// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace porteur::plugin_tool {

/// `porteur plugin docs`: pages about plugins, and whether those that are there are fresh.
Command docs_command();

}  // namespace porteur::plugin_tool
