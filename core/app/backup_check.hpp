// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "access/master_key.hpp"
#include "app/backup.hpp"
#include "app/inspection.hpp"

namespace porteur {

struct BackupLook {
    std::filesystem::path folder;
    std::optional<MasterKey> key;  ///< none: what is sealed is not tried, which is said
    std::string why_no_key = {};   ///< what kept it from being read; empty: none was named
    /// Of PostgreSQL: an address at which databases may be made, with its password; empty: the rows are not tried, which is said.
    std::string server;
};

/// `porteurd restore --check`: whether a backup is whole and would open, without touching what is live. Its database is
/// brought to this build's form in a copy, and looked at there; the backup itself is only read.
/// @threads one; blocks; as much room in TMPDIR as the database takes
Inspection check_backup(const BackupLook& look, const BackupTold& told);

/// The part of it that reads no row: manifest, key, and each file's bytes. @return the manifest, where it could be read
std::optional<BackupManifest> check_backup_files(const BackupLook& look, const BackupTold& told, Inspection& found);

}  // namespace porteur
