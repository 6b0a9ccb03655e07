// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks 1, 2 and 4. The file is opened once; what is judged, hashed and copied comes from that one
// opening, and everything later reads the copy: a file swapped meanwhile changes nothing.

#include <filesystem>
#include <optional>
#include <string>

#include "plugins/library_refusal.hpp"

namespace porteur {

inline constexpr std::size_t library_size_max_bytes = 256 << 20;

/// A library's private copy, named by its content.
struct StoredLibrary {
    std::filesystem::path origin;
    std::filesystem::path copy;  ///< <store>/<sha256>.so, mode 0400 in a folder of mode 0700
    std::string build;           ///< SHA-256, 64 lower-case digits
};

/// Whether a file or folder is owned by root or us and not writable by others.
/// @param what  "the file" or "the folder", for the message
Checked<void> check_owner(
    const std::filesystem::path& path, std::string_view what, unsigned owner, unsigned mode,
    bool require_root_owned
);

/// Takes a library into the store. A copy that is there already is compared and kept.
///
/// @param path                absolute
/// @param store               made with mode 0700 if absent
/// @param require_root_owned  otherwise the service's own user will do too
/// @errors                    checks 1 and 4
/// @threads                   any; two at once for one store do not disturb one another
Checked<StoredLibrary> store_library(
    const std::filesystem::path& path, const std::filesystem::path& store, bool require_root_owned
);

/// Check 2. @param wanted 64 lower-case digits
Checked<void> check_pin(const StoredLibrary& library, const std::string& wanted);

}  // namespace porteur
