// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "command.hpp"

namespace porteur::cli {

/// The options that say which numbers are meant, --status to --search, and `more` behind them.
/// @threads any
std::vector<OptionSpec> with_filters(std::vector<OptionSpec> more);

/// What was said by them, by the API's words; those that were not given are empty. @threads any
std::vector<std::pair<std::string, std::string>> number_filters(const Arguments& said);

}  // namespace porteur::cli
