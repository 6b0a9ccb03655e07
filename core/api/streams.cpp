// SPDX-License-Identifier: Apache-2.0
#include "api/streams.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <optional>
#include <utility>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

namespace asio = boost::asio;

/// Ends the reader's wait. Between a look into the pipe and the wait nothing else runs on the
/// connection's strand, so a ring that comes in between is carried out after the wait has begun.
struct Bell {
    explicit Bell(asio::any_io_executor made_on) : executor(made_on), timer(std::move(made_on)) {}
    asio::any_io_executor executor;
    asio::steady_timer timer;
};

}  // namespace

class Streams::Pipe final : public StreamSink {
public:
    explicit Pipe(std::size_t ahead_max) : ahead_max_(ahead_max) {}

    // ---- where the bytes are made

    bool put(std::string bytes) override {
        std::unique_lock lock(mutex_);
        has_room_.wait(lock, [this] { return is_closed_ || ahead_ < ahead_max_; });
        if (is_closed_) return false;
        if (bytes.empty()) return true;
        ahead_ += bytes.size();
        pieces_.push_back(std::move(bytes));
        ring();
        return true;
    }
    bool is_over() const override {
        const std::lock_guard lock(mutex_);
        return is_closed_;
    }
    void finish(Result<void> how) {
        const std::lock_guard lock(mutex_);
        how_ = std::move(how);
        ring();
    }

    // ---- where they are read

    /// The next bytes, or the end; nothing: there are none yet.
    std::optional<Result<std::string>> take() {
        const std::lock_guard lock(mutex_);
        if (!pieces_.empty()) {
            auto piece = std::move(pieces_.front());
            pieces_.pop_front();
            ahead_ -= piece.size();
            has_room_.notify_one();
            return piece;
        }
        if (!how_) return std::nullopt;
        if (!*how_) return std::unexpected(how_->error());
        return std::string();
    }
    /// Rings while there is a bell; null takes it away.
    void wake_by(std::shared_ptr<Bell> bell) {
        const std::lock_guard lock(mutex_);
        bell_ = std::move(bell);
    }
    void close() {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        bell_ = nullptr;
        pieces_.clear();
        ahead_ = 0;
        has_room_.notify_all();
    }

private:
    /// Under the lock, which close() takes too: no executor is used after its connection has gone.
    void ring() {
        if (!bell_) return;
        asio::post(bell_->executor, [weak = std::weak_ptr(bell_)] {
            if (const auto here = weak.lock()) here->timer.cancel();
        });
    }

    const std::size_t ahead_max_;
    mutable std::mutex mutex_;
    std::condition_variable has_room_;
    std::deque<std::string> pieces_;
    std::size_t ahead_ = 0;
    bool is_closed_ = false;
    std::optional<Result<void>> how_;
    std::shared_ptr<Bell> bell_;
};

class Streams::Reader final : public ByteStream {
public:
    explicit Reader(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
    ~Reader() override { pipe_->close(); }

    Async<Result<std::string>> next() override {
        if (!bell_) {
            bell_ = std::make_shared<Bell>(co_await asio::this_coro::executor);
            pipe_->wake_by(bell_);
        }
        while (true) {
            // Also before the wait: end() may have come while a piece was being written.
            if (is_ended_) co_return failure(ErrorKind::unavailable, "the connection has gone");
            if (auto found = pipe_->take()) co_return std::move(*found);
            bell_->timer.expires_at(asio::steady_timer::time_point::max());
            boost::system::error_code woken;
            co_await bell_->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
    }
    void end() override {
        is_ended_ = true;
        pipe_->close();
        if (bell_) bell_->timer.cancel();
    }

private:
    std::shared_ptr<Pipe> pipe_;
    std::shared_ptr<Bell> bell_;
    bool is_ended_ = false;
};

Streams::~Streams() {
    for (auto& work : works_) work.thread.join();
}

void Streams::join_done() {
    std::list<Work> done;
    {
        const std::lock_guard lock(mutex_);
        for (auto work = works_.begin(); work != works_.end();) {
            const auto next = std::next(work);
            if (work->done) done.splice(done.end(), works_, work);
            work = next;
        }
    }
    for (auto& work : done) work.thread.join();
}

std::shared_ptr<ByteStream> Streams::begin(std::size_t weight, Maker maker) {
    join_done();
    const auto pipe = std::make_shared<Pipe>(ahead_max_);
    const std::lock_guard lock(mutex_);
    if (under_way_ + weight > at_once_max_) return nullptr;
    auto& work = works_.emplace_back();
    try {
        work.thread = std::thread([this, pipe, weight, &work, make = std::move(maker)] {
            Result<void> how;
            try {
                how = make(*pipe);
            } catch (const std::exception& thrown) {
                how = failure(ErrorKind::internal, std::string(thrown.what()));
            }
            {
                const std::lock_guard here(mutex_);
                under_way_ -= weight;
                work.done = true;
            }
            pipe->finish(std::move(how));
        });
    } catch (const std::system_error&) {
        works_.pop_back();
        return nullptr;
    }
    under_way_ += weight;
    return std::make_shared<Reader>(pipe);
}

std::size_t Streams::under_way() const {
    const std::lock_guard lock(mutex_);
    return under_way_;
}

}  // namespace porteur
