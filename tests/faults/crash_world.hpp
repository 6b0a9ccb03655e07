// SPDX-License-Identifier: Apache-2.0
#pragma once

// One order of the acme plugin in a process that dies at a chosen crash point. The store is a real
// one on the disk; the carrier lives in memory shared between the processes, so that it outlives
// them.

#include <cstdint>
#include <string>
#include <vector>

namespace porteur::testing {

/// What the carrier does to the first submission.
enum class Mishap {
    none,
    refused_connection,  ///< certainly not carried out
    lost_before,         ///< the connection breaks, not carried out
    lost_after,          ///< carried out, the connection breaks
    carried_out_late,    ///< the connection breaks, carried out ten seconds later
    lookup_unavailable,  ///< as lost_after, and the carrier cannot be asked at first
    lookup_broken,       ///< as lost_after, and the carrier answers 500 when it is asked at first
    number_taken,        ///< refused by the carrier
};

struct CrashCase {
    Mishap mishap = Mishap::none;
    int die_at = 0;        ///< the process dies at this crash point, counted from 1; 0 = never
    int die_again_at = 0;  ///< so does the one that goes on
    /// A deliberate defect of the core (domain/crash_point.hpp); empty for none.
    std::string defect = {};
};

struct CrashRun {
    int points = 0;                     ///< crash points passed by the first process
    int later_points = 0;               ///< by the last one
    int deaths = 0;                     ///< processes that died at a crash point
    std::vector<std::string> findings;  ///< what is wrong with the outcome; empty when all is well
};

/// Runs the order until it has ended or waits for a person, through the deaths, then checks the
/// carrier, the order, its timeline, the journal and the store.
/// @param folder  empty; everything is left there
CrashRun run_through(const CrashCase& each, const std::string& folder);

}  // namespace porteur::testing
