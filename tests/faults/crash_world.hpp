// SPDX-License-Identifier: Apache-2.0
#pragma once

// One order in a process that dies at a chosen crash point. Engine, rules, store and mail are the
// real ones; carrier and customer live in memory shared between the processes, the mail server in
// the test itself, so that they outlive them.

#include <memory>
#include <string>
#include <vector>

#include "invariants.hpp"
#include "lossy_disk.hpp"
#include "mail_sink.hpp"

namespace porteur::testing {

/// What the order makes the engine do.
enum class Scenario {
    purchase,          ///< ONCE, then polling
    port,              ///< the same for a port, with a PIN
    preflight,         ///< at another account first
    cancel,            ///< called off when it is at the carrier
    cancel_under_way,  ///< called off in the moment in which it is sent
    mail,              ///< ordered by a mail with a document
    keyed,             ///< a KEYED step first
    manual,            ///< a task for a person first
    event,             ///< an event from outside first
    sleep,             ///< three days between a KEYED step and the rest
    person,            ///< a carrier that cannot be asked: a person settles every doubt
    supplement,        ///< refused, corrected, and sent as a supplement
    parts,             ///< two numbers that may not share a request
    sign,              ///< what is sent is signed first
    event_early,       ///< the event comes before the order: it is kept for the order's wait
};
inline constexpr Scenario scenarios[] = {
    Scenario::purchase,
    Scenario::port,
    Scenario::preflight,
    Scenario::cancel,
    Scenario::cancel_under_way,
    Scenario::mail,
    Scenario::keyed,
    Scenario::manual,
    Scenario::event,
    Scenario::sleep,
    Scenario::person,
    Scenario::supplement,
    Scenario::parts,
    Scenario::sign,
    Scenario::event_early
};
const char* name_of(Scenario scenario);

/// What the carrier does to the first request of the scenario's effect.
enum class Mishap {
    none,
    refused_connection,  ///< certainly not carried out
    lost_before,         ///< the connection breaks, not carried out
    lost_after,          ///< carried out, the connection breaks
    carried_out_late,    ///< the connection breaks, carried out ten seconds later
    lookup_unavailable,  ///< as lost_after, and the carrier cannot be asked at first
    lookup_broken,       ///< as lost_after, and the carrier answers 500 when it is asked at first
    refused,             ///< the carrier says no
};
const char* name_of(Mishap mishap);
/// Those that the scenario can meet.
std::vector<Mishap> mishaps_of(Scenario scenario);

struct CrashCase {
    Scenario scenario = Scenario::purchase;
    Mishap mishap = Mishap::none;
    int die_at = 0;        ///< the process dies at this crash point, counted from 1; 0 = never
    int die_again_at = 0;  ///< so does the one that goes on
    /// A deliberate defect of the core (domain/crash_point.hpp); empty for none.
    std::string defect = {};
    DiskPlan disk = {};  ///< of the first process
};
std::string words_of(const CrashCase& each);

struct CrashRun {
    int points = 0;                             ///< crash points passed by the first process
    std::vector<std::string> point_names = {};  ///< of an undisturbed process, in order
    int deaths = 0;                             ///< processes that died as they were told
    int gave_up = 0;  ///< processes that ended because the disk could not be believed
    DiskCounts disk = {};
    Invariants invariants = {};
    std::string history = {};  ///< the store's rows as text

    const std::vector<std::string>& findings() const { return invariants.findings(); }
};

/// A place for runs, one after another. @threads one each; several may work side by side
class CrashWorld {
public:
    /// @param folder    its own; emptied for each run
    /// @param database  of PostgreSQL, as the store's settings have it, its own too; empty: SQLite
    CrashWorld(std::string folder, std::string database);
    ~CrashWorld();

    /// Runs the order until it has ended or waits for a person, through the deaths, then checks.
    CrashRun run(const CrashCase& each);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace porteur::testing
