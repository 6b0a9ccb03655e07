// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace porteur {

/// One page that the daemon shares with a plugin process, so that a process that is dead can still
/// be asked what it was doing. The process writes, the daemon reads after its end; a hostile plugin
/// that scribbles here blames one of its own operations for another, and no more.
struct ProcessPage {
    /// The operation whose call is under way; 0 = none.
    std::atomic<std::uint64_t> current_op{0};
    /// The number of a forbidden system call plus one; 0 = none was tried.
    std::atomic<std::uint32_t> forbidden_call{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

inline constexpr std::size_t process_page_size_bytes = 4096;

}  // namespace porteur
