// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "domain/descriptor.hpp"
#include "settings/account_settings.hpp"
#include "settings/canonical_json.hpp"

namespace porteur {

/// Judges an account by what its plugin says of itself: unknown settings and secrets (with the
/// nearest), wrong types and values, what is missing, settings that lead an address astray.
///
/// @return   one finding a line, "file:line:column: ...", from top to bottom; empty = fit to be
/// used
/// @threads  any; no state, no I/O
std::vector<std::string> check_account(
    const AccountSettings& account, const Descriptor& descriptor
);

/// The account's settings as the plugin gets them, the descriptor's defaults filled in. What has no
/// value and no default is absent. Only for an account that check_account found fit: what does not
/// fit is left out.
SettingValues resolve_settings(const AccountSettings& account, const Descriptor& descriptor);

/// The same as canonical JSON: {"region":"us","timeout":30}. A setting of type `data` stands there with
/// what its file says, as far as read_data_files has read it.
std::string resolved_settings_json(const AccountSettings& account, const Descriptor& descriptor);

}  // namespace porteur
