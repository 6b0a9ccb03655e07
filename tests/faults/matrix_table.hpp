// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fault matrix: which fault meets which operation, and what must hold then. One table, which the test runs and
// docs/reliability.md shows.

#include <string>
#include <vector>

namespace porteur::testing {

/// What is under way when the fault strikes.
enum class Column { accept, validate, submit, poll, change, document, mail, intake, hook_in, hook_out, plugin, migration, timer };
inline constexpr int columns = 13;

enum class Fault {
    kill,          ///< the process dies at a crash point
    power,         ///< and what was not synced is gone
    nothing_sent,  ///< refused, no such name, no TLS
    closed_before, ///< the connection ends before anything was carried out
    answer_lost,   ///< carried out; no answer, half an answer, or one that takes too long
    late,          ///< carried out when nobody waits any more
    server_error,  ///< 5xx before and after acting; 429 with Retry-After
    wrong_answer,  ///< HTML, another schema, a gigabyte, a drip
    redirect,      ///< to another host; another certificate
    events,        ///< doubled, reordered, replayed, forged
    disk,          ///< full, broken, a failed sync
    database,      ///< restarted, deadlock, serialization failure
    clock,         ///< jumps, daylight change, 2038
    plugin,        ///< crashes, hangs, throws, answers wrongly
    replaced,      ///< another build of the plugin, another daemon, mid-order
    two_daemons,   ///< on one store
    load,          ///< 100 times, with a slow carrier
};
inline constexpr int faults = 17;

struct Cell {
    Fault fault;
    Column column;
    std::string letter;      ///< what must hold (docs/reliability.md)
    std::string not_run;     ///< why no run shows it; empty: runs do
    bool postgres_only;      ///< the fault is one of a database server
    std::string name() const;  ///< "power/submit"
};

const char* name_of(Fault fault);
const char* words_of(Fault fault);
const char* name_of(Column column);
char letter_of(Column column);

/// Every cell of the matrix that means something, row by row.
const std::vector<Cell>& matrix_cells();

}  // namespace porteur::testing
