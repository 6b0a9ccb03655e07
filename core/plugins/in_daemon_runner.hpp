// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "plugins/checked_library.hpp"
#include "plugins/plugin_runner.hpp"

namespace porteur {

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

}  // namespace porteur
