// SPDX-License-Identifier: Apache-2.0
// One seed after another for a minute: each is a whole life of several orders, with deaths, lost answers, a full disk
// and clocks that jump. A seed that finds something is printed, and repeats it: PORTEUR_SEED=N simulation_test.
// PORTEUR_SIMULATION_SECONDS says for how long.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "simulation.hpp"

namespace porteur::testing {
namespace {

using Steady = std::chrono::steady_clock;

std::string place_of_test() {
    // In memory: what a disk may lose is tried elsewhere (crash_points_test), and its syncs would cost nine tenths of the time.
    const char* in_memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    return std::string(in_memory) + "/porteur-simulation-" + std::to_string(getpid());
}
double seconds_wanted() {
    const char* wish = std::getenv("PORTEUR_SIMULATION_SECONDS");
    return wish ? std::atof(wish) : 60;
}
std::uint64_t first_seed() {
    const char* wish = std::getenv("PORTEUR_SEED");
    return wish ? std::stoull(wish) : static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count() % 1'000'000'000);
}
bool is_one_seed() { return std::getenv("PORTEUR_SEED") != nullptr; }

class SimulationTest : public ::testing::Test {
protected:
    ~SimulationTest() override {
        std::filesystem::remove_all(place);
        std::filesystem::remove_all(place + ".model");
    }
    const std::string place = place_of_test();
};

TEST_F(SimulationTest, WhateverASeedDoesEachOrderIsCarriedOutOnceAndNoneIsLost) {
    const auto first = first_seed();
    const auto end = Steady::now() + std::chrono::duration<double>(seconds_wanted());
    const auto began = Steady::now();
    SimulationRun sum;
    long seeds = 0, orders = 0, steps = 0;
    for (auto seed = first; (Steady::now() < end && !is_one_seed()) || seeds == 0; ++seed, ++seeds) {
        auto run = simulate({.seed = seed, .folder = place});
        for (const auto& finding : run.findings()) ADD_FAILURE() << "seed " << seed << ": " << finding;
        if (HasFailure()) {
            std::printf("%sPORTEUR_SEED=%llu repeats it\n", run.trace.c_str(), static_cast<unsigned long long>(seed));
            return;
        }
        sum.invariants.count_with(run.invariants);
        sum.deaths += run.deaths;
        sum.plugin_deaths += run.plugin_deaths;
        sum.lost += run.lost;
        sum.late += run.late;
        sum.refused_commits += run.refused_commits;
        sum.parked += run.parked;
        sum.stopped_clocks += run.stopped_clocks;
        orders += run.orders;
        steps += run.steps;
    }
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    std::printf("%s\n", sum.invariants.summary().c_str());
    std::printf("simulated: seeds %llu to %llu, %ld orders, %ld steps, %d deaths, %d of plugins, %d answers lost (%d acted late), %d commits refused, %d jumps of the clock, "
                "%d orders at a person; %.0f s, %.0f seeds/s\n",
                static_cast<unsigned long long>(first), static_cast<unsigned long long>(first) + static_cast<unsigned long long>(seeds) - 1, orders, steps, sum.deaths, sum.plugin_deaths,
                sum.lost, sum.late, sum.refused_commits, sum.stopped_clocks, sum.parked, seconds, static_cast<double>(seeds) / seconds);
    if (is_one_seed()) return;
    EXPECT_GT(sum.deaths, 0);
    EXPECT_GT(sum.lost, 0);
    EXPECT_GT(sum.late, 0);
    EXPECT_GT(sum.refused_commits, 0);
}

TEST_F(SimulationTest, TheSameSeedGivesTheSameHistory) {
    for (std::uint64_t seed = first_seed(), last = seed + (is_one_seed() ? 1 : 10); seed < last; ++seed) {
        const auto one = simulate({.seed = seed, .folder = place}), other = simulate({.seed = seed, .folder = place});
        EXPECT_EQ(one.steps, other.steps) << "seed " << seed;
        EXPECT_EQ(one.history, other.history) << "seed " << seed;
    }
}

/// A defect that the engine's rules would have; the simulation has to find it.
class SimulatedDefect : public SimulationTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(SimulatedDefect, IsFound) {
    constexpr int seeds_max = 400;
    const auto first = first_seed();
    for (std::uint64_t seed = first; seed < first + seeds_max; ++seed) {
        const auto run = simulate({.seed = seed, .folder = place, .defect = GetParam()});
        if (run.findings().empty()) continue;
        std::printf("%s: found by the %llu. seed: %s\n", GetParam(), static_cast<unsigned long long>(seed - first + 1), run.findings().front().c_str());
        return;
    }
    ADD_FAILURE() << GetParam() << " was not found with " << seeds_max << " seeds from " << first;
}

INSTANTIATE_TEST_SUITE_P(
    All, SimulatedDefect,
    ::testing::Values("intent_skipped", "settle_skipped", "sent_again_when_lost", "outcome_unrecorded", "journal_ignored", "end_without_order", "sent_again_after_restart", "free_events_forgotten"),
    [](const auto& info) { return std::string(info.param); }
);

}  // namespace
}  // namespace porteur::testing
