// SPDX-License-Identifier: Apache-2.0
#include "store/write_loop.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "domain/crash_point.hpp"
#include "store/store_lock.hpp"

namespace porteur {
namespace {

constexpr std::size_t batch_max = 512;

/// The rows that a commit changes and that are not folded into one change by RowChanges.
std::vector<Id> changed_rows(const Commit& commit) {
    std::vector<Id> rows;
    for (const auto& each : commit.amended_orders) rows.push_back(each.id);
    for (const auto& each : commit.changed_mails) rows.push_back(each.operation);
    for (const auto& each : commit.bounced_mails) rows.push_back(each.operation);
    for (const auto& each : commit.changed_received) rows.push_back(each.id);
    for (const auto& each : commit.changed_webhooks) rows.push_back(each.id);
    for (const auto& each : commit.moved_webhooks) rows.push_back(each.id);
    return rows;
}

}  // namespace

WriteLoop::WriteLoop(
    std::unique_ptr<WriteSession> session, Dialect dialect, long long fence,
    std::shared_ptr<const StoreLock> lock, std::function<void(std::function<void()>)> post
)
    : session_(std::move(session)),
      dialect_(dialect),
      fence_(fence),
      lock_(std::move(lock)),
      post_(std::move(post)),
      thread_([this] { run(); }) {}

WriteLoop::~WriteLoop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void WriteLoop::take(SharedCommit commit, CommitDone done) {
    {
        std::lock_guard lock(mutex_);
        queue_.push_back({std::move(commit), std::move(done)});
    }
    wake_.notify_one();
}

StoreCounters WriteLoop::counters() const {
    std::lock_guard lock(mutex_);
    return counters_;
}

std::size_t WriteLoop::backlog() const {
    std::lock_guard lock(mutex_);
    return queue_.size() + with_the_disk_;
}

void WriteLoop::run() {
    Batch under_way;  // its commit is on its way to the disk; empty if there is none
    for (;;) {
        Batch batch;
        {
            std::unique_lock lock(mutex_);
            if (under_way.empty()) wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
            if (queue_.empty() && under_way.empty()) return;
            take_batch(batch);
        }
        if (batch.empty())
            finish(under_way);
        else if (auto sent = send(batch, 0, batch.size(), under_way); !sent)
            write_one_by_one(batch, std::move(sent).error());
        else
            under_way = std::move(batch);
        if (dialect_ == Dialect::sqlite) finish(under_way);
    }
}

/// Waits for the commit under way, if there is one, and tells those who wait for it.
void WriteLoop::finish(Batch& under_way) {
    if (under_way.empty()) return;
    committed(under_way.size());
    tell(std::exchange(under_way, {}), {});
}

void WriteLoop::committed(std::size_t commits) {
    session_->committed();
    PORTEUR_CRASH_POINT("store.after_commit");
    std::lock_guard lock(mutex_);
    ++counters_.transactions;
    counters_.commits += commits;
}

/// @param results  one for each; none: all have been written
void WriteLoop::tell(Batch batch, std::vector<Result<void>> results) {
    results.resize(batch.size());
    {
        std::lock_guard lock(mutex_);
        with_the_disk_ -= batch.size();
        counters_.failed += static_cast<std::uint64_t>(std::ranges::count_if(results, [](const auto& each) { return !each; }));
    }
    auto finished = std::make_shared<std::vector<std::pair<CommitDone, Result<void>>>>();
    finished->reserve(batch.size());
    for (std::size_t at = 0; at < batch.size(); ++at)
        finished->emplace_back(std::move(batch[at].done), std::move(results[at]));
    post_([finished] {
        for (auto& [done, result] : *finished)
            if (done) done(std::move(result));
    });
}

/// One of them is at fault; alone, each gets its own answer.
void WriteLoop::write_one_by_one(Batch& batch, Error whole) {
    std::vector<Result<void>> results;
    Batch none;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        results.push_back(
            batch.size() == 1 ? std::unexpected(whole) : send(batch, at, at + 1, none)
        );
        if (results.back()) committed(1);
    }
    tell(std::move(batch), std::move(results));
}

/// As many commits as are there, up to a bound. PostgreSQL gets a batch's changes of a table in one
/// statement, which takes no row twice: what is not folded into one change (RowChanges does it for
/// orders and operations) begins the next transaction.
void WriteLoop::take_batch(Batch& batch) {
    std::set<Id> changed;
    while (!queue_.empty() && batch.size() < batch_max) {
        if (dialect_ == Dialect::postgresql) {
            const auto rows = changed_rows(*queue_.front().commit);
            if (std::ranges::any_of(rows, [&](Id row) { return changed.contains(row); })) return;
            changed.insert(rows.begin(), rows.end());
        }
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
        ++with_the_disk_;
    }
}

/// Writes some commits of a batch in one transaction and commits it; on PostgreSQL the commit is
/// then under way. What was under way before is finished meanwhile.
Result<void> WriteLoop::send(
    const Batch& batch, std::size_t from, std::size_t to, Batch& under_way
) {
    PORTEUR_CRASH_POINT("store.before_transaction");
    auto& writer = session_->writer();
    bool open = false;
    try {
        session_->begin();
        open = true;
        for (std::size_t at = from; at < to; ++at) writer.put(*batch[at].commit);
        writer.send();
        finish(under_way);
        check_lease();
        writer.check();
        PORTEUR_CRASH_POINT("store.before_commit");
        session_->commit();
        return {};
    } catch (const std::exception& wrong) {
        writer.clear();
        // The lock went with the session: another may hold the store by now, and whether a commit
        // under way has happened only a restart can tell.
        if (session_->is_cut_off()) give_up("the connection to the store is gone");
        finish(under_way);
        if (open) session_->roll_back();
        return failure(ErrorKind::unavailable, std::string("writing the store: ") + wrong.what());
    }
}

/// Every transaction proves that the shards are still ours: a sleeper that was taken over writes
/// nothing.
void WriteLoop::check_lease() {
    const auto held = session_->lease();
    if (PORTEUR_HAS_DEFECT("lease_unchecked")) return;
    if (held != fence_) {
        session_->roll_back();
        give_up("another porteurd has taken the store over");
    }
    if (lock_->was_taken_away()) {
        session_->roll_back();
        give_up("the lock file of the store was removed, so that another porteurd could take it");
    }
}

}  // namespace porteur
