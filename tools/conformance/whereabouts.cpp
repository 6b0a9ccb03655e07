// SPDX-License-Identifier: Apache-2.0
#include "conformance/whereabouts.hpp"

#include <algorithm>

namespace porteur::conformance {
namespace {

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

Whereabouts own{};
Whereabouts* current = &own;
Deadline end_of_this_process;

}  // namespace

std::string Whereabouts::told(const Subject& subject) const {
    const auto at = conversation_.load(std::memory_order_relaxed);
    const auto found = std::ranges::find_if(subject.conversations, [&](const Conversation& each) { return reinterpret_cast<std::uintptr_t>(&each) == at; });
    if (found == subject.conversations.end()) return {};
    auto out = "; it was in " + found->name + ", after " + std::to_string(outcomes_.load(std::memory_order_relaxed)) + " outcomes";
    if (is_drawn_.load(std::memory_order_relaxed)) out += " (--reproduce " + std::to_string(seed_.load(std::memory_order_relaxed)) + ")";
    return out;
}

Whereabouts& whereabouts() noexcept { return *current; }

void report_to(Whereabouts& page, Deadline end) noexcept {
    current = &page;
    end_of_this_process = end;
}

Deadline deadline() noexcept { return end_of_this_process; }

}  // namespace porteur::conformance
