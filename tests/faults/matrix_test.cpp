// SPDX-License-Identifier: Apache-2.0
// Every cell of the fault matrix, with 20 seeds each, on SQLite and on PostgreSQL. A cell fails when an invariant or its
// letter does not hold, and also when its fault did not strike its operation: then nothing was shown.
//
// PORTEUR_SEED=N repeats the seeds from N on; PORTEUR_MATRIX_CELL=power/submit runs one cell alone, PORTEUR_MATRIX_SEEDS=1
// with so many seeds; PORTEUR_MATRIX_JSON=FILE keeps the figures.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <sstream>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <porteur/json.hpp>

#include "after_fork.hpp"
#include "matrix_world.hpp"

namespace porteur::testing {
namespace {

using Steady = std::chrono::steady_clock;

int number_from(const char* name, int otherwise) {
    const char* wish = std::getenv(name);
    return wish ? std::atoi(wish) : otherwise;
}

std::string place_of(const char* store, int worker) {
    const std::filesystem::path memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : ::testing::TempDir();
    return memory / ("porteur-matrix." + std::to_string(getpid()) + "." + store + "." + std::to_string(worker));
}

/// A cell on a store, as one worker after another takes it.
struct Task {
    int cell = 0;
    bool is_postgres = false;
};

/// What the worker processes share.
struct Shared {
    std::atomic<int> next;
};

/// What became of a cell on a store.
struct CellFigures {
    int runs = 0, passed = 0, struck = 0;
    double seconds = 0;
};

class Matrix : public ::testing::Test {
protected:
    const int seeds = number_from("PORTEUR_MATRIX_SEEDS", 20);
    const std::uint64_t first_seed = static_cast<std::uint64_t>(number_from("PORTEUR_SEED", 1));

    std::vector<Task> tasks() const {
        const char* only = std::getenv("PORTEUR_MATRIX_CELL");
        const char* store = std::getenv("PORTEUR_MATRIX_STORE");
        std::vector<Task> made;
        const auto& cells = matrix_cells();
        for (const bool is_postgres : {true, false})
            for (int at = 0; at < static_cast<int>(cells.size()); ++at) {
                if (!cells[at].not_run.empty() || (cells[at].postgres_only && !is_postgres)) continue;
                const auto name = cells[at].name();
                if (only && name.find(only) == name.npos) continue;
                if (store && std::string(store) != (is_postgres ? "postgresql" : "sqlite")) continue;
                made.push_back({at, is_postgres});
            }
        return made;
    }

