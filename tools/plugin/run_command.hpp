// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace porteur::plugin_tool {

/// `porteur plugin run LIBRARY OPERATION`: one operation against a carrier or simulator, with a readable trace.
Command run_command();
/// `porteur plugin record`: the same, kept as a conversation, and replayed three times at once.
Command record_command();

}  // namespace porteur::plugin_tool
