// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "clock.hpp"
#include "ledger.hpp"
#include "message.hpp"

namespace porteur::sim {

/// What a carrier has from the kit.
struct World {
    Clock& clock;
    Ledger& ledger;
};

/// A script of POST /_sim/script that the carrier does not understand; its text goes back.
struct ScriptError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One simulated carrier: its state and its routes. Orders progress by the carrier's clock, worked
/// out when somebody asks. @threads one: every call comes from the server's loop
class Carrier {
public:
    virtual ~Carrier() = default;

    /// Acts on a request and answers it.
    virtual Answer answer(const Request& request) = 0;
    /// An error of this status in the carrier's own words, for injected faults (429, 500).
    /// @param retry_after_s  what Retry-After will say, for carriers that repeat it in the body
    virtual Answer error(int status, std::int64_t retry_after_s) = 0;
    /// The key by which this carrier tells a repeat, for the journal; empty when the request has none.
    virtual std::string key_of(const Request& request) {
        return std::string(request.header("idempotency-key"));
    }
    /// Takes one script object. @errors ScriptError
    virtual json::value script(const json::value& order) = 0;
    /// Adds what the carrier thinks of an order now ("state") to its line in /_sim/received.
    virtual void describe(const Carried& order, json::object& line) = 0;
    /// Forgets everything that happened; settings stay.
    virtual void reset() = 0;
    /// Called a few times a second, for what happens without a request (mail).
    virtual void tick() {}
};

}  // namespace porteur::sim
