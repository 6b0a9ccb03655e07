// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace porteur::plugin_tool {

/// What a command's program ends with; `porteur plugin ...` hands it on (docs/cli.md).
enum class ExitStatus : int {
    done = 0,
    found_wrong = 1,  ///< what was looked at does not hold: a check failed, a grade is missed
    operation_failed = 1,  ///< what was run ended as a failure
    usage = 2,        ///< the command line or a local file is wrong; nothing was done
    not_reachable = 3,  ///< nobody listens at the carrier's address
    failed = 9,       ///< it could not be done: a folder cannot be written
};

/// One command for authors of plugins: "new" of `porteur plugin new`.
struct Command {
    const char* name;
    const char* help;  ///< one line, lower case, without a point
    /// Adds the command's words and options; gives what runs it once they are read.
    std::function<ExitStatus()> (*prepare)(CLI::App& app);
};

}  // namespace porteur::plugin_tool
