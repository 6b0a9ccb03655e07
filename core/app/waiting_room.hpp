// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many jobs on numbers wait or are under way, and how many bytes they hold on the disk and in
// memory until they are through: so that one account's script fills neither, nor keeps the others waiting
// for ever.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include <porteur/result.hpp>

namespace porteur {

/// @threads any
class WaitingRoom {
public:
    struct Limits {
        std::size_t jobs_of_account_max = 100;
        std::uint64_t bytes_of_account_max = std::uint64_t{512} << 20;
        std::uint64_t bytes_max = std::uint64_t{2} << 30;  ///< of all accounts
    };
    explicit WaitingRoom(Limits limits) : limits_(limits) {}

    /// The place of one job; free again when it is destroyed, which the room outlives.
    class Place {
    public:
        Place(WaitingRoom& room, std::int64_t account) : room_(room), account_(account) {}
        ~Place() { room_.leave(account_, bytes_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        /// @errors unavailable, with how long to wait: too much waits already
        Result<void> grow(std::uint64_t bytes);

    private:
        WaitingRoom& room_;
        std::int64_t account_;
        std::uint64_t bytes_ = 0;
    };

    /// @errors invalid_input (jobs_waiting_code), with how long to wait: too many of this account wait already
    Result<std::shared_ptr<Place>> enter(std::int64_t account);

private:
    struct Held {
        std::size_t jobs = 0;
        std::uint64_t bytes = 0;
    };
    void leave(std::int64_t account, std::uint64_t bytes);

    Limits limits_;
    std::mutex mutex_;
    std::map<std::int64_t, Held> held_;
    std::uint64_t bytes_ = 0;
};

}  // namespace porteur
