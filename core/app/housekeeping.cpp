// SPDX-License-Identifier: Apache-2.0
#include "app/housekeeping.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "app/logging.hpp"

namespace porteur {
namespace asio = boost::asio;

Housekeeping::Housekeeping(asio::any_io_executor executor, Store& store, std::function<Instant()> now, HousekeepingSettings settings)
    : executor_(executor), store_(store), now_(std::move(now)), settings_(settings), timer_(executor) {}

asio::awaitable<Result<void>> Housekeeping::commit(Commit made) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [this](auto handler, Commit taken) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            // The store tells the engine's thread; this goes on where it began.
            store_.commit(std::move(taken), [shared, executor = executor_](Result<void> done) {
                asio::post(executor, [shared, done = std::move(done)]() mutable { std::move (*shared)(std::move(done)); });
            });
        },
        asio::use_awaitable, std::move(made)
    );
}

asio::awaitable<Result<bool>> Housekeeping::tidy() {
    const auto now = now_();
    auto old = store_.compactable(looked_at_, now - settings_.retention, settings_.batch);
    if (!old) co_return std::unexpected(std::move(old).error());
    auto events = store_.events_before(now - event_kept_for, settings_.batch);
    if (!events) co_return std::unexpected(std::move(events).error());
    const bool more = old->more || static_cast<int>(events->size()) == settings_.batch;
    Commit made;
    made.compacted_operations = std::move(old->operations);
    made.dropped_events = std::move(*events);
    if (!made.empty())
        if (auto done = co_await commit(std::move(made)); !done) co_return std::unexpected(std::move(done).error());
    looked_at_ = old->more ? old->last : 0;
    const auto more_beside = tidy_beside(now - settings_.retention);
    if (!more_beside) co_return std::unexpected(more_beside.error());
    if (more || *more_beside) co_return true;
    key_looked_at_.emplace();  // the next pass begins from the start
    co_return false;
}

Result<bool> Housekeeping::tidy_beside(Instant before) {
    auto& upkeep = upkeep_of(store_);
    if (key_looked_at_) {
        auto keys = upkeep.drop_keys(*key_looked_at_, before, settings_.batch);
        if (!keys) return std::unexpected(std::move(keys).error());
        if (keys->more)
            key_looked_at_ = std::move(keys->last);
        else
            key_looked_at_.reset();
    }
    const auto mails = upkeep.empty_mails(before, settings_.batch);
    if (!mails) return std::unexpected(mails.error());
    const auto others = settings_.more ? settings_.more(before) : Result<bool>(false);
    if (!others) return others;
    return key_looked_at_.has_value() || *mails == settings_.batch || *others;
}

asio::awaitable<void> Housekeeping::run() {
    while (!stopped_) {
        const auto more = co_await tidy();
        if (!more) log_warning("housekeeping: " + more.error().message);
        boost::system::error_code ended;
        timer_.expires_after(more && *more ? settings_.pause : settings_.rest);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
}

std::future<void> Housekeeping::start() {
    auto ended = std::make_shared<std::promise<void>>();
    auto outcome = ended->get_future();
    asio::co_spawn(executor_, run(), [ended](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
        ended->set_value();
    });
    return outcome;
}

void Housekeeping::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace porteur
