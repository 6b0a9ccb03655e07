// SPDX-License-Identifier: Apache-2.0
// Every crash point of the engine and the store, once for each mishap at the carrier: the process
// dies there, another goes on from the same store, and the outcome is checked. Then the same with
// deliberate defects, each of which must be found.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

#include "crash_world.hpp"

namespace porteur::testing {
namespace {

constexpr Mishap mishaps[] = {
    Mishap::none,          Mishap::refused_connection, Mishap::lost_before,
    Mishap::lost_after,    Mishap::carried_out_late,   Mishap::lookup_unavailable,
    Mishap::lookup_broken, Mishap::number_taken
};
constexpr const char* mishap_names[] = {"none",          "refused_connection", "lost_before",
                                        "lost_after",    "carried_out_late",   "lookup_unavailable",
                                        "lookup_broken", "number_taken"};

class CrashPoints : public ::testing::Test {
protected:
    ~CrashPoints() override { std::filesystem::remove_all(folder_); }

    CrashRun run(const CrashCase& each) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        ++runs_;
        return run_through(each, folder_);
    }
    /// How many crash points an undisturbed process passes.
    int points(Mishap mishap, const std::string& defect = {}) {
        return run({.mishap = mishap, .defect = defect}).points;
    }
    void say_speed() const {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
        std::printf(
            "{\"runs\":%d,\"seconds\":%.1f,\"runs_per_s\":%.0f}\n", runs_, took.count(),
            runs_ / took.count()
        );
    }
    static std::string words(const CrashCase& each, const CrashRun& run) {
        std::string text = std::string(mishap_names[static_cast<int>(each.mishap)]) + ", died at " +
                           std::to_string(each.die_at) + " and at " +
                           std::to_string(each.die_again_at) + ":";
        for (const auto& finding : run.findings) text += " " + finding + ";";
        return text;
    }

private:
    // Memory where there is some, as thousands of stores are made.
    std::string folder_ =
        std::filesystem::path(access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : ::testing::TempDir()) /
        ("porteur-crash." + std::to_string(getpid()));
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    int runs_ = 0;
};

TEST_F(CrashPoints, LoseNoOrderAndDoubleNone) {
    for (const auto mishap : mishaps) {
        const int all = points(mishap);
        ASSERT_GE(all, 10) << "the crash points are gone";
        for (int point = 1; point <= all; ++point) {
            const CrashCase each{.mishap = mishap, .die_at = point};
            const auto outcome = run(each);
            EXPECT_EQ(outcome.deaths, 1) << words(each, outcome);
            EXPECT_TRUE(outcome.findings.empty()) << words(each, outcome);
        }
    }
    say_speed();
}

TEST_F(CrashPoints, LoseNoOrderAndDoubleNoneWhenTheNextProcessDiesToo) {
    for (const auto mishap : {Mishap::lost_after, Mishap::carried_out_late}) {
        const int all = points(mishap);
        for (int point = 1; point <= all; ++point) {
            for (int again = 1; again <= 60; ++again) {
                const CrashCase each{.mishap = mishap, .die_at = point, .die_again_at = again};
                const auto outcome = run(each);
                EXPECT_TRUE(outcome.findings.empty()) << words(each, outcome);
                if (outcome.deaths < 2) break;  // it came to its end before that point
            }
        }
    }
    say_speed();
}

class Defects : public CrashPoints, public ::testing::WithParamInterface<const char*> {};

TEST_P(Defects, AreFound) {
    for (const auto mishap : mishaps) {
        const int all = points(mishap, GetParam());
        for (int point = 0; point <= all; ++point) {
            const CrashCase each{.mishap = mishap, .die_at = point, .defect = GetParam()};
            const auto outcome = run(each);
            if (outcome.findings.empty()) continue;
            std::printf("%s is found: %s\n", GetParam(), words(each, outcome).c_str());
            return;
        }
    }
    FAIL() << GetParam() << " is not noticed at any crash point";
}

INSTANTIATE_TEST_SUITE_P(
    OfTheCore, Defects,
    ::testing::Values(
        "intent_skipped", "settle_skipped", "sent_again_after_restart", "sent_again_when_lost",
        "outcome_unrecorded", "commit_dropped", "acknowledged_early", "journal_ignored",
        "settle_counted_anew", "end_without_order"
    ),
    [](const auto& named) { return std::string(named.param); }
);

}  // namespace
}  // namespace porteur::testing
