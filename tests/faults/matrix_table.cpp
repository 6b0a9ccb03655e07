// SPDX-License-Identifier: Apache-2.0
#include "matrix_table.hpp"

namespace porteur::testing {
namespace {

struct Row {
    Fault fault;
    const char* name;
    const char* words;
    /// Of each column, in their order; "-" means nothing there.
    const char* letters[columns];
};

constexpr Row rows[] = {
    //                                                                    A    V    S      Q    U      D      M    I    W      H    P    G    T
    {Fault::kill, "kill", "kill -9 at a journal boundary",               {"a", "r", "o",   "r", "o",   "o",   "m", "r", "a",   "h", "p", "g", "t"}},
    {Fault::power, "power", "lost unsynced writes",                      {"a", "r", "o",   "r", "o",   "o",   "m", "r", "a",   "h", "p", "g", "t"}},
    {Fault::nothing_sent, "nothing_sent", "refused, DNS, TLS failure",   {"-", "-", "s",   "s", "s",   "s",   "s", "s", "-",   "s", "-", "-", "-"}},
    {Fault::closed_before, "closed_before", "closed before it was carried out", {"-", "-", "o", "s", "o", "o", "s", "s", "-",  "h", "-", "-", "-"}},
    {Fault::answer_lost, "answer_lost", "carried out, answer lost, half or timed out", {"-", "-", "o", "s", "o", "o", "m", "r", "-", "h", "-", "-", "-"}},
    {Fault::late, "late", "carried out late",                            {"-", "-", "o",   "s", "o",   "o",   "m", "-", "-",   "h", "-", "-", "-"}},
    {Fault::server_error, "server_error", "5xx before and after acting, 429", {"-", "-", "o", "b", "o", "o",  "b", "b", "-",   "b", "-", "-", "-"}},
    {Fault::wrong_answer, "wrong_answer", "HTML, wrong schema, 1 GB, drip", {"-", "-", "u", "u", "u",  "u",   "u", "u", "-",   "h", "-", "-", "-"}},
    {Fault::redirect, "redirect", "redirect, certificate changed",       {"-", "-", "x",   "x", "x",   "x",   "x", "x", "-",   "x", "-", "-", "-"}},
    {Fault::events, "events", "doubled, reordered, replayed, forged",    {"d", "-", "-",   "d", "-",   "-",   "-", "d", "d/x", "-", "-", "-", "-"}},
    {Fault::disk, "disk", "ENOSPC, EIO, fsync error",                    {"n", "r", "n",   "r", "n",   "n",   "n", "n", "n",   "n", "p", "g", "t"}},
    {Fault::database, "database", "PostgreSQL restart, deadlock, serialization", {"n", "r", "r", "r", "r", "r", "r", "r", "n", "r", "p", "g", "t"}},
    {Fault::clock, "clock", "clock jump, daylight change, 2038",         {"d", "r", "r",   "r", "r",   "r",   "r", "r", "x",   "r", "-", "-", "t"}},
    {Fault::plugin, "plugin", "plugin crash, hang, throw, wrong answer", {"-", "f", "f/o", "f", "f/o", "f/o", "f", "f", "f",   "-", "p", "-", "-"}},
    {Fault::replaced, "replaced", "plugin or daemon replaced mid-order", {"-", "v", "v",   "v", "v",   "v",   "v", "v", "v",   "v", "v", "v", "v"}},
    {Fault::two_daemons, "two_daemons", "two daemons on one store",      {"l", "l", "l",   "l", "l",   "l",   "l", "l", "l",   "l", "l", "l", "l"}},
    {Fault::load, "load", "100 times the load, slow carrier",            {"q", "q", "q",   "q", "q",   "q",   "q", "q", "q",   "q", "-", "-", "t"}},
};
static_assert(std::size(rows) == faults);

constexpr const char* column_names[] = {"accept", "validate", "submit", "poll", "change", "document", "mail", "intake", "hook_in", "hook_out", "plugin", "migration", "timer"};
constexpr const char column_letters[] = "AVSQUDMIWHPGT";

/// What no run of the matrix shows yet, and why.
std::string reason_not_run(Fault fault, Column column) {
    if (column == Column::plugin) return "the folder of plugins and its processes have no crash points; tests/plugins and staging_test show parts of it";
    if (fault == Fault::load && column == Column::accept) return "429 is said by the HTTP edge, which is no part of this world; tools/test edge shows it";
    return {};
}

}  // namespace

std::string Cell::name() const { return std::string(name_of(fault)) + "/" + name_of(column); }

const char* name_of(Fault fault) { return rows[static_cast<int>(fault)].name; }
const char* words_of(Fault fault) { return rows[static_cast<int>(fault)].words; }
const char* name_of(Column column) { return column_names[static_cast<int>(column)]; }
char letter_of(Column column) { return column_letters[static_cast<int>(column)]; }

const std::vector<Cell>& matrix_cells() {
    static const auto made = [] {
        std::vector<Cell> cells;
        for (const auto& row : rows)
            for (int at = 0; at < columns; ++at) {
                if (std::string(row.letters[at]) == "-") continue;
                const auto column = static_cast<Column>(at);
                cells.push_back({row.fault, column, row.letters[at], reason_not_run(row.fault, column), row.fault == Fault::database});
            }
        return cells;
    }();
    return made;
}

}  // namespace porteur::testing
