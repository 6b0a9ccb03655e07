// SPDX-License-Identifier: Apache-2.0
#include "app/waiting_room.hpp"

#include <porteur/phrase.hpp>

#include "api/number_services.hpp"
#include "app/host_words.hpp"

namespace porteur {
namespace {

constexpr std::chrono::seconds pause{10};

}  // namespace

Result<std::shared_ptr<WaitingRoom::Place>> WaitingRoom::enter(std::int64_t account) {
    const std::lock_guard lock(mutex_);
    auto& held = held_[account];
    if (held.jobs >= limits_.jobs_of_account_max) {
        auto error = host::coded(
            ErrorKind::invalid_input, jobs_waiting_code,
            phrase("{1:n} changes of numbers wait or are under way here; wait until one has ended", held.jobs)
        );
        error.retry_after = pause;
        return std::unexpected(std::move(error));
    }
    ++held.jobs;
    return std::make_shared<Place>(*this, account);
}

void WaitingRoom::leave(std::int64_t account, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto held = held_.find(account);
    bytes_ -= bytes;
    held->second.bytes -= bytes;
    if (--held->second.jobs == 0) held_.erase(held);
}

Result<void> WaitingRoom::Place::grow(std::uint64_t bytes) {
    const std::lock_guard lock(room_.mutex_);
    auto& held = room_.held_[account_];
    if (held.bytes + bytes > room_.limits_.bytes_of_account_max || room_.bytes_ + bytes > room_.limits_.bytes_max) {
        Error error{
            .kind = ErrorKind::unavailable,
            .message = phrase("the files and lists that wait to be worked on are too large already; wait until one is through"),
            .code = {}
        };
        error.retry_after = pause;
        return std::unexpected(std::move(error));
    }
    held.bytes += bytes;
    room_.bytes_ += bytes;
    bytes_ += bytes;
    return {};
}

}  // namespace porteur
