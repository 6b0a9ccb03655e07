// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "domain/descriptor.hpp"
#include "settings/toml_tree.hpp"

namespace porteur {

/// The settings of an account with the descriptor's defaults filled in, by name.
using SettingValues = std::map<std::string, SettingValue>;

/// Canonical JSON (keys sorted by byte, no blanks, whole numbers only), so that equal means the
/// same bytes. @threads any @source PLUGIN_CONTRACT.md, rule R6
/// @param more  further members, canonical JSON already
std::string canonical_json(
    const SettingValues& values, const std::map<std::string, std::string>& more = {}
);

/// The same of a TOML table that has neither fractions nor times in it.
std::string canonical_json(const TomlNode& node);

}  // namespace porteur
