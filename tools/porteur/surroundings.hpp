// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "outcome.hpp"
#include "screen.hpp"

namespace porteur::cli {

/// All that a command meets beside its arguments. main() gives the real ones, a test its own; so
/// time and chance are given, never taken.
struct Surroundings {
    std::ostream& out;  ///< what was asked for
    std::ostream& err;  ///< troubles, warnings and progress
    std::istream& in;
    bool out_is_terminal = false;
    bool err_is_terminal = false;

    /// An environment variable; nothing where it is unset or empty.
    std::function<std::optional<std::string>(const std::string& name)> environment;
    /// A new random text for an Idempotency-Key.
    std::function<std::string()> new_key;
    std::function<std::chrono::steady_clock::time_point()> now;
    /// Waits; called between attempts to reach the daemon again.
    std::function<void(std::chrono::milliseconds)> pause;
    /// Runs another program of ours, "porteurd", with these arguments in place of this one; returns
    /// its exit status.
    std::function<Outcome<int>(const std::string& program, const std::vector<std::string>& arguments)> run_program;
    /// How large the terminal of standard output is now; unset where nothing may be drawn over.
    std::function<ScreenSize()> screen_size = {};
};

}  // namespace porteur::cli
