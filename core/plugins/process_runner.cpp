// SPDX-License-Identifier: Apache-2.0
#include "plugins/process_runner.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>

#include "plugins/canonical_check.hpp"
#include "plugins/plugin_process.hpp"
#include "plugins/runner_errors.hpp"
#include "plugins/turn_check.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::uint32_t log_lines_per_second_max = 100;
constexpr std::size_t plugin_message_max_bytes = 700;
constexpr std::size_t untold_max = 16;  // of a runner to whom nobody listens

// A coroutine that waits for a turn.
struct Waiter {
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;
    virtual void complete(Result<Turn> turn) = 0;
};

template <class Handler>
struct WaiterOf final : Waiter {
    explicit WaiterOf(Handler&& given) : handler(std::move(given)) {}
    void complete(Result<Turn> turn) override { std::move(handler)(std::move(turn)); }
    Handler handler;
};

// Shared with the coroutines that wait in it, so that the runner may be destroyed under them.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(asio::any_io_executor executor, CheckedLibrary library, ProcessOptions options)
        : executor_(executor),
          library_(std::move(library)),
          options_(std::move(options)),
          id_(library_.descriptor.id),
          news_(executor),
          restart_(executor),
          start_limit_(executor),
          watchdog_(executor),
          tick_(std::clamp<std::chrono::milliseconds>(
              std::min(options_.step_timeout, options_.step_cpu_max) / 8, 5ms, 250ms
          )) {
        news_.expires_at(Clock::time_point::max());
    }

    void start() {
        state_ = State::starting;
        auto made = PluginProcess::start(
            executor_, library_, options_,
            {.frame = [this](const Frame& frame) { return on_frame(frame); },
             .received = [this] { tell_waiters(); },
             .printed = [this](std::string_view line) { log(1, line); },
             .ended = [this](ProcessEnd end) { on_end(std::move(end)); }}
        );
        if (!made) {
            last_death_ = made.error().message;
            start_later();
            return tell_failed_start({last_death_, 0, {}});
        }
        process_ = std::move(*made);
        if (!start_limited_) limit_start();
        watch();
    }

    void close() {
        state_ = State::closed;
        for (auto* timer : {&news_, &restart_, &start_limit_, &watchdog_}) timer->cancel();
        if (process_) std::exchange(process_, nullptr)->abandon();
        // Whoever waits is let go with the executor's next turn, when the runner may be gone.
        for (auto& each : pending_)
            answers_.emplace_back(std::move(each.waiter), lost("the runner was closed"));
        pending_.clear();
        if (!answers_.empty())
            asio::post(executor_, [self = shared_from_this()] { self->tell_waiters(); });
    }

    asio::awaitable<Result<void>> up() {
        const auto self = shared_from_this();
        const auto patience = Clock::now() + options_.start_timeout;
        while (state_ != State::up) {
            if (state_ == State::refused)
                co_return failure(ErrorKind::unsupported, id_ + ": " + refusal_->text());
            if (state_ == State::closed) co_return std::unexpected(closed_error());
            if (Clock::now() >= patience) co_return std::unexpected(not_up_error());
            co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return Result<void>{};
    }

    asio::awaitable<Result<Turn>> begin(
        std::uint64_t op, std::string operation, std::string input
    ) {
        const auto self = shared_from_this();
        const auto* spec = find_named(library_.descriptor.operations, operation);
        if (spec == nullptr) co_return no_such_operation(id_, operation);
        const bool pure = spec->pure;
        if (auto ready = co_await up(); !ready) co_return std::unexpected(std::move(ready).error());
        if (!ops_.try_emplace(op, pure).second) co_return number_in_use(id_, op);
        FrameWriter(process_->out(), FrameType::begin).number(op).text(operation).text(input);
        co_return co_await answer(op);
    }

    asio::awaitable<Result<Turn>> step(std::uint64_t op, std::vector<Completion> done) {
        const auto self = shared_from_this();
        const auto found = ops_.find(op);
        if (auto wrong = not_callable(op, found)) co_return std::unexpected(std::move(*wrong));
        found->second.sequence.delivered(done.size());
        write_step(process_->out(), op, done);
        co_return co_await answer(op);
    }

    asio::awaitable<Result<Turn>> cancel(std::uint64_t op, std::string why) {
        const auto self = shared_from_this();
        const auto found = ops_.find(op);
        if (auto wrong = not_callable(op, found)) co_return std::unexpected(std::move(*wrong));
        found->second.sequence.cancelled();
        FrameWriter(process_->out(), FrameType::cancel).number(op).text(why);
        co_return co_await answer(op);
    }

    void end(std::uint64_t op) {
        const auto found = ops_.find(op);
        if (found == ops_.end()) return;
        const bool alive = found->second.alive;
        ops_.erase(found);
        if (alive) end_in_process(op);
    }

    const Descriptor& descriptor() const { return library_.descriptor; }
    const std::string& build() const { return library_.build; }
    RunnerStats stats() const { return {steps_, restarts_, last_death_}; }
    void on_death(std::function<void(const PluginDeath&)> listener) {
        listener_ = std::move(listener);
        if (listener_)
            for (const auto& each : std::exchange(untold_, {})) listener_(each);
    }

private:
    enum class State { starting, up, waiting, refused, closed };

    struct Op {
        explicit Op(bool pure) : sequence(pure) {}
        TurnSequence sequence;
        bool alive = true;  // the process that knows it lives
        bool busy = false;  // a call on it is under way
    };
    using Ops = std::unordered_map<std::uint64_t, Op>;

    struct Pending {
        std::uint64_t op;
        std::unique_ptr<Waiter> waiter;
    };

    // -------------------------------------------------------------- calls

    Error lost_error(std::string_view code, const std::string& why) const {
        Error error;
        error.message = id_ + ": " + phrase("the plugin process {1:text}", why);
        error.code = code;
        return error;
    }
    Error not_up_error() const {
        auto error = lost_error(
            plugin_lost_code,
            last_death_.empty()
                ? phrase(
                      "is not up after {1} ms; it is tried again", options_.start_timeout.count()
                  )
                : phrase(
                      "is not up after {1} ms; it {2:text}; it is tried again",
                      options_.start_timeout.count(), last_death_
                  )
        );
        error.kind = ErrorKind::unavailable;
        return error;
    }
    Error closed_error() const { return lost_error(plugin_lost_code, phrase("was stopped")); }
    Result<Turn> lost(const std::string& why) const {
        return std::unexpected(lost_error(plugin_lost_code, why));
    }

    std::optional<Error> not_callable(std::uint64_t op, Ops::iterator found) const {
        if (state_ == State::closed) return closed_error();
        if (found == ops_.end()) return not_under_way(id_, op).error();
        if (!found->second.alive)
            return lost_error(
                plugin_lost_code, phrase(
                                      "that knew operation {1} {2:text}; replay the operation", op,
                                      last_death_
                                  )
            );
        if (found->second.busy)
            return Error{
                .message = id_ + ": " + phrase("operation {1} is called twice at a time", op)
            };
        return std::nullopt;
    }

    // The frame stands in the buffer already.
    asio::awaitable<Result<Turn>> answer(std::uint64_t op) {
        ops_.find(op)->second.busy = true;
        flush();
        if (!watching_) watch();
        return asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<Turn>)>(
            [this, op](auto handler) {
                pending_.push_back(
                    {op, std::make_unique<WaiterOf<decltype(handler)>>(std::move(handler))}
                );
            },
            asio::use_awaitable
        );
    }

    // While answers are told, what the coroutines ask next leaves together at the end of it.
    void flush() {
        if (!telling_) process_->flush();
    }

    void end_in_process(std::uint64_t op) {
        if (state_ != State::up) return;
        FrameWriter(process_->out(), FrameType::end).number(op);
        flush();
    }

    // -------------------------------------------------------------- what the process says

    bool on_frame(const Frame& frame) {
        switch (frame.type) {
            case FrameType::loaded:
                return on_loaded();
            case FrameType::refused:
                return on_refused(frame.fields);
            case FrameType::turn: {
                auto read = read_turn(frame.fields);
                return read && on_answer(read->first, std::move(read->second));
            }
            case FrameType::broke: {
                FrameReader in(frame.fields);
                const auto op = in.number<std::uint64_t>();
                const auto text = plain_text(in.text(), plugin_message_max_bytes);
                return in.whole() && on_answer(op, broke_contract(id_, text));
            }
            case FrameType::log: {
                FrameReader in(frame.fields);
                const auto level = in.number<std::int32_t>();
                const auto text = in.text();
                if (in.whole()) log(level, text);
                return in.whole();
            }
            default:
                return false;
        }
    }

    bool on_loaded() {
        if (state_ != State::starting) return false;
        state_ = State::up;
        start_limited_ = false;
        start_limit_.cancel();
        news_.cancel();
        return true;
    }

    bool on_refused(std::string_view fields) {
        if (state_ != State::starting) return false;
        auto refusal = read_refused(fields);
        if (!refusal) return false;
        refusal_ = std::move(*refusal);
        return true;
    }

    // Calls are answered in their order; anything else is a broken process.
    bool on_answer(std::uint64_t op, Result<Turn> turn) {
        if (pending_.empty() || pending_.front().op != op) return false;
        auto waiter = std::move(pending_.front().waiter);
        pending_.pop_front();
        ++answered_;
        ++steps_;
        starts_failed_ = 0;
        if (const auto found = ops_.find(op); found != ops_.end()) {
            found->second.busy = false;
            if (turn)
                if (auto fits = found->second.sequence.check(*turn); !fits) {
                    turn = broke_contract(id_, fits.error().message);
                    found->second.alive = false;
                    end_in_process(op);
                }
        }
        answers_.emplace_back(std::move(waiter), std::move(turn));
        return true;
    }

    // Goes on with the coroutines only when the frames they came in are used up: they may call us
    // again, or destroy the runner.
    void tell_waiters() {
        const auto self = shared_from_this();
        if (refusal_ && state_ == State::starting) refuse();
        telling_ = true;
        while (!answers_.empty()) {
            auto [waiter, turn] = std::move(answers_.front());
            answers_.pop_front();
            if (waiter) waiter->complete(std::move(turn));
        }
        telling_ = false;
        if (process_) process_->flush_now();
    }

    void refuse() {
        state_ = State::refused;
        start_limit_.cancel();
        watchdog_.cancel();
        if (process_) std::exchange(process_, nullptr)->abandon();
        news_.cancel();
    }

    void log(int level, std::string_view text) {
        if (!options_.log) return;
        const auto second = std::chrono::floor<std::chrono::seconds>(Clock::now());
        if (second != log_second_) {
            if (log_lines_ > log_lines_per_second_max)
                options_.log(
                    2, id_,
                    std::to_string(log_lines_ - log_lines_per_second_max) +
                        " lines of the plugin were left out"
                );
            log_second_ = second;
            log_lines_ = 0;
        }
        if (++log_lines_ <= log_lines_per_second_max) options_.log(level, id_, text);
    }

    // -------------------------------------------------------------- its end, and the next start

    void on_end(ProcessEnd end) {
        const auto self = shared_from_this();
        process_.reset();
        last_death_ = end.reason;
        PluginDeath death{end.reason, 0, {}};
        // Only an operation that waits for an answer can be to blame; without a word in the shared
        // page it is the one whose turn it was.
        for (const auto& each : pending_)
            if (each.op == end.current_op) death.blamed = each.op;
        if (death.blamed == 0 && !pending_.empty()) death.blamed = pending_.front().op;
        for (auto& [number, op] : ops_)
            if (std::exchange(op.alive, false)) death.operations.push_back(number);
        std::ranges::sort(death.operations);
        for (auto& each : pending_) {
            if (const auto found = ops_.find(each.op); found != ops_.end())
                found->second.busy = false;
            const bool blamed = each.op == death.blamed;
            answers_.emplace_back(
                std::move(each.waiter),
                blamed ? Result<Turn>(std::unexpected(lost_error(plugin_died_code, end.reason)))
                       : lost(
                             phrase(
                                 "{1:text} while it worked on operation {2}", end.reason,
                                 death.blamed
                             )
                         )
            );
        }
        pending_.clear();
        start_later();
        if (listener_) listener_(death);
        tell_waiters();
    }

    // The first start is tried before anybody can listen.
    void tell_failed_start(PluginDeath death) {
        if (listener_)
            listener_(death);
        else if (untold_.size() < untold_max)
            untold_.push_back(std::move(death));
    }

    void start_later() {
        state_ = State::waiting;
        if (!start_limited_) limit_start();
        restart_.expires_after(restart_wait(starts_failed_++));
        restart_.async_wait([weak = weak_from_this()](boost::system::error_code wrong) {
            const auto self = weak.lock();
            if (wrong || !self || self->state_ != State::waiting) return;
            ++self->restarts_;
            self->start();
        });
    }

    // Wakes those that wait for the process, again and again, until it is up; each looks at its own
    // patience.
    void limit_start() {
        start_limited_ = true;
        start_limit_.expires_after(
            std::clamp<std::chrono::milliseconds>(options_.start_timeout / 10, 5ms, 1s)
        );
        start_limit_.async_wait([weak = weak_from_this()](boost::system::error_code wrong) {
            const auto self = weak.lock();
            if (wrong || !self ||
                (self->state_ != State::starting && self->state_ != State::waiting))
                return;
            self->news_.cancel();
            self->limit_start();
        });
    }

    // -------------------------------------------------------------- the watchdog

    // Looks at the oldest call from time to time: it is in its turn, as calls are answered in
    // order. Only while something is under way, so that an idle plugin wakes nobody.
    void watch() {
        watching_ = true;
        watched_ = answered_;
        watched_since_ = Clock::now();
        watched_cpu_ = process_ ? process_->cpu_time() : 0ns;
        look_later();
    }

    void look_later() {
        watchdog_.expires_after(tick_);
        watchdog_.async_wait([weak = weak_from_this()](boost::system::error_code wrong) {
            if (const auto self = weak.lock(); self && !wrong) self->look();
        });
    }

    void look() {
        if (!process_ || (pending_.empty() && state_ != State::starting)) {
            watching_ = false;
            return;
        }
        const auto now = Clock::now();
        // An answer that we have not read yet is our lateness, not its.
        if (watched_ != answered_ || process_->has_unread()) return watch();
        const auto limit =
            state_ == State::starting ? options_.start_timeout : options_.step_timeout;
        if (now - watched_since_ >= limit) {
            process_->kill(
                state_ == State::starting
                    ? phrase("loading took longer than {1} ms", limit.count())
                    : phrase("a step took longer than {1} ms", limit.count())
            );
        } else if (state_ == State::up &&
                   process_->cpu_time() - watched_cpu_ >= options_.step_cpu_max) {
            process_->kill(phrase(
                "a step used more than {1} ms of CPU time", options_.step_cpu_max.count()
            ));
        }
        look_later();
    }

    asio::any_io_executor executor_;
    CheckedLibrary library_;
    ProcessOptions options_;
    std::string id_;

    State state_ = State::starting;
    std::shared_ptr<PluginProcess> process_;
    std::optional<LibraryRefusal> refusal_;
    std::uint32_t starts_failed_ = 0;
    bool start_limited_ = false;
    asio::steady_timer news_, restart_, start_limit_, watchdog_;

    Ops ops_;
    std::deque<Pending> pending_;  // in the order of their frames
    std::deque<std::pair<std::unique_ptr<Waiter>, Result<Turn>>> answers_;
    bool telling_ = false;
    std::uint64_t answered_ = 0;

    std::chrono::milliseconds tick_;
    bool watching_ = false;
    std::uint64_t watched_ = 0;
    Clock::time_point watched_since_;
    std::chrono::nanoseconds watched_cpu_{0};

    std::uint64_t steps_ = 0, restarts_ = 0;
    std::string last_death_;
    std::function<void(const PluginDeath&)> listener_;
    std::vector<PluginDeath> untold_;
    std::chrono::time_point<Clock, std::chrono::seconds> log_second_{};
    std::uint32_t log_lines_ = 0;
};

