// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "app/backup.hpp"

namespace porteur {

/// `porteurd restore`: a backup becomes the store and the documents that the settings name. Nothing may be there yet, and the
/// key has to be in its place. The store is marked as put back: what that means for orders is in
/// docs/decisions/0028-a-restored-store-asks-first.md.
///
/// @return  what was done, a line each, and what somebody has to know now
/// @errors  invalid_input: something is there already, another database or key is set; rejected: the backup is damaged;
///          unavailable: what cannot be written
/// @threads one; blocks
Result<std::string> restore_backup(const Settings& settings, const std::filesystem::path& folder, const BackupTold& told);

}  // namespace porteur
