// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders of every kind at once, in one thread: clock, carrier, plugin and chance are the simulation's, the store is the
// real one behind a queue that the simulation empties. A seed decides everything: what runs next, what is written, when
// it is told, what the carriers do and when, who dies, and what customers and operators want. So a seed repeats a run to the byte.

#include <cstdint>
#include <string>

#include "invariants.hpp"

namespace porteur::testing {

struct SimulationPlan {
    std::uint64_t seed = 1;
    std::string folder;       ///< its own; emptied first
    std::string defect = {};  ///< a deliberate defect of the core (domain/crash_point.hpp); empty for none
};

struct SimulationRun {
    Invariants invariants = {};
    std::string history = {};  ///< the store's rows as text
    std::string trace = {};    ///< what happened outside, a line each
    int steps = 0, orders = 0, parked = 0, acknowledged = 0;
    int deaths = 0;         ///< of the process
    int plugin_deaths = 0;
    int lost = 0;           ///< requests whose answer did not come
    int late = 0;           ///< of these, carried out after nobody waited any more
    int refused_commits = 0;
    int stopped_clocks = 0;  ///< jumps of the clock at a restart

    const std::vector<std::string>& findings() const { return invariants.findings(); }
};

SimulationRun simulate(const SimulationPlan& plan);

}  // namespace porteur::testing
