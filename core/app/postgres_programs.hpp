// SPDX-License-Identifier: Apache-2.0
#pragma once

// PostgreSQL's own programs, which know each of its versions better than we do. A password goes through the environment.

#include <filesystem>
#include <string>

#include <porteur/result.hpp>

#include "settings/settings.hpp"

namespace porteur {

/// Writes a database to a file, in pg_dump's custom format, as a snapshot sees it.
/// @errors unavailable: pg_dump is not there, or what it says @threads any; blocks
Result<void> dump_database(const std::string& url, const SecretRef& password, const std::string& snapshot, const std::filesystem::path& to);

/// Fills an empty database from it, all or nothing. @errors as dump_database
Result<void> fill_database(const std::string& url, const SecretRef& password, const std::filesystem::path& from);

/// Whether pg_restore can read its table of contents. @errors as dump_database
Result<void> list_dump(const std::filesystem::path& file);

}  // namespace porteur
