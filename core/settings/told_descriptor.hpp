// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a descriptor says, in words for people: the page that `porteurd plugin docs` prints and those that
// `porteur plugin docs` writes tell it alike. @threads any, all of it

#include <string>
#include <string_view>

#include "domain/descriptor.hpp"

namespace porteur {

/// As TOML has it: "duration".
std::string_view name_of(SettingType type);
/// As TOML has it: "query".
std::string_view name_of(Idempotency offered);
/// As TOML has it: "oauth2_client_credentials".
std::string_view name_of(AuthScheme scheme);

/// What an account gets that does not give the setting: `"us"`, `1h`, `[a, b]`; "required" where it must, "no default"
/// where it gets nothing.
std::string default_text(const SettingSpec& setting);

/// Whether the operation changes something at the carrier, where a lost answer matters. @param operation "purchase"
bool changes_something(std::string_view operation);

/// What is sure of an operation where an answer is lost, as half a sentence: "once; after a lost answer ...".
std::string guarantee_text(const OperationSpec& operation);

}  // namespace porteur
