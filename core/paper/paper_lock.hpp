// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <porteur/result.hpp>

namespace porteur::paper {

/// Seconds of processor time that one document may take. @source RELIABILITY.md 4.7
inline constexpr std::uint64_t paper_cpu_max_s = 10;

/// Gives the process bounds that it cannot leave: memory, processor time, no core, no file to grow,
/// no new privileges. @param memory_max_bytes  of address space; ignored in sanitizer builds, whose
/// shadow needs terabytes @errors internal: the system's reason
Result<void> limit_paper(std::uint64_t memory_max_bytes);

/// From here on the process may compute, read and write the descriptors that it has, and end; any
/// other system call ends it at once. In sanitizer builds files, programs and sockets are closed to
/// it and the rest is open.
/// @errors internal: the system's reason; the process must not go on
Result<void> lock_paper();

}  // namespace porteur::paper
