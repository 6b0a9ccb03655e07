// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "settings/canonical_json.hpp"

namespace porteur {

/// The settings that an address names: {"region"} of "https://api.{region}/v2", each once.
/// @errors  invalid_input: a brace without its partner, or an empty name
/// @threads any
Result<std::vector<std::string>> template_names(std::string_view pattern);

/// Puts the values in. Only letters, digits, '.', '-' and '_' may come in this way, so that a value
/// cannot lead an address to another host's path, port or user.
///
/// @errors  invalid_input: a name without a value, a value that does not fit, unpaired braces
/// @threads any
Result<std::string> expand(std::string_view pattern, const SettingValues& settings);

}  // namespace porteur
