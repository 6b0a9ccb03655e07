// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a plugin process gives up what it does not need, in two steps, as loading a library still has
// to open files:
//   1  before loading: limits, no new privileges, dies with the daemon; no sockets, programs,
//      processes, or looking into others
//   2  after loading, before the plugin's first call: an allow-list of what computing needs
// A call that is not allowed is not carried out: its number goes to the shared page and the process
// ends (code 71), so that the daemon can say what was tried.
//
// In sanitizer builds step 2 is a deny-list of the same calls as step 1 and of opening files, and
// there is no memory limit, as the sanitizers' own runtime needs the rest.
//
// Constructors of the library run between the two. They have no way to send anything out but a later
// effect, and where the kernel has Landlock nothing to read but libraries (landlock.hpp).

#include <sys/types.h>

#include <cstdint>

#include <porteur/result.hpp>

#include "plugins/process_page.hpp"

namespace porteur {

/// The exit code of a process that tried a forbidden system call.
inline constexpr int forbidden_exit_code = 71;

/// Step 1. @param memory_max_bytes  of address space; 0 = no limit. Ignored in sanitizer builds
///         @param parent            the daemon; a process whose parent is another by now ends at
///         once
///         @errors                  internal: the system's reason; the process must not go on
Result<void> limit_process(std::uint64_t memory_max_bytes, pid_t parent);

/// Step 2. @param page  where the handler writes; lives as long as the process
Result<void> lock_process(ProcessPage& page);

}  // namespace porteur
