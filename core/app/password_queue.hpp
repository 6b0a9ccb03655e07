// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include <porteur/phrase.hpp>

#include "app/desk_work.hpp"

namespace porteur {

/// Two threads that look at passwords, each of which takes a while on purpose, and how many wait
/// for them: whoever comes when too many do is told so at once. @threads any
class PasswordQueue {
public:
    explicit PasswordQueue(std::size_t inside_max) : inside_max_(inside_max) {}

    /// @errors  unavailable: too many wait; else those of `run`
    template <class T>
    Async<Result<T>> run(std::function<Result<T>()> work) {
        const Place place{inside_, inside_.fetch_add(1) < inside_max_};
        if (!place.is_free) {
            Error full{
                .kind = ErrorKind::unavailable,
                .message = phrase(
                    "too many passwords wait to be looked at; try again in {1} seconds",
                    wait_for.count()
                )
            };
            full.retry_after = wait_for;
            co_return std::unexpected(std::move(full));
        }
        co_return co_await desk::on<Result<T>>(pool_, std::move(work));
    }
    void join() { pool_.join(); }

private:
    static constexpr std::chrono::seconds wait_for{5};
    struct Place {
        std::atomic<std::size_t>& inside;
        bool is_free;
        Place(std::atomic<std::size_t>& of, bool free) : inside(of), is_free(free) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() { --inside; }
    };

    std::size_t inside_max_;
    std::atomic<std::size_t> inside_{0};
    boost::asio::thread_pool pool_{2};
};

}  // namespace porteur
