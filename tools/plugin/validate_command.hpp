// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace porteur::plugin_tool {

/// `porteur plugin validate LIBRARY`: runs the checks and says what each found.
Command validate_command();
/// `porteur plugin grade LIBRARY`: runs them and says what has been reached, and what is wanting.
Command grade_command();

}  // namespace porteur::plugin_tool
