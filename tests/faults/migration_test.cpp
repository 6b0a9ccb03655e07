// SPDX-License-Identifier: Apache-2.0
// The store of each older porteurd, brought to today's form by a process that dies at one crash
// point after another, and in the next process again: nothing of it is lost, nothing is done twice,
// and it ends as if nobody had died.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/crash_point.hpp"
#include "old_store.hpp"
#include "postgres_admin.hpp"
#include "store/migrations.hpp"
#include "support/engine_world.hpp"
#include "support/look_again.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {
namespace {

constexpr int died = 86;

PostgresServer& server() {
    static PostgresServer made;
    return made;
}

// The crash hook is a plain function; each child sets these for itself.
std::atomic<int>* passed = nullptr;
int die_at = 0;
void pass_point(std::string_view) {
    if (++*passed == die_at) _exit(died);
}

class Migrations : public ::testing::TestWithParam<Dialect> {
protected:
    void SetUp() override {
        if (is_postgres() && !server().trouble().empty()) GTEST_SKIP() << server().trouble();
        std::filesystem::create_directories(folder_);
        if (is_postgres()) address_ = server().fresh_database("migrated" + std::to_string(++databases_));
        auto* const memory = mmap(
            nullptr, sizeof(*passed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0
        );
        passed = new (memory) std::atomic<int>(0);
    }
    void TearDown() override {
        if (passed) munmap(passed, sizeof(*passed));
        passed = nullptr;
        std::filesystem::remove_all(folder_);
    }
    bool is_postgres() const { return GetParam() == Dialect::postgresql; }

    OldStore store() const { return {is_postgres() ? address_ : std::string(), folder_}; }
    void make_old(int migrations) {
        address_ = store().address();
        ASSERT_NO_THROW(store().make(migrations));
    }
    std::string picture() const { return store().picture(); }
    /// A process opens the store, and dies at a point (0: never). @return what it ended with
    int open_in_child(int point, std::string_view its_defect = {}) {
        *passed = 0;
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            die_at = point;
            crash_hook = pass_point;
            defect = its_defect;
            const HexSeal seal;
            for (int tried = 1;; ++tried) {
                auto store = Store::open(
                    {.address = address_, .holder = "porteurd"}, seal,
                    [](const std::function<void()>&) {}
                );
                if (store) _exit(0);
                // The server may not have noticed yet that the process before is dead.
                const bool still_held =
                    store.error().message.find("holds the store") != std::string::npos;
                if (!is_postgres() || !still_held || tried == 500) {
                    std::fprintf(stderr, "%s\n", store.error().message.c_str());
                    _exit(1);
                }
                look_again_in(std::chrono::milliseconds(2));
            }
        }
        int status = 0;
        waitpid(pid, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    std::string address_;
    static inline int databases_ = 0;
    /// Memory where there is some, as thousands of stores are made.
    std::string folder_ =
        std::filesystem::path(access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : ::testing::TempDir()) /
        ("porteur-migrated." + std::to_string(getpid()));
};

// All migrations that are due are one transaction, so a death in them leaves the store as it was: from nothing and from
// the oldest store with rows every point of all migrations is tried, and from each later one those of the migration that
// comes next.
TEST_P(Migrations, EndAsIfNobodyHadDiedWhoeverDiesInThem) {
    int runs = 0, deaths = 0;
    std::map<int, int> points_from;
    std::map<int, std::string> expected_from;
    for (int from = 0; from <= newest_migration(); ++from) {
        if (from > 0 && migrations_after(from) == migrations_after(from - 1)) continue;
        ASSERT_NO_FATAL_FAILURE(make_old(from));
        ASSERT_EQ(open_in_child(0), 0);
        points_from[from] = *passed;
        expected_from[from] = picture();
    }
    for (const auto& [from, points] : points_from) {
        if (from == newest_migration()) break;
        const int of_later_ones = from > 1 ? points_from.upper_bound(from)->second : 0;
        const int last = points - of_later_ones;
        EXPECT_GE(points, 4 * migrations_after(from)) << "the crash points are gone";
        EXPECT_GE(last, 4) << "the crash points of the migration after " << from << " are gone";
        const auto& expected = expected_from.at(from);
        for (int point = 1; point <= last; ++point) {
            // Two deaths in a row here and there: the second process may find what no porteurd has
            // left.
            const bool twice = !is_postgres() && from == 0 && point % 4 == 0;
            for (int second = twice ? 1 : 0;; second += 5) {
                ASSERT_NO_FATAL_FAILURE(make_old(from));
                ++runs;
                ASSERT_EQ(open_in_child(point), died) << "from " << from << " at " << point;
                ++deaths;
                // Not each time, as a look takes what a process left half-done out of the next one's way.
                if (point % 3 == 0) {
                    const int left = store().migration();
                    EXPECT_TRUE(left == from || left == newest_migration())
                        << "from " << from << " at " << point << ": " << left;
                }
                const bool died_again = second > 0 && open_in_child(second) == died;
                deaths += died_again ? 1 : 0;
                ASSERT_EQ(open_in_child(0), 0)
                    << "from " << from << " at " << point << " and " << second;
                ASSERT_EQ(picture(), expected)
                    << "from " << from << " at " << point << " and " << second;
                if (!died_again) break;
            }
        }
    }
    std::printf(
        "{\"what\":\"migrations, %s\",\"runs\":%d,\"deaths\":%d}\n",
        is_postgres() ? "PostgreSQL" : "SQLite", runs, deaths
    );
}

TEST_P(Migrations, ThatAreCommittedInPiecesAreFound) {
    ASSERT_NO_FATAL_FAILURE(make_old(0));
    ASSERT_EQ(open_in_child(0), 0);
    const int points = *passed;
    const auto expected = picture();
    for (int point = 1; point <= points; ++point) {
        ASSERT_NO_FATAL_FAILURE(make_old(0));
        ASSERT_EQ(open_in_child(point, "migrated_in_pieces"), died);
        if (open_in_child(0) == 0 && picture() == expected) continue;
        std::printf("migrated_in_pieces is found at point %d\n", point);
        return;
    }
    FAIL() << "migrated_in_pieces is not noticed at any crash point";
}

INSTANTIATE_TEST_SUITE_P(
    Both, Migrations, ::testing::Values(Dialect::sqlite, Dialect::postgresql),
    [](const auto& each) { return each.param == Dialect::sqlite ? "sqlite" : "postgresql"; }
);

}  // namespace
}  // namespace porteur::testing
