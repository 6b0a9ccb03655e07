// SPDX-License-Identifier: Apache-2.0
#pragma once

// A process of ours that may never end by itself.

#include <sys/types.h>

#include <chrono>
#include <string>

namespace porteur::conformance {

/// How it ended.
struct Ended {
    bool in_time = true;  ///< false: it was killed at its limit
    int status = 0;       ///< as waitpid gives it
    std::string told;     ///< what it wrote
};

/// Hears what a child says until it has ended, or kills it.
///
/// @param child  one that nobody has waited for; where it leads a process group, all of that is killed
/// @param told   the reading end of a pipe, which stays open; -1: there is none
/// @errors       throws std::system_error: the system refuses to wait
/// @threads      any; blocks until the child is gone
Ended hear_out(pid_t child, int told, std::chrono::milliseconds limit);

/// In a child, before anything else: it ends when the process that started it does.
void end_with_parent() noexcept;

/// "ended by Aborted", "ended with exit status 3".
std::string told_of_status(int status);

}  // namespace porteur::conformance