    /// Takes one task after another, and writes a line for each, and for each finding.
    void work(const std::vector<Task>& all, Shared& shared, int worker, std::FILE* out) const {
        std::optional<PostgresServer> server;
        std::unique_ptr<MatrixWorld> worlds[2];
        Invariants sum;
        for (int at; (at = shared.next++) < static_cast<int>(all.size());) {
            const auto& task = all[static_cast<std::size_t>(at)];
            const auto& cell = matrix_cells()[static_cast<std::size_t>(task.cell)];
            auto& world = worlds[task.is_postgres];
            if (!world) {
                if (task.is_postgres) server.emplace();
                world = std::make_unique<MatrixWorld>(place_of(task.is_postgres ? "postgresql" : "sqlite", worker), task.is_postgres ? &*server : nullptr);
            }
            CellFigures made;
            std::vector<std::chrono::milliseconds> refusals;
            const auto began = Steady::now();
            for (int seed = 0; seed < seeds; ++seed) {
                const auto chosen = first_seed + static_cast<std::uint64_t>(seed);
                const auto run = world->run({.column = cell.column, .fault = cell.fault, .seed = chosen});
                ++made.runs;
                made.passed += run.findings().empty();
                made.struck += run.strikes > 0;
                if (run.refused_after.count() > 0) refusals.push_back(run.refused_after);
                for (const auto& [which, count] : run.invariants.checks) sum.checks[which] += count;
                const char* store = task.is_postgres ? "postgresql" : "sqlite";
                for (const auto& finding : run.findings())
                    std::fprintf(out, "finding\t%s on %s, seed %llu: %s\n", cell.name().c_str(), store, static_cast<unsigned long long>(chosen), finding.c_str());
                if (!std::getenv("PORTEUR_MATRIX_CELL")) continue;
                std::fprintf(stderr, "%s on %s, seed %llu: %d points, struck %d times, %d deaths\n", cell.name().c_str(), store, static_cast<unsigned long long>(chosen), run.points, run.strikes, run.deaths);
                if (!run.findings().empty()) std::fprintf(stderr, "%s", run.log.c_str());
            }
            // A busy machine may be late once; the promise is a second.
            std::ranges::sort(refusals);
            if (!refusals.empty() && refusals[refusals.size() / 2] > std::chrono::seconds(1))
                std::fprintf(out, "finding\t%s on %s: a second daemon was refused after %lld ms, in the median\n", cell.name().c_str(), task.is_postgres ? "postgresql" : "sqlite",
                             static_cast<long long>(refusals[refusals.size() / 2].count()));
            made.seconds = std::chrono::duration<double>(Steady::now() - began).count();
            std::fprintf(out, "cell\t%d\t%d\t%d\t%d\t%d\t%.2f\n", task.cell, task.is_postgres, made.runs, made.passed, made.struck, made.seconds);
            std::fflush(out);
        }
        for (const auto& [which, count] : sum.checks) std::fprintf(out, "checks\t%s\t%ld\n", which.c_str(), count);
    }

    void run_all(const std::vector<Task>& all) {
        void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        auto& shared = *new (memory) Shared{};
        // Whoever waits for a database to come up again leaves the cores to the others.
        const int workers = std::max(1, std::min<int>(number_from("JOBS", static_cast<int>(std::thread::hardware_concurrency())) * 2, static_cast<int>(all.size())));
        std::vector<std::pair<pid_t, std::string>> children;
        for (int worker = 0; worker < workers; ++worker) {
            const auto file = place_of("lines", worker);
            const pid_t pid = fork();
            if (pid == 0) {
                after_fork();
                int status = 0;
                std::FILE* const out = std::fopen(file.c_str(), "we");
                std::setvbuf(out, nullptr, _IOLBF, 0);  // what waits in it would be written by each child too
                try {
                    work(all, shared, worker, out);
                } catch (const std::exception& wrong) {
                    std::fprintf(out, "finding\tworker %d: %s\n", worker, wrong.what());
                    status = 1;
                }
                std::fclose(out);
                _exit(status);
            }
            children.emplace_back(pid, file);
        }
        for (const auto& [pid, file] : children) {
            int status = 0;
            waitpid(pid, &status, 0);
            EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "a worker died with status " << status;
            read_lines(file);
            std::filesystem::remove(file);
        }
        munmap(memory, sizeof(Shared));
    }

    void read_lines(const std::string& file) {
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) {
            const auto tab = line.find('\t');
            const auto kind = line.substr(0, tab);
            std::istringstream rest(line.substr(std::min(line.size(), tab + 1)));
            if (kind == "finding") {
                findings.push_back(line.substr(tab + 1));
            } else if (kind == "cell") {
                int cell = 0, is_postgres = 0;
                CellFigures read;
                rest >> cell >> is_postgres >> read.runs >> read.passed >> read.struck >> read.seconds;
                figures[{cell, is_postgres}] = read;
            } else if (kind == "checks") {
                std::string which;
                long count = 0;
                rest >> which >> count;
                checks[which] += count;
            }
        }
    }

    std::map<std::pair<int, int>, CellFigures> figures;
    std::map<std::string, long> checks;
    std::vector<std::string> findings;

