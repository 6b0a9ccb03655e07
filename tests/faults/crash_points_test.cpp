// SPDX-License-Identifier: Apache-2.0
// Every kind of order through every crash point of engine, store and mail, once for each mishap at
// the far end: the process dies there, another goes on from the same store, and the outcome is
// checked. On SQLite and on PostgreSQL. Then the same with deliberate defects, each of which must
// be found.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include <unistd.h>

#include "crash_world.hpp"
#include "postgres_admin.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {
namespace {

using Steady = std::chrono::steady_clock;

const unsigned workers = std::max(1u, std::min(4u, std::thread::hardware_concurrency()));

/// Memory where there is some, as thousands of stores are made.
std::string place_of(unsigned worker) {
    return std::filesystem::path(
               access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : ::testing::TempDir()
           ) /
           ("porteur-crash." + std::to_string(getpid()) + "." + std::to_string(worker));
}

/// The worlds of one store, one for each worker.
class Worlds {
public:
    explicit Worlds(PostgresServer* server) {
        for (unsigned at = 0; at < workers; ++at) {
            databases.push_back(server ? server->fresh_database("crash" + std::to_string(at)) : "");
            worlds_.push_back(std::make_unique<CrashWorld>(
                place_of(at) + (server ? ".postgres" : ""), databases.back()
            ));
        }
    }
    CrashWorld& at(unsigned worker) { return *worlds_[worker]; }
    std::vector<std::string> databases;

private:
    std::vector<std::unique_ptr<CrashWorld>> worlds_;
};

Worlds& sqlite_worlds() {
    static Worlds made(nullptr);
    return made;
}

struct Postgres {
    PostgresServer server;
    std::optional<Worlds> worlds;
    Postgres() {
        if (server.trouble().empty()) worlds.emplace(&server);
    }
};
Postgres& postgres() {
    static Postgres made;
    return made;
}

/// Runs cases side by side; whoever is done takes the next. A case may name what follows it.
class CrashPoints : public ::testing::Test {
protected:
    using Then = std::function<void(const CrashCase&, const CrashRun&)>;

    void run_all(Worlds& worlds, std::vector<CrashCase> cases, const Then& then = {}) {
        std::atomic<std::size_t> next = 0;
        enough_ = false;
        std::vector<std::thread> threads;
        for (unsigned worker = 0; worker < workers; ++worker)
            threads.emplace_back([&, worker] {
                for (std::size_t at; !enough_ && (at = next++) < cases.size();) {
                    auto run = worlds.at(worker).run(cases[at]);
                    const std::lock_guard lock(mutex_);
                    ++runs_;
                    deaths_ += run.deaths;
                    all_.count_with(run.invariants);
                    if (then)
                        then(cases[at], run);
                    else
                        expect_sound(cases[at], run);
                }
            });
        for (auto& each : threads) each.join();
    }
    static void expect_sound(const CrashCase& each, const CrashRun& run) {
        for (const auto& finding : run.findings())
            ADD_FAILURE() << words_of(each) << ": " << finding;
    }
    /// How many transactions carry an order's commits is up to the writer's thread, so that a run may pass a
    /// few points less than the one that they were counted in; any other run dies where it is told to.
    static void expect_death(const CrashCase& each, const CrashRun& run) {
        if (run.deaths == 1) return;
        EXPECT_EQ(run.deaths, 0) << words_of(each);
        EXPECT_LT(run.points, each.die_at) << words_of(each) << ": the point was passed alive";
    }
    /// Each of the cases, dying at each of its crash points. @return how many cases that gave
    std::vector<CrashCase> at_each_point(Worlds& worlds, const std::vector<CrashCase>& cases) {
        std::vector<CrashCase> out;
        run_all(worlds, cases, [&](const CrashCase& each, const CrashRun& run) {
            if (each.defect.empty()) expect_sound(each, run);
            EXPECT_TRUE(!each.defect.empty() || run.points >= 10)
                << "the crash points are gone: " << words_of(each);
            names_.insert(run.point_names.begin(), run.point_names.end());
            for (int point = 1; point <= run.points; ++point) {
                auto dying = each;
                dying.die_at = point;
                out.push_back(dying);
            }
        });
        return out;
    }
    static std::vector<CrashCase> all_cases(const std::string& defect = {}) {
        std::vector<CrashCase> cases;
        for (const auto scenario : scenarios)
            for (const auto mishap : mishaps_of(scenario))
                cases.push_back({.scenario = scenario, .mishap = mishap, .defect = defect});
        return cases;
    }
    void say(const char* what) {
        const double seconds = std::chrono::duration<double>(Steady::now() - began_).count();
        std::printf(
            "{\"what\":\"%s\",\"runs\":%d,\"deaths\":%d,\"crash_points\":%zu,\"seconds\":%.1f,"
            "\"runs_per_s\":%.0f}\n%s\n",
            what, runs_, deaths_, names_.size(), seconds, runs_ / seconds, all_.summary().c_str()
        );
    }

