// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "surroundings.hpp"

namespace porteur::cli {

/// Runs one command line (without the program's name) and prints what comes of it.
/// @return  the exit status, one of ExitCode or what another program gave
int run(const std::vector<std::string>& words, Surroundings& around);

}  // namespace porteur::cli