    /// Rows faults, columns operations, each cell what of its runs passed, on both stores.
    void print_table() const {
        std::printf("\n%-14s", "");
        for (int at = 0; at < columns; ++at) std::printf(" %5c", letter_of(static_cast<Column>(at)));
        for (int row = 0; row < faults; ++row) {
            std::printf("\n%-14s", name_of(static_cast<Fault>(row)));
            for (int at = 0; at < columns; ++at) std::printf(" %5s", text_of(static_cast<Fault>(row), static_cast<Column>(at)).c_str());
        }
        std::printf("\n");
    }
    std::string text_of(Fault fault, Column column) const {
        const auto& cells = matrix_cells();
        for (int at = 0; at < static_cast<int>(cells.size()); ++at) {
            if (cells[at].fault != fault || cells[at].column != column) continue;
            int runs = 0, passed = 0;
            for (const int store : {0, 1})
                if (const auto found = figures.find({at, store}); found != figures.end()) runs += found->second.runs, passed += found->second.passed;
            return runs == 0 ? "none" : std::to_string(passed) + "/" + std::to_string(runs);
        }
        return "-";
    }
};

TEST_F(Matrix, HoldsInEachCellOnBothStores) {
    const auto began = Steady::now();
    const auto all = tasks();
    ASSERT_FALSE(all.empty());
    run_all(all);
    for (const auto& finding : findings) ADD_FAILURE() << finding;
    print_table();
    const auto& cells = matrix_cells();
    int runs = 0;
    std::set<int> shown;
    json::array rows;
    for (const auto& [key, cell] : figures) {
        const auto& [at, is_postgres] = key;
        runs += cell.runs;
        const auto& named = cells[static_cast<std::size_t>(at)];
        const char* store = is_postgres ? "postgresql" : "sqlite";
        // Which statements share a transaction is up to the writer's thread: here and there a life passes fewer points.
        EXPECT_GE(cell.struck, std::max(1, seeds * 3 / 4)) << named.name() << " on " << store << ": the fault has struck its operation in too few of " << cell.runs << " runs";
        if (cell.runs == seeds) shown.insert(at);
        rows.push_back(json::object{{"cell", named.name()}, {"letter", named.letter}, {"store", store}, {"runs", cell.runs}, {"passed", cell.passed}, {"struck", cell.struck}, {"seconds", cell.seconds}});
        if (std::getenv("PORTEUR_MATRIX_VERBOSE")) std::printf("%-28s %-10s %d of %d passed, struck in %d, %.2f s\n", named.name().c_str(), store, cell.passed, cell.runs, cell.struck, cell.seconds);
    }
    std::string left_out;
    json::array not_run;
    for (const auto& cell : cells)
        if (!cell.not_run.empty()) {
            left_out += (left_out.empty() ? "" : ", ") + cell.name();
            not_run.push_back(json::object{{"cell", cell.name()}, {"letter", cell.letter}, {"why", cell.not_run}});
        }
    const double share = 100.0 * static_cast<double>(shown.size()) / static_cast<double>(cells.size());
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    std::printf("matrix: %zu of %zu cells run (%.1f %%), %d seeds each, sqlite and postgresql: %d runs, %zu violations; not run: %s; seeds from %llu; %.0f s\n", shown.size(),
                cells.size(), share, seeds, runs, findings.size(), left_out.c_str(), static_cast<unsigned long long>(first_seed), seconds);
    json::object counted;
    for (const auto& [which, count] : checks) counted[which] = count;
    std::printf("%s\n", json::serialize(json::object{{"invariants", counted}}).c_str());
    if (const char* file = std::getenv("PORTEUR_MATRIX_JSON")) {
        std::ofstream(file) << json::serialize(json::object{{"cells", cells.size()}, {"run", shown.size()}, {"seeds", seeds}, {"first_seed", first_seed}, {"runs", runs},
                                                            {"violations", findings.size()}, {"seconds", seconds}, {"invariants", counted}, {"not_run", not_run}, {"figures", rows}})
                            << "\n";
    }
    if (std::getenv("PORTEUR_MATRIX_CELL") || std::getenv("PORTEUR_MATRIX_STORE")) return;
    EXPECT_GE(share, 95.0);
}

/// Each deliberate defect of the core, and the cells that ought to see it.
struct DefectCells {
    const char* name;
    std::vector<std::pair<Fault, Column>> cells;
    /// Where the fault must strike for the defect to show, as elsewhere something else guards the same: the name of a
    /// crash point. Empty: any.
    std::string at_point = {};
};
const DefectCells defects[] = {
    {"intent_skipped", {{Fault::kill, Column::submit}}},
    {"settle_skipped", {{Fault::late, Column::submit}}},
    {"settle_counted_anew", {{Fault::late, Column::submit}, {Fault::kill, Column::submit}}},
    {"sent_again_after_restart", {{Fault::kill, Column::submit}}},
    {"sent_again_when_lost", {{Fault::answer_lost, Column::submit}}},
    {"outcome_unrecorded", {{Fault::kill, Column::document}, {Fault::kill, Column::submit}}},
    {"commit_dropped", {{Fault::kill, Column::accept}}},
    {"acknowledged_early", {{Fault::kill, Column::accept}, {Fault::disk, Column::accept}}},
    {"journal_ignored", {{Fault::kill, Column::submit}}},
    {"end_without_order", {{Fault::kill, Column::submit}}},
    {"sync_off", {{Fault::power, Column::accept}, {Fault::power, Column::submit}}},
    {"disk_lies", {{Fault::power, Column::accept}, {Fault::power, Column::submit}}},
    {"data_sent_unrecorded", {{Fault::kill, Column::mail}}},
    {"sleep_counted_anew", {{Fault::kill, Column::timer}}},
    {"parents_forgotten", {{Fault::kill, Column::validate}}},
    {"offers_forgotten", {{Fault::kill, Column::hook_in}}},
    {"free_events_forgotten", {{Fault::events, Column::hook_in}}},
    {"migrated_in_pieces", {{Fault::kill, Column::migration}}},
    {"lease_unchecked", {{Fault::two_daemons, Column::accept}}, "store.before_commit"},
    {"clock_believed", {{Fault::clock, Column::change}, {Fault::clock, Column::submit}, {Fault::clock, Column::poll}, {Fault::clock, Column::validate}, {Fault::clock, Column::document}}},
    {"penalty_forgotten", {{Fault::server_error, Column::submit}}},
};

TEST_F(Matrix, SeesDeliberateDefects) {
    if (std::getenv("PORTEUR_MATRIX_CELL")) GTEST_SKIP() << "one cell alone was wanted";
    MatrixWorld world(place_of("defects", 0), nullptr);
    int caught = 0;
    std::string missed;
    for (const auto& each : defects) {
        std::string found;
        for (const auto& [fault, column] : each.cells)
            for (std::uint64_t seed = 1; seed <= 20 && found.empty(); ++seed) {
                const auto run = world.run({.column = column, .fault = fault, .seed = seed, .defect = each.name, .at_point = each.at_point});
                if (!run.findings().empty()) found = std::string(name_of(fault)) + "/" + name_of(column) + ", seed " + std::to_string(seed) + ": " + run.findings().front();
            }
        if (found.empty())
            missed += (missed.empty() ? "" : ", ") + std::string(each.name);
        else
            ++caught;
        // Aimed, it cannot escape.
        if (!each.at_point.empty()) EXPECT_FALSE(found.empty()) << each.name << " at " << each.at_point;
        std::printf("%s: %s\n", each.name, found.empty() ? "not caught" : found.substr(0, 160).c_str());
    }
    std::printf("defects: %d of %zu caught; not caught: %s\n", caught, std::size(defects), missed.empty() ? "none" : missed.c_str());
    EXPECT_GE(caught, 15);
}

}  // namespace
}  // namespace porteur::testing
