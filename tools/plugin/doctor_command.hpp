// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace porteur::plugin_tool {

/// `porteur plugin doctor LIBRARY`: goes the loader's way, check by check, and says what mends the one that stops it.
Command doctor_command();

}  // namespace porteur::plugin_tool
