// SPDX-License-Identifier: Apache-2.0
#include "departures.hpp"

#include <utility>

namespace porteur::sim {

bool Departures::begin(const std::string& number, std::chrono::milliseconds wait) {
    if (inventory_.find(number) == nullptr) return false;
    leaving_.emplace(world_.clock.now() + wait, number);
    carry_out();
    return true;
}

void Departures::carry_out() {
    const auto now = world_.clock.now();
    while (!leaving_.empty() && leaving_.begin()->first <= now) {
        const auto number = std::move(leaving_.begin()->second);
        leaving_.erase(leaving_.begin());
        const auto* found = inventory_.find(number);
        if (found == nullptr) continue;
        const auto id = std::to_string(found->id);
        inventory_.remove(number);
        world_.ledger.carry_out(
            {.kind = "port_out",
             .id = id,
             .reference = "",
             .numbers = {number},
             .detail = {},
             .at = {},
             .real_at = {}}
        );
    }
}

}  // namespace porteur::sim
