// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "plugins/checked_library.hpp"
#include "plugins/plugin_runner.hpp"

namespace porteur {

struct ProcessOptions {
    std::filesystem::path host_program;            ///< empty = default_host_program()
    std::uint64_t memory_max_bytes = 256 << 20;    ///< of the process; not in sanitizer builds
    std::chrono::milliseconds step_timeout{2000};  ///< of one call, by the wall; then it is killed
    std::chrono::milliseconds step_cpu_max{1000};  ///< of one call, CPU time; likewise
    std::chrono::milliseconds start_timeout{10'000
    };  ///< how long a call waits for the process to be up
    std::size_t turn_size_max_bytes = 16 << 20;
    PluginLog log;
};

/// The waits between starts of a process that keeps dying: none, 100 ms, 200 ms, ... 5 s.
/// @param failures  starts in a row after which it answered nothing; 0 = the first
std::chrono::milliseconds restart_wait(std::uint32_t failures);

/// Runs a plugin in a process of its own (isolation = "process"): porteur-plugin-host under limits
/// and a seccomp filter, frames over a socket pair. It is started at once, and again whenever it
/// ends; what was under way then fails with plugin_died_code or plugin_lost_code. A library that
/// fails checks 5 to 8 is not tried again: ready() and begin() say why.
///
/// @threads  the executor's one thread (or strand), which must live as long as the runner: the
/// process
///           dies with the thread that started it. Destroying the runner kills the process
std::unique_ptr<PluginRunner> make_process_runner(
    boost::asio::any_io_executor executor, CheckedLibrary library, ProcessOptions options
);

}  // namespace porteur
