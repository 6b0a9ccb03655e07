// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "inventory.hpp"
#include "kit/carrier.hpp"

namespace porteur::sim {

/// Numbers on their way out. The winning carrier's side is completed first; the losing one takes a
/// while, by its own clock, before the number is gone from the account's lists. @threads one
class Departures {
public:
    Departures(World world, RingcentralInventory& inventory)
        : world_(world), inventory_(inventory) {}

    /// The number has been ported away: it is gone `wait` from now. @return whether the account has
    /// it
    bool begin(const std::string& number, std::chrono::milliseconds wait);
    /// Takes those whose time has come off the account; each is "port_out" in the ledger.
    void carry_out();
    void clear() { leaving_.clear(); }

private:
    World world_;
    RingcentralInventory& inventory_;
    std::multimap<Instant, std::string> leaving_;
};

}  // namespace porteur::sim
