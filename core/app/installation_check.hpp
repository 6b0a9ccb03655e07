// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace porteur {

/// Where an enabled account's carrier is reached; accounts of plugins without an API have none.
struct ReachedCarrier {
    std::string account;
    std::string url;
    std::filesystem::path ca_file;  ///< empty: the system's authorities
};

struct InstallationSeen {
    std::vector<std::string> wrong;    ///< a line each
    std::string notes;                 ///< lines
    std::size_t enabled = 0;           ///< accounts
    std::vector<std::string> plugins;  ///< "thinktel 1.2.0, build 9f3a..."
    std::vector<ReachedCarrier> carriers;
};

/// What --check-config looks at, for whoever says it otherwise.
/// @errors  unavailable: it cannot be looked at @threads one; blocks, with files and child processes
Result<InstallationSeen> look_at_installation(const Settings& settings);

/// `porteurd --check-config`: looks at all that porteurd needs at its start, and starts nothing. The
/// libraries of the plugins are read and checked; each account is held against its plugin; each secret of
/// an enabled account, the key, and the files of TLS are read.
///
/// @return  what is there, a line each, for a person
/// @errors  invalid_input: what is wrong, a line each
/// @threads one; blocks, with files and child processes
Result<std::string> check_installation(const Settings& settings);

}  // namespace porteur
