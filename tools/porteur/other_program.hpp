// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "outcome.hpp"

namespace porteur::cli {

/// Where another program of ours is, "porteurd" or "porteur-plugin": beside this one, else in
/// ../libexec/porteur, else on PATH.
/// @param beside  the folder of this program  @param path  the value of PATH
/// @errors not_found: nowhere
Outcome<std::string> find_program(const std::string& name, const std::string& beside, const std::string& path);

/// Runs it in place of this process; comes back only when that fails.
/// @errors not_found; failed: it cannot be run
Outcome<int> become_program(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace porteur::cli
