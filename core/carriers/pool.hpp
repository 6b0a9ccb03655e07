// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <porteur/result.hpp>

#include "carriers/connection.hpp"

namespace porteur::carriers {

struct PoolSettings {
    std::size_t connections_max;
    std::size_t waiting_max;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds idle_max;
    ConnectionLimits limits;
};

/// The connections of one account: at most so many, kept open between exchanges, handed out in the
/// order of asking.
///
/// One timer watches all of them. It is set for the earliest deadline and never moved back: an
/// exchange that ends in time costs no timer operation, and the timer, when it fires, sets itself
/// for what is then the earliest.
///
/// @threads the executor's only
class Pool : public std::enable_shared_from_this<Pool> {
public:
    using Time = Connection::Time;

    Pool(
        boost::asio::any_io_executor executor, boost::asio::ssl::context& tls, PoolSettings settings
    );
    ~Pool();

    /// The right to use one connection; gives it back when destroyed.
    class Lease {
    public:
        Lease(Pool& pool, Connection* connection) : pool_(&pool), connection_(connection) {}
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        Connection* operator->() const { return connection_; }

    private:
        friend class Pool;
        Pool* pool_;  // outlives the lease: whoever holds one holds the client
        Connection* connection_;
    };

    /// An idle connection that is alive, when there is one and nobody waits before us: the usual
    /// case, and it costs no coroutine.
    std::optional<Lease> take_at_once(const Origin* origin, Time until);

    /// Waits for a place in the line, then gives an open connection: one that stood idle and is
    /// alive, or a new one. Its deadline is `until`.
    ///
    /// @errors  unavailable: too many wait already, none was free before `until`, or connecting
    ///          failed; invalid_input as Connection::open. Nothing has left
    /// @cancel  at any wait; the place goes to the next
    boost::asio::awaitable<Result<Lease>> acquire(std::shared_ptr<const Origin> origin, Time until);

    [[nodiscard]] std::size_t open_count() const { return all_.size(); }
    [[nodiscard]] std::size_t waiting_count() const { return waiting_.size(); }

private:
    struct Waiter;
    class Place;

    boost::asio::awaitable<Result<void>> wait_for_place(Time until);
    void leave_place();
    Connection* take_idle(const Origin* origin);
    Connection* make(std::shared_ptr<const Origin> origin);
    void give_back(Connection* connection);
    void remove(Connection* connection);
    void watch(Connection& connection, Time until);
    void arm(Time at);
    void sweep();

    boost::asio::any_io_executor executor_;
    boost::asio::ssl::context& tls_;
    PoolSettings settings_;
    std::vector<std::unique_ptr<Connection>> all_;
    std::vector<Connection*> idle_;  // the one used last at the back: it is the likeliest to live
    std::list<Waiter*> waiting_;
    std::size_t places_taken_ = 0;
    boost::asio::steady_timer timer_;
    Time armed_for_ = Time::max();
};

}  // namespace porteur::carriers
