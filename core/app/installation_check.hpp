// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "settings/settings.hpp"

namespace porteur {

/// `porteurd --check-config`: looks at all that porteurd needs at its start, and starts nothing. The
/// libraries of the plugins are read and checked; each account is held against its plugin; each secret of
/// an enabled account, the key, and the files of TLS are read.
///
/// @return  what is there, a line each, for a person
/// @errors  invalid_input: what is wrong, a line each
/// @threads one; blocks, with files and child processes
Result<std::string> check_installation(const Settings& settings);

}  // namespace porteur
