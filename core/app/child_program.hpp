// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program of somebody else's, run to its end: pg_dump, pg_restore, timedatectl.

#include <map>
#include <string>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

struct ChildEnded {
    int status = -1;     ///< its exit status; 128 and the signal's number where a signal ended it
    std::string output;  ///< what it wrote, both streams, at most 64 KiB
};

/// @param words  the program, found on PATH, and its arguments
/// @param more   of the environment, beside ours: what must not stand among the arguments, where everybody reads it
/// @errors       unavailable: it is not there, or cannot be run
/// @threads      any; blocks
Result<ChildEnded> run_child(const std::vector<std::string>& words, const std::map<std::string, std::string>& more = {});

}  // namespace porteur
