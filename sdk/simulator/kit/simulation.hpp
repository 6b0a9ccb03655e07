// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "carrier.hpp"
#include "clock.hpp"
#include "faults.hpp"
#include "ledger.hpp"
#include "message.hpp"

namespace porteur::sim {

/// What the server does with one request.
struct Reaction {
    enum class Delivery {
        whole,  ///< the answer
        slow,   ///< the answer in pieces, `wait` apart
        half,   ///< half of the answer's bytes, then the connection is closed
        none,   ///< the connection is closed
    };
    Delivery delivery = Delivery::whole;
    Answer answer;
    std::chrono::milliseconds wait{0};  ///< before the delivery, or between pieces
    std::function<void()> late_act;     ///< run `late_wait` after the request; empty = nothing
    std::chrono::milliseconds late_wait{0};
};

using CarrierMaker = std::function<std::unique_ptr<Carrier>(World)>;

/// A carrier with its clock, ledger, faults and admin routes: everything but the network.
/// @threads one
class Simulation {
public:
    /// @param real  where real time comes from; a test gives its own
    explicit Simulation(
        const CarrierMaker& make, std::size_t log_size = 10'000,
        std::function<Instant()> real = Clock::real_now
    );

    Reaction react(Request request);
    void tick() { carrier_->tick(); }
    Clock& clock() { return clock_; }

private:
    Answer act(const Request& request, std::uint64_t index);
    Answer admin(const Request& request);
    Answer clock_route(const Request& request);
    Answer received(const Request& request);
    void reset();

    Clock clock_;
    Ledger ledger_;
    Faults faults_;
    std::unique_ptr<Carrier> carrier_;
};

}  // namespace porteur::sim