class ProcessRunner final : public PluginRunner {
public:
    ProcessRunner(asio::any_io_executor executor, CheckedLibrary library, ProcessOptions options)
        : link_(std::make_shared<Link>(std::move(executor), std::move(library), std::move(options))
          ) {
        link_->start();
    }
    ~ProcessRunner() override { link_->close(); }

    asio::awaitable<Result<void>> ready() override { return link_->up(); }
    asio::awaitable<Result<Turn>> begin(std::uint64_t op, std::string operation, std::string input)
        override {
        return link_->begin(op, std::move(operation), std::move(input));
    }
    asio::awaitable<Result<Turn>> step(std::uint64_t op, std::vector<Completion> done) override {
        return link_->step(op, std::move(done));
    }
    asio::awaitable<Result<Turn>> cancel(std::uint64_t op, std::string why) override {
        return link_->cancel(op, std::move(why));
    }
    void end(std::uint64_t op) override { link_->end(op); }
    const Descriptor& descriptor() const override { return link_->descriptor(); }
    const std::string& build() const override { return link_->build(); }
    RunnerStats stats() const override { return link_->stats(); }
    void on_death(std::function<void(const PluginDeath&)> listener) override {
        link_->on_death(std::move(listener));
    }

private:
    std::shared_ptr<Link> link_;
};

}  // namespace

std::chrono::milliseconds restart_wait(std::uint32_t failures) {
    if (failures == 0) return 0ms;
    return std::min<std::chrono::milliseconds>(100ms * (1u << std::min(failures - 1, 10u)), 5s);
}

std::unique_ptr<PluginRunner> make_process_runner(
    asio::any_io_executor executor, CheckedLibrary library, ProcessOptions options
) {
    return std::make_unique<ProcessRunner>(
        std::move(executor), std::move(library), std::move(options)
    );
}

}  // namespace porteur
