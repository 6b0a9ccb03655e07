// SPDX-License-Identifier: Apache-2.0
#pragma once

// A backup: the store as it stood at one instant, the documents that it names, and what both are. Without the master key:
// whatever is sealed stays sealed, and a backup without the key is of no use to anybody.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "app/backup_manifest.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// What is being done, and how much of it is done: pages, files.
using BackupTold = std::function<void(std::string_view what, std::uint64_t done, std::uint64_t all)>;

/// How documents come into a backup. A link costs neither time nor room, and is a copy where the file system has none; document and backup
/// then share their bytes, which only a broken disk changes: a document that is sealed anew is written beside, and renamed.
enum class BackupDocuments { copied, linked };

/// `porteurd backup`: also while the daemon runs, which goes on as if nobody looked.
///
/// The store is copied first, then the documents that the copy names: a document is on the disk before its row is, and is
/// never taken away, so each that is named is there. All is written into a folder beside the target, synced, and renamed when it is whole.
///
/// @param target   must not be there, its parent must
/// @param version  of this porteurd
/// @errors  invalid_input: the target is there; unavailable: what cannot be read or written; pg_dump's words
/// @threads one; blocks
Result<BackupManifest> make_backup(const Settings& settings, const std::filesystem::path& target, const std::string& version, const BackupTold& told,
                                   BackupDocuments how = BackupDocuments::copied);

}  // namespace porteur
