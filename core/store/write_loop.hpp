// SPDX-License-Identifier: Apache-2.0
#pragma once

// The writer's thread: many commits become one transaction, and each hears of its own end.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/dialect.hpp"
#include "store/store.hpp"
#include "store/write_session.hpp"

namespace porteur {

/// @threads  take(), counters(), backlog(): any; the rest is the thread that this begins and ends
class WriteLoop {
public:
    /// @param fence  the sum of the epochs of our leases: a transaction that finds another one is
    /// not ours to write
    /// @param lock   was taken, and is asked in each transaction
    /// @param post   runs what tells those who wait, on the engine's thread
    WriteLoop(
        std::unique_ptr<WriteSession> session, Dialect dialect, long long fence,
        std::shared_ptr<const StoreLock> lock, std::function<void(std::function<void()>)> post
    );
    WriteLoop(const WriteLoop&) = delete;
    WriteLoop& operator=(const WriteLoop&) = delete;
    /// Writes what is queued, and ends.
    ~WriteLoop();

    void take(SharedCommit commit, CommitDone done);
    StoreCounters counters() const;
    std::size_t backlog() const;

private:
    struct Queued {
        SharedCommit commit;
        CommitDone done;
    };
    using Batch = std::vector<Queued>;

    void run();
    void take_batch(Batch& batch);
    Result<void> send(const Batch& batch, std::size_t from, std::size_t to, Batch& under_way);
    void check_lease();
    void finish(Batch& under_way);
    void committed(std::size_t commits);
    void tell(Batch batch, std::vector<Result<void>> results);
    void write_one_by_one(Batch& batch, Error whole);

    std::unique_ptr<WriteSession> session_;
    const Dialect dialect_;
    const long long fence_;
    const std::shared_ptr<const StoreLock> lock_;
    std::function<void(std::function<void()>)> post_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Queued> queue_;
    std::size_t with_the_disk_ = 0;  ///< taken from the queue, and not told of their end yet
    bool stopping_ = false;
    StoreCounters counters_;
    std::thread thread_;
};

}  // namespace porteur
