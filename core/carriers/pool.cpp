// SPDX-License-Identifier: Apache-2.0
#include "carriers/pool.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>

namespace porteur::carriers {

namespace asio = boost::asio;
using boost::system::error_code;

/// One who waits for a place. The timer doubles as the bell: cancelled when the place is given.
struct Pool::Waiter {
    asio::steady_timer timer;
    bool given = false;
};

/// A place in the pool until a lease takes it over.
class Pool::Place {
public:
    explicit Place(Pool& pool) : pool_(&pool) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        if (pool_) pool_->leave_place();
    }
    void hand_over() { pool_ = nullptr; }

private:
    Pool* pool_;
};

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), connection_(std::exchange(other.connection_, nullptr)) {}

Pool::Lease::~Lease() {
    if (connection_) pool_->give_back(connection_);
}

Pool::Pool(asio::any_io_executor executor, asio::ssl::context& tls, PoolSettings settings)
    : executor_(executor), tls_(tls), settings_(settings), timer_(executor) {}

Pool::~Pool() = default;

std::optional<Pool::Lease> Pool::take_at_once(const Origin* origin, Time until) {
    if (!waiting_.empty() || places_taken_ >= settings_.connections_max) return std::nullopt;
    Connection* connection = take_idle(origin);
    if (!connection) return std::nullopt;
    ++places_taken_;
    watch(*connection, until);
    return Lease(*this, connection);
}

asio::awaitable<Result<Pool::Lease>> Pool::acquire(
    std::shared_ptr<const Origin> origin, Time until
) {
    if (waiting_.empty() && places_taken_ < settings_.connections_max) {
        ++places_taken_;
    } else if (auto waited = co_await wait_for_place(until); !waited) {
        co_return std::unexpected(waited.error());
    }
    Place place(*this);

    Connection* connection = take_idle(origin.get());
    if (connection) {
        place.hand_over();
        watch(*connection, until);
        co_return Lease(*this, connection);
    }

    connection = make(std::move(origin));
    place.hand_over();
    Lease lease(*this, connection);
    const Time open_until =
        std::min(until, std::chrono::steady_clock::now() + settings_.connect_timeout);
    watch(*connection, open_until);
    auto opened = co_await connection->open(open_until);
    if (!opened) co_return std::unexpected(opened.error());
    watch(*connection, until);
    co_return std::move(lease);
}

asio::awaitable<Result<void>> Pool::wait_for_place(Time until) {
    if (waiting_.size() >= settings_.waiting_max) {
        co_return failure(
            ErrorKind::unavailable,
            phrase(
                "all {1:n} connections of this account are busy and {2:n} requests wait already; "
                "nothing was sent",
                settings_.connections_max, waiting_.size()
            )
        );
    }

    Waiter waiter{asio::steady_timer(executor_, until)};
    const auto at = waiting_.insert(waiting_.end(), &waiter);
    /// Leaves the line also when the wait is cancelled by an exception.
    struct Leaver {
        Pool& pool;
        Waiter& waiter;
        std::list<Waiter*>::iterator at;
        bool stays = false;
        ~Leaver() {
            if (!waiter.given) pool.waiting_.erase(at);
            if (waiter.given && !stays) pool.leave_place();
        }
    } leaver{*this, waiter, at};

    error_code woken;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    leaver.stays = waiter.given;
    if (waiter.given) co_return Result<void>{};
    if (woken)
        co_return failure(ErrorKind::cancelled, "called off while it waited for a connection");
    co_return failure(
        ErrorKind::unavailable,
        "no connection of this account became free in time; nothing was sent"
    );
}

void Pool::leave_place() {
    if (waiting_.empty()) {
        --places_taken_;
        return;
    }
    // The place goes to the first in line without ever being free, so nobody can overtake.
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    next->given = true;
    next->timer.cancel();
}

Connection* Pool::take_idle(const Origin* origin) {
    for (std::size_t at = idle_.size(); at-- > 0;) {
        Connection* found = idle_[at];
        if (found->origin().get() != origin) continue;
        idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(at));
        found->idle = false;
        if (found->is_alive()) return found;
        remove(found);
    }
    return nullptr;
}

Connection* Pool::make(std::shared_ptr<const Origin> origin) {
    // Whoever has a place and finds the pool full takes it from another origin's idle connection.
    if (all_.size() >= settings_.connections_max && !idle_.empty()) {
        Connection* oldest = idle_.front();
        idle_.erase(idle_.begin());
        remove(oldest);
    }
    all_.push_back(
        std::make_unique<Connection>(executor_, std::move(origin), tls_, settings_.limits)
    );
    return all_.back().get();
}

void Pool::give_back(Connection* connection) {
    if (connection->is_clean()) {
        connection->idle = true;
        idle_.push_back(connection);
        watch(*connection, std::chrono::steady_clock::now() + settings_.idle_max);
    } else {
        remove(connection);
    }
    leave_place();
}

void Pool::remove(Connection* connection) {
    const auto at = std::ranges::find(all_, connection, &std::unique_ptr<Connection>::get);
    std::swap(*at, all_.back());
    all_.pop_back();
}

void Pool::watch(Connection& connection, Time until) {
    connection.deadline = until;
    if (until < armed_for_) arm(until);
}

void Pool::arm(Time at) {
    armed_for_ = at;
    timer_.expires_at(at);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
        if (error) return;  // set anew for an earlier deadline, or the pool is gone
        if (const auto self = weak.lock()) self->sweep();
    });
}

void Pool::sweep() {
    const Time now = std::chrono::steady_clock::now();
    std::vector<Connection*> stale;
    Time earliest = Time::max();
    for (const auto& connection : all_) {
        if (connection->deadline > now) {
            earliest = std::min(earliest, connection->deadline);
        } else if (connection->idle) {
            stale.push_back(connection.get());
        } else {
            connection->deadline = Time::max();
            connection->expire();
        }
    }
    for (Connection* connection : stale) {
        std::erase(idle_, connection);
        remove(connection);
    }
    armed_for_ = Time::max();
    if (earliest != Time::max()) arm(earliest);
}

}  // namespace porteur::carriers
