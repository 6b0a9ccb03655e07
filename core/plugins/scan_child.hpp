// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "plugins/library_scan.hpp"

namespace porteur {

/// LibraryRefusal.field of a library whose scan did not come to an end, which says little about it.
inline constexpr std::string_view scan_ended_field = "the scan";

/// Scans libraries in a short-lived child (`porteur-plugin-host --scan PATH...`), one outcome for
/// each path. A library whose scan crashes or takes too long is refused; the rest is scanned by
/// another child.
///
/// @param program     porteur-plugin-host
/// @param time_limit  for each child
/// @errors            check 3
/// @threads           any; blocks until done
std::vector<Checked<LibraryContent>> scan_in_child(
    const std::filesystem::path& program, const std::vector<std::filesystem::path>& paths,
    std::chrono::milliseconds time_limit
);

}  // namespace porteur
