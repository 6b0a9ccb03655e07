// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "domain/descriptor.hpp"

namespace porteur {

/// A value as it was written, made what the descriptor says it is: "30s" of a duration becomes 30.
/// @return  or the complaint, to stand after `key = value `: "is out of range; write 1 to 5"
/// @threads any
std::expected<SettingValue, std::string> fitted(
    const SettingValue& written, const SettingSpec& spec
);

/// A value as a message shows it.
std::string shown(const SettingValue& value);

}  // namespace porteur
