// SPDX-License-Identifier: Apache-2.0
#pragma once

// A disk under SQLite that loses power: whatever was written since a file's last sync is gone, but
// for a random beginning of it whose last write may be torn. It can also refuse the n-th write,
// sync or open, and be full. One for each process, installed before the database is opened.

#include <cstdint>

namespace porteur::testing {

struct DiskPlan {
    enum class Fault { none, write_error, sync_error, open_error, full };

    bool loses_power = false;   ///< at the process's death, unsynced writes are lost
    std::uint64_t seed = 0;     ///< of what is kept of them
    bool ignores_sync = false;  ///< a disk that lies: says "synced" and has not
    int dies_at = 0;            ///< power is lost at this write, sync or truncation; 0 = never
    Fault fault = Fault::none;
    int fault_at = 0;     ///< the first call of its kind that fails, counted from 1
    int fault_times = 1;  ///< how many fail in a row

    bool is_used() const {
        return loses_power || ignores_sync || dies_at > 0 || fault != Fault::none;
    }
};

/// What the disk has been asked for, in memory that outlives the process.
struct DiskCounts {
    int operations = 0;  ///< writes, syncs, truncations
    int writes = 0;
    int syncs = 0;
    int opens = 0;
    int faults = 0;   ///< calls refused
    int dropped = 0;  ///< writes lost with the power
    int torn = 0;     ///< writes of which a part was kept
};

/// Puts the disk under every database that is opened from now on.
/// @param died  the exit status of a process that dies at `dies_at`
void install_disk(const DiskPlan& plan, DiskCounts& counts, int died);

/// From now on the next `times` calls of the fault's kind fail. @threads any
void break_disk(DiskPlan::Fault fault, int times);

/// Takes the power away: what remains of the files is what a restart finds. Then the process must
/// end.
/// @threads any
void lose_power();

}  // namespace porteur::testing
