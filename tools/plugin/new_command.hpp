// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace porteur::plugin_tool {

/// `porteur plugin new NAME --api rest|mail|portal --ops ...`: writes a folder with a new plugin.
Command new_command();

}  // namespace porteur::plugin_tool
