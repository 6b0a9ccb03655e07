// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "plugins/library_refusal.hpp"
#include "plugins/plugin_runner.hpp"

namespace porteur {

/// A library that has passed checks 1 to 4: its private copy, and what its descriptor says.
struct CheckedLibrary {
    std::filesystem::path origin;  ///< where it was found
    std::filesystem::path copy;    ///< absolute; what is loaded
    std::string build;             ///< SHA-256, 64 lower-case digits
    Descriptor descriptor;
};

struct InDaemonOptions {
    std::size_t turn_size_max_bytes = 16 << 20;
    PluginLog log;
};

/// Runs a plugin in the daemon's own process (isolation = "none"): direct calls, about a
/// microsecond each. A crash of the plugin is a crash of the daemon.
///
/// @errors   checks 5 to 8
/// @threads  the runner's; calls complete at once
Checked<std::unique_ptr<PluginRunner>> make_in_daemon_runner(
    CheckedLibrary library, InDaemonOptions options
);

/// What the loaded code must agree with.
struct LibraryExpectation;
LibraryExpectation expectation_of(const Descriptor& descriptor);

}  // namespace porteur
