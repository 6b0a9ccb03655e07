// SPDX-License-Identifier: Apache-2.0
#pragma once

// Check 3 as far as it reads the file: no code of the library runs, and all of it happens in a
// child that may neither open a file nor a socket.

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "plugins/library_refusal.hpp"

namespace porteur {

/// What a library shows without being loaded.
struct LibraryContent {
    std::string descriptor;             ///< TOML, UTF-8, not yet parsed
    std::vector<std::string> findings;  ///< imports to know of: "clock: clock_gettime"
    friend bool operator==(const LibraryContent&, const LibraryContent&) = default;
};

/// Reads and judges a library's bytes.
///
/// Imports of sockets, files, programs, threads and code are refused; of the clock, waits,
/// chance, environment and standard output are findings, as a careful plugin may have them in dead code.
/// This is a help for honest authors: what holds back the others is the plugin process.
///
/// @errors   check 3
/// @threads  any; no state
Checked<LibraryContent> scan_library(std::string_view bytes);

/// The outcome as one line of JSON, as the scan child prints it, and back.
/// @errors   internal: the line is not one of ours
std::string scan_line(const Checked<LibraryContent>& outcome);
Result<Checked<LibraryContent>> read_scan_line(std::string_view line);

}  // namespace porteur
