// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks 5 to 8: those that run a plugin's code. The same in the daemon and in its plugin process.
// What is loaded stays for the life of the process: a library that is unloaded takes exception
// objects, thread-local destructors and function addresses with it.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <porteur/plugin.h>

#include "plugins/library_refusal.hpp"

namespace porteur {

/// What the descriptor, read without loading, says; the loaded code must say the same.
struct LibraryExpectation {
    std::string id, version;
    std::vector<std::string> operations;
};

/// Takes what a plugin logs. May be called on whatever thread calls the plugin.
using HostLog = std::function<void(int level, std::string_view op, std::string_view json)>;

/// The host as one user of a plugin shows it to the plugin.
class HostFace {
public:
    /// The face stays for the life of the process, as a plugin may keep the pointer; the log is
    /// forgotten with the HostFace.
    explicit HostFace(HostLog log);
    ~HostFace();
    HostFace(const HostFace&) = delete;
    HostFace& operator=(const HostFace&) = delete;

    const porteur_host* abi() const;

private:
    struct Kept;
    Kept* kept_;
};

/// Loads the library (check 5), finds its entry (6), compares ABI, id and version (7) and begins
/// each operation with the input {} (8).
///
/// @param path    absolute; a private copy that nobody overwrites
/// @param between what to do after loading and before the entry is called; the plugin process locks
///                itself there. May be empty
/// @return        the plugin's table, valid for the life of the process
/// @threads       one at a time for one path
Checked<const porteur_plugin*> load_library(
    const std::filesystem::path& path, const LibraryExpectation& expected, const HostFace& host,
    const std::function<void()>& between = {}
);

}  // namespace porteur
