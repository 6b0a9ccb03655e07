// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a check stands, kept where whoever waits for its process can read it: a plugin that ends the process, or never
// comes back, lets nobody say it afterwards.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "conformance/check.hpp"

namespace porteur::conformance {

/// All zero is a valid one, as in a page that was just mapped; it may be shared with a process that was forked.
class Whereabouts {
public:
    /// The plugin is given the outcomes up to this one, and goes on. @threads any; of several the last one counts
    void stand_at(const Conversation& conversation, std::size_t outcomes) noexcept {
        outcomes_.store(outcomes, std::memory_order_relaxed);
        conversation_.store(reinterpret_cast<std::uintptr_t>(&conversation), std::memory_order_relaxed);
    }
    /// What is tried now was drawn with this seed.
    void draw(std::uint64_t seed) noexcept {
        seed_.store(seed, std::memory_order_relaxed);
        is_drawn_.store(true, std::memory_order_relaxed);
    }

    /// "; it was in Purchase.buys, after 2 outcomes (--reproduce 17)"; empty where nothing was played.
    /// @param subject  the same as the one that stood there, or its copy before a fork
    std::string told(const Subject& subject) const;

private:
    std::atomic<std::uintptr_t> conversation_;
    std::atomic<std::size_t> outcomes_;
    std::atomic<std::uint64_t> seed_;
    std::atomic<bool> is_drawn_;
};

/// Where this process stands. @threads any
Whereabouts& whereabouts() noexcept;

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// This process is a check of its own: it stands in a page that somebody else reads, and is ended at a time.
/// @threads before any other
void report_to(Whereabouts& page, Deadline end) noexcept;
/// When it is ended; none: never. @threads any
Deadline deadline() noexcept;

}  // namespace porteur::conformance