    Invariants all_;
    std::set<std::string> names_;
    std::atomic<bool> enough_ = false;  ///< what is left of the cases need not be run
    int runs_ = 0;
    int deaths_ = 0;

private:
    std::mutex mutex_;
    Steady::time_point began_ = Steady::now();
};

TEST_F(CrashPoints, LoseNothingAndDoubleNothingOnSqlite) {
    auto& worlds = sqlite_worlds();
    run_all(
        worlds, at_each_point(worlds, all_cases()),
        [](const CrashCase& each, const CrashRun& run) {
            expect_death(each, run);
            expect_sound(each, run);
        }
    );
    say("crash points, SQLite");
    const std::set<std::string> expected{"engine.after_effect",     "engine.after_end",
                                         "engine.after_intent",     "engine.before_effect",
                                         "engine.before_end",       "engine.before_intent",
                                         "engine.before_parent",    "engine.after_parent",
                                         "engine.end_under_way",      "engine.event_kept",
                                         "outbox.after_phase",        "outbox.before_phase",
                                         "outbox.before_row",         "outbox.row_written",
                                         "store.after_commit",      "store.before_commit",
                                         "store.before_transaction"};
    for (const auto& each : expected)
        EXPECT_TRUE(names_.contains(each)) << each << " was never passed";
}

TEST_F(CrashPoints, LoseNothingAndDoubleNothingOnPostgres) {
    if (!postgres().worlds) GTEST_SKIP() << postgres().server.trouble();
    auto& worlds = *postgres().worlds;
    // Every crash point is passed by these; the other mishaps differ at the carrier, not in the
    // store.
    std::vector<CrashCase> cases{{.scenario = Scenario::mail}};
    for (const auto scenario : scenarios)
        cases.push_back({.scenario = scenario, .mishap = Mishap::lost_after});
    run_all(worlds, at_each_point(worlds, cases));
    for (const auto& database : worlds.databases) all_.sound(PostgresAdmin(database).checked());
    EXPECT_TRUE(all_.findings().empty());
    say("crash points, PostgreSQL");
}

TEST_F(CrashPoints, LoseNothingAndDoubleNothingWhenTheNextProcessDiesToo) {
    auto& worlds = sqlite_worlds();
    auto wave = at_each_point(
        worlds, {{.scenario = Scenario::purchase, .mishap = Mishap::lost_after},
                 {.scenario = Scenario::purchase, .mishap = Mishap::carried_out_late},
                 {.scenario = Scenario::mail, .mishap = Mishap::lost_after}}
    );
    // The next process passes other points than the first: it dies at one after another until it
    // does not.
    for (auto& each : wave) each.die_again_at = 1;
    while (!wave.empty()) {
        std::vector<CrashCase> further;
        run_all(worlds, std::exchange(wave, {}), [&](const CrashCase& each, const CrashRun& run) {
            expect_sound(each, run);
            if (run.deaths < 2) return;
            further.push_back(each);
            ++further.back().die_again_at;
        });
        wave = std::move(further);
    }
    say("two deaths in a row, SQLite");
}

TEST_F(CrashPoints, GiveTheSameHistoryForTheSameSeed) {
    for (const auto& each : all_cases()) {
        // How often the whole is made of its parts depends on which of their commits share a transaction.
        if (each.scenario == Scenario::parts) continue;
        const auto first = sqlite_worlds().at(0).run(each).history;
        const auto second = sqlite_worlds().at(0).run(each).history;
        all_.same(first, second);
        // A mail's Message-ID has its random part from the same seed; so both stores tell the same.
        if (postgres().worlds) all_.same(first, postgres().worlds->at(0).run(each).history);
        EXPECT_FALSE(first.empty());
        ASSERT_TRUE(all_.findings().empty()) << words_of(each) << ":\n"
                                             << first << "---\n"
                                             << second;
    }
    say("the same seed twice, and on both stores");
}

// ------------------------------------------------------------------ lost writes

class LostWrites : public CrashPoints {
protected:
    static constexpr Mishap told[] = {Mishap::none, Mishap::lost_after, Mishap::carried_out_late};
};

TEST_F(LostWrites, AtACrashPointLoseNothingThatWasAcknowledged) {
    auto& worlds = sqlite_worlds();
    std::vector<CrashCase> plain;
    for (const auto mishap : told)
        plain.push_back({.scenario = Scenario::purchase, .mishap = mishap});
    plain.push_back({.scenario = Scenario::mail, .mishap = Mishap::none});
    std::vector<CrashCase> cases;
    for (const auto& each : at_each_point(worlds, plain))
        for (const std::uint64_t seed : {1, 2, 3}) {
            cases.push_back(each);
            cases.back().disk = {.loses_power = true, .seed = seed};
        }
    run_all(worlds, std::move(cases));
    say("power lost at a crash point");
}

TEST_F(LostWrites, AtAnyWriteOrSyncLoseNothingThatWasAcknowledged) {
    auto& worlds = sqlite_worlds();
    int dropped = 0, torn = 0;
    for (const auto mishap : told) {
        const auto whole = worlds.at(0).run(
            {.scenario = Scenario::purchase, .mishap = mishap, .disk = {.loses_power = true}}
        );
        std::vector<CrashCase> cases;
        for (int at = 1; at <= whole.disk.operations; ++at)
            cases.push_back(
                {.scenario = Scenario::purchase,
                 .mishap = mishap,
                 .disk =
                     {.loses_power = true, .seed = static_cast<std::uint64_t>(at), .dies_at = at}}
            );
        EXPECT_GE(cases.size(), 20u);
        run_all(worlds, std::move(cases), [&](const CrashCase& each, const CrashRun& run) {
            dropped += run.disk.dropped;
            torn += run.disk.torn;
            expect_sound(each, run);
        });
    }
    EXPECT_GT(dropped, 0);
    EXPECT_GT(torn, 0);
    std::printf("{\"writes_dropped\":%d,\"writes_torn\":%d}\n", dropped, torn);
    say("power lost at each write and sync");
}

class BrokenDisk : public LostWrites {
protected:
    /// One case for each call of the kind that a run makes.
    void refuse_each(
        DiskPlan::Fault fault, int times, int DiskCounts::* count, int* faults, int* ends
    ) {
        auto& worlds = sqlite_worlds();
        const auto whole = worlds.at(0).run({.disk = {.fault = DiskPlan::Fault::full}});
        std::vector<CrashCase> cases;
        for (int at = 1; at <= whole.disk.*count; ++at)
            cases.push_back(
                {.mishap = Mishap::lost_after,
                 .disk = {.fault = fault, .fault_at = at, .fault_times = times}}
            );
        run_all(worlds, std::move(cases), [&](const CrashCase& each, const CrashRun& run) {
            *faults += run.disk.faults > 0 ? 1 : 0;
            *ends += run.gave_up;
            expect_sound(each, run);
        });
    }
};

TEST_F(BrokenDisk, ThatRefusesASyncEndsTheProcessAndLosesNothing) {
    int faults = 0, ends = 0;
    refuse_each(DiskPlan::Fault::sync_error, 1, &DiskCounts::syncs, &faults, &ends);
    EXPECT_GE(faults, 5);
    // Those of the opening refuse the start; every later one ends the process.
    EXPECT_GE(ends, faults - 4) << "a failed sync was believed";
    std::printf("{\"syncs_refused\":%d,\"processes_ended\":%d}\n", faults, ends);
    say("n-th sync refused");
}

TEST_F(BrokenDisk, ThatRefusesAWriteLeavesNothingHalfDone) {
    int faults = 0, ends = 0;
    refuse_each(DiskPlan::Fault::write_error, 1, &DiskCounts::writes, &faults, &ends);
    EXPECT_GE(faults, 10);
    std::printf("{\"writes_refused\":%d,\"processes_ended\":%d}\n", faults, ends);
    say("n-th write refused");
}

TEST_F(BrokenDisk, ThatIsFullForAWhileLeavesNothingHalfDone) {
    for (const int times : {1, 3}) {
        int faults = 0, ends = 0;
        refuse_each(DiskPlan::Fault::full, times, &DiskCounts::writes, &faults, &ends);
        EXPECT_GE(faults, 10);
        EXPECT_EQ(ends, 0) << "a full disk is no reason to end";
    }
    say("full from the n-th write on");
}

TEST_F(BrokenDisk, ThatRefusesAnOpenLeavesNothingHalfDone) {
    int faults = 0, ends = 0;
    refuse_each(DiskPlan::Fault::open_error, 1, &DiskCounts::opens, &faults, &ends);
    EXPECT_GE(faults, 2);
    say("n-th open refused");
}

// ------------------------------------------------------------------ deliberate defects

struct Defect {
    const char* name;
    bool needs_power_loss = false;
    Scenario scenario = Scenario::purchase;
};
void PrintTo(const Defect& defect, std::ostream* out) { *out << defect.name; }

class Defects : public CrashPoints, public ::testing::WithParamInterface<Defect> {};

TEST_P(Defects, AreFound) {
    const auto& wanted = GetParam();
    auto& worlds = sqlite_worlds();
    for (const auto mishap : mishaps_of(wanted.scenario)) {
        CrashCase plain{.scenario = wanted.scenario, .mishap = mishap, .defect = wanted.name};
        if (std::string_view(wanted.name) == "disk_lies") {
            plain.defect.clear();
            plain.disk.ignores_sync = true;
        }
        plain.disk.loses_power = wanted.needs_power_loss;
        std::vector<CrashCase> cases{plain};
        const auto whole = worlds.at(0).run(plain);
        const int points = whole.findings().empty() ? whole.points : 0;
        for (int point = 1; point <= points; ++point) {
            cases.push_back(plain);
            cases.back().die_at = point;
            cases.back().disk.seed = static_cast<std::uint64_t>(point);
        }
        std::string found;
        run_all(worlds, std::move(cases), [&](const CrashCase& each, const CrashRun& run) {
            if (found.empty() && !run.findings().empty())
                found = words_of(each) + ": " + run.findings().front();
            enough_ = !found.empty();
        });
        if (found.empty()) continue;
        std::printf("%s is found: %s\n", wanted.name, found.c_str());
        return;
    }
    FAIL() << wanted.name << " is not noticed at any crash point";
}

INSTANTIATE_TEST_SUITE_P(
    OfTheCore, Defects,
    ::testing::Values(
        Defect{"intent_skipped"}, Defect{"settle_skipped"}, Defect{"sent_again_after_restart"},
        Defect{"sent_again_when_lost"}, Defect{"outcome_unrecorded"}, Defect{"commit_dropped"},
        Defect{"acknowledged_early"}, Defect{"journal_ignored"}, Defect{"settle_counted_anew"},
        Defect{"end_without_order"}, Defect{"sync_off", true}, Defect{"disk_lies", true},
        Defect{"data_sent_unrecorded", false, Scenario::mail},
        Defect{"sleep_counted_anew", false, Scenario::sleep},
        Defect{"sent_again_when_lost", false, Scenario::supplement},
        Defect{"sent_again_after_restart", false, Scenario::parts},
        Defect{"parents_forgotten", false, Scenario::parts},
        Defect{"outcome_unrecorded", false, Scenario::sign},
        Defect{"offers_forgotten", false, Scenario::event},
        Defect{"free_events_forgotten", false, Scenario::event_early}
    ),
    [](const auto& named) {
        const auto scenario = named.param.scenario;
        // Some are looked for in several.
        const bool is_one_of_several = scenario == Scenario::supplement || scenario == Scenario::parts || scenario == Scenario::sign;
        return std::string(named.param.name) + (is_one_of_several ? std::string("_of_") + name_of(scenario) : "");
    }
);

}  // namespace
}  // namespace porteur::testing
