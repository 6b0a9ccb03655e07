// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/descriptor.hpp"
#include "settings/account_settings.hpp"

namespace porteur {

/// The largest data file: the whole of it goes into every call of the plugin.
inline constexpr std::size_t data_file_size_max = 256 << 10;

/// Reads the files that the account's settings of type `data` name, each a TOML file of any form, and keeps
/// them as canonical JSON in account.data. What such a file says is the plugin's to judge.
///
/// @return   findings as check_account gives them: a file that is not there, too large, or no TOML;
///           fractions and times in it, which a plugin cannot be given
/// @threads  any
std::vector<std::string> read_data_files(AccountSettings& account, const Descriptor& descriptor);

}  // namespace porteur
