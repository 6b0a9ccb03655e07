// SPDX-License-Identifier: Apache-2.0
#pragma once

// What outlives a process of ours in the fault matrix: the carrier and the receiver of web hooks, as HTTP servers on
// loopback whose memory is shared between the processes, and what our customers were told. The fault of a cell befalls
// the requests of its operation alone, and each time that it does is counted: a strike.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "carriers/loopback.hpp"
#include "domain/order.hpp"
#include "lossy_disk.hpp"
#include "matrix_table.hpp"

namespace porteur::testing {

/// One cell, one seed.
struct MatrixCase {
    Column column = Column::submit;
    Fault fault = Fault::kill;
    std::uint64_t seed = 1;
    bool has_fault = true;    ///< false: an undisturbed life, whose crash points are counted
    std::string defect = {};  ///< a deliberate one of the core; empty for none
    /// How many crash points an undisturbed life passes during the operation; the fault strikes at one of them.
    int points = 0;
    /// The name of the crash point at whose first passing it strikes instead; empty: the seed chooses one by its number.
    std::string at_point = {};

    /// One of `of` ways, another for each seed.
    int way(int of) const { return static_cast<int>(seed % static_cast<std::uint64_t>(of)); }
    /// For a second choice, independent of the first: seeds run on by one.
    int other_way(int first, int of) const { return static_cast<int>(seed / static_cast<std::uint64_t>(first) % static_cast<std::uint64_t>(of)); }
};

/// What the carrier has of one order of ours, by the number in its reference ("r7"), or of a part of the first ("r1-2").
struct FarThing {
    std::atomic<int> made, cancelled, supplemented, uploaded, polls;
    std::atomic<int> acts;                ///< what it has still to carry out: of each kind how often, a byte each
    std::atomic<std::int64_t> acts_at;    ///< and when
    std::atomic<std::int64_t> not_before; ///< it has asked to be left alone until then
    std::atomic<std::int64_t> tried_at;   ///< the last request that changes something
    std::atomic<bool> refused, wrong_document, completed;
    std::atomic<int> created_keys;        ///< of the customer: how often the API said "created"
    std::atomic<std::int64_t> told_id;    ///< which order it was told
    std::atomic<std::int64_t> sleeps_from, woke_at;
};

inline constexpr int first_part = 120, things_max = 128;
inline constexpr int hooks_max = 512;

struct FarEnd {
    FarThing things[things_max];
    std::atomic<std::int64_t> now;  ///< our clock, which goes on through a death
    std::atomic<int> strikes;
    std::atomic<int> points;        ///< crash points passed while the operation was at work
    std::atomic<int> early;         ///< requests before the end of the wait that it had asked for
    std::atomic<int> hasty;         ///< requests less than a second after one that had failed
    std::atomic<int> swallowed;     ///< bytes of an endless answer that were read, in KiB
    std::atomic<int> elsewhere;     ///< whatever came to a host that a redirect named
    std::atomic<int> forged_taken;
    std::atomic<int> in_air_most;
    std::atomic<int> late_ms_max;   ///< of timers
    std::atomic<int> refused_calls; ///< callers who were told that the store took nothing
    std::atomic<bool> approved, frozen, key_changed;
    std::atomic<int> stage;         ///< of worlds that go through steps
    std::atomic<std::int64_t> began_at;
    std::atomic<int> hooks;         ///< events at the receiver
    std::int64_t hook_ids[hooks_max];
    std::atomic<int> hooks_unsigned;
    DiskCounts disk;

    void reset();
    FarThing& thing(const std::string& reference);
    /// What is due by now has been carried out.
    void catch_up(FarThing& thing) const;
};

enum FarAct : int { act_make = 1, act_cancel = 1 << 8, act_supplement = 1 << 16, act_upload = 1 << 24 };

/// The step of a request that the fault of a column is aimed at.
bool is_aimed_at(Column column, std::string_view step);

/// The carrier, as HTTP, in the process's own thread.
class FarServer {
public:
    /// @param clock  simulated time, in milliseconds
    FarServer(boost::asio::io_context& io, FarEnd& far, const MatrixCase& each, std::function<std::int64_t()> clock);
    FarServer(const FarServer&) = delete;

    std::string url() const;
    std::string url_of_other_host() const;
    /// Where nobody listens, a name that does not exist, TLS that is none, a certificate of another authority.
    std::string broken_url(int way) const;

private:
    using Peer = porteur::test::Peer;
    using Received = porteur::test::Received;
    boost::asio::awaitable<void> accept(boost::asio::ip::tcp::acceptor& acceptor, int kind);
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket, int kind);
    boost::asio::awaitable<bool> answer(Peer& peer, const Received& request);
    enum class After { goes_on, answered, closes };
    boost::asio::awaitable<After> strike(Peer& peer, const std::string& step, FarThing& thing);
    boost::asio::awaitable<bool> answer_hook(Peer& peer, const Received& request);
    boost::asio::awaitable<After> answer_wrongly(Peer& peer, int way, const std::string& good);
    boost::asio::awaitable<void> never_answer(Peer& peer);
    void act(FarThing& thing, const std::string& step, std::int64_t at);
    std::string shown(FarThing& thing, const std::string& reference, bool counts);
    std::string good_answer(const std::string& step, FarThing& thing, const std::string& reference);

    boost::asio::io_context& io_;
    FarEnd& far_;
    const MatrixCase& each_;
    std::function<std::int64_t()> clock_;
    boost::asio::ip::tcp::acceptor acceptor_, other_, plain_, strange_, closed_;
    std::string reference_;
};

}  // namespace porteur::testing
