// SPDX-License-Identifier: Apache-2.0
#pragma once

// Things that one coroutine has under way at the same time, and hears of one by one, in the order in
// which they end.

#include <deque>
#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace porteur {

/// Whoever launches something that refers to itself stays until next() has given all of it; only the
/// end of the executor, which ends both, may come before.
/// @threads  the executor's one thread
template <class Landed>
class Flights {
public:
    explicit Flights(boost::asio::any_io_executor executor)
        : state_(std::make_shared<State>(std::move(executor))) {}

    /// It may have begun, and even ended, when this returns; it is told by next() all the same.
    void launch(std::uint32_t number, boost::asio::awaitable<Landed> flight) {
        ++state_->in_air;
        boost::asio::co_spawn(
            state_->bell.get_executor(), std::move(flight),
            [state = state_, number](std::exception_ptr thrown, Landed landed) {
                // A defect of ours: the process ends, and the restart goes on from the journal.
                if (thrown) std::rethrow_exception(thrown);
                --state->in_air;
                state->landed.emplace_back(number, std::move(landed));
                state->bell.cancel();
            }
        );
    }

    /// How many are under way.
    std::size_t in_air() const { return state_->in_air; }
    /// Whether next() has or will have something to give.
    bool any() const { return state_->in_air > 0 || !state_->landed.empty(); }

    /// Waits for the next that ends; any() must hold. What has ended stays ended however late it is asked for.
    /// @cancel  not meant to be
    boost::asio::awaitable<std::pair<std::uint32_t, Landed>> next() {
        const auto state = state_;
        while (state->landed.empty()) {
            boost::system::error_code rung;
            state->bell.expires_at(std::chrono::steady_clock::time_point::max());
            co_await state->bell.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, rung));
        }
        auto first = std::move(state->landed.front());
        state->landed.pop_front();
        co_return first;
    }

private:
    struct State {
        explicit State(boost::asio::any_io_executor executor) : bell(std::move(executor)) {}
        boost::asio::steady_timer bell;
        std::size_t in_air = 0;
        std::deque<std::pair<std::uint32_t, Landed>> landed;
    };
    std::shared_ptr<State> state_;
};

}  // namespace porteur
