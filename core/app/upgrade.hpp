// SPDX-License-Identifier: Apache-2.0
#pragma once

// The store of an older porteurd is brought to this one's form when it is opened, and then opens for the older one no more.
// So a backup stands before that: without it the way back would lead through a backup of another day.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/backup.hpp"
#include "settings/settings.hpp"
#include "store/store_lock.hpp"

namespace porteur {

inline constexpr const char* before_upgrade_name = "before-upgrade";
/// So many stay, the newest; of several tries at one upgrade the last alone.
inline constexpr std::size_t backups_before_upgrade_kept = 3;

/// Where the backups before upgrades are: beside the store's file, or beside the documents of a store on PostgreSQL.
std::filesystem::path before_upgrade_folder(const Settings& settings);

/// What was done before an upgrade, or that there is none.
struct BeforeUpgrade {
    std::shared_ptr<StoreLock> lock;  ///< the hold on the store, to open it with, so that nobody writes between backup and migration; the given one, where there is nothing to do
    std::filesystem::path backup;     ///< empty: none was to be taken
    std::string told;                 ///< a line for the log; empty where there is nothing to say
};

/// Takes a backup of a store that this porteurd is about to bring to its form.
///
/// @param held     the hold on the store, where somebody has it already
/// @param version  of this porteurd
/// @errors  unavailable: another porteurd holds the store, or no backup could be taken; the store is as it was, and the message says what to do
/// @threads one; blocks, for as long as the store is large
Result<BeforeUpgrade> back_up_before_upgrade(const Settings& settings, std::shared_ptr<StoreLock> held, const std::string& version, const BackupTold& told);

/// The same for a program beside the daemon (`porteurd token create`), and the upgrade itself. @return what to tell
/// @errors  as above, and as Store::open()
Result<std::string> upgrade_beside(const Settings& settings, const std::string& version);

}  // namespace porteur
