// SPDX-License-Identifier: Apache-2.0
// Two processes on one store: the first is stopped, its hold on the store is taken away, a second
// one works on, and the first wakes. It must write nothing and end.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>

#include <sys/wait.h>
#include <unistd.h>

#include "domain/crash_point.hpp"
#include "postgres_admin.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;

PostgresServer& server() {
    static PostgresServer made;
    return made;
}

Result<std::unique_ptr<Store>> open_as(const std::string& address, const Seal& seal) {
    // One name for both: two daemons from one package have the same.
    return Store::open(
        {.address = address, .holder = "porteurd"}, seal,
        [](const std::function<void()>& run) { run(); }
    );
}

Result<void> commit_order(Store& store, Id id) {
    Order order;
    order.id = id;
    order.tenant = 1;
    order.reference = "r" + std::to_string(id);
    order.request = order.progress = "{}";
    Commit made;
    made.new_orders.push_back(order);
    std::promise<Result<void>> promise;
    auto done = promise.get_future();
    store.commit(std::move(made), [&](Result<void> result) {
        promise.set_value(std::move(result));
    });
    return done.get();
}

/// The process that will be taken over: it writes order 1, stops, and when it is woken writes
/// order 2.
int sleeper(const std::string& address, std::string_view its_defect) {
    defect = its_defect;
    const HexSeal seal;
    auto store = open_as(address, seal);
    if (!store || !commit_order(**store, 1)) return 1;
    raise(SIGSTOP);
    return commit_order(**store, 2) ? 0 : 2;
}

struct Takeover {
    int status = -1;     ///< what the sleeper ended with
    bool wrote = false;  ///< whether its order 2 is in the store
    std::chrono::milliseconds refused_after{};
};

/// @param take_away  takes the sleeper's hold on the store away
void take_over(
    const std::string& address, const std::string& its_defect,
    const std::function<void()>& take_away, Takeover& out
) {
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        if (!freopen("/dev/null", "w", stderr)) _exit(1);
        _exit(sleeper(address, its_defect));
    }
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    ASSERT_TRUE(WIFSTOPPED(status)) << "it ended before it was stopped";
    const HexSeal seal;
    const auto before = std::chrono::steady_clock::now();
    const auto early = open_as(address, seal);
    out.refused_after = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - before
    );
    EXPECT_FALSE(early) << "two processes hold one store";
    take_away();
    auto store = open_as(address, seal);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE(commit_order(**store, 3));
    kill(pid, SIGCONT);
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    EXPECT_TRUE(commit_order(**store, 4)) << "the sleeper has harmed the one who goes on";
    out.wrote = (*store)->order(2).value().has_value();
}

class Leases : public ::testing::Test {
protected:
    ~Leases() override { std::filesystem::remove_all(folder_); }

    /// The lock of SQLite is a file, and an operator may remove it.
    Takeover with_its_lock_file_removed(const std::string& its_defect) {
        std::filesystem::create_directories(folder_);
        Takeover out;
        take_over(
            "sqlite:" + folder_ + "/porteur.db", its_defect,
            [this] { std::filesystem::remove(folder_ + "/porteur.db.lock"); }, out
        );
        return out;
    }

private:
    std::string folder_ =
        std::filesystem::path(::testing::TempDir()) / ("porteur-lease." + std::to_string(getpid()));
};

TEST_F(Leases, ASleeperOnSqliteWritesNothingAfterAnotherHasTakenOver) {
    const auto found = with_its_lock_file_removed("");
    EXPECT_EQ(found.status, 70);
    EXPECT_FALSE(found.wrote);
    EXPECT_LT(found.refused_after, 1s);
}

TEST_F(Leases, ASleeperOnPostgresWritesNothingAfterItsSessionWasEnded) {
    if (!server().trouble().empty()) GTEST_SKIP() << server().trouble();
    const auto address = server().fresh_database("lease");
    Takeover found;
    take_over(address, "", [&] { EXPECT_GE(PostgresAdmin(address).end_others(), 1); }, found);
    EXPECT_EQ(found.status, 70);
    EXPECT_FALSE(found.wrote);
    EXPECT_LT(found.refused_after, 1s);
}

TEST_F(Leases, AProcessWhoseDatabaseWasRestartedEndsInsteadOfLivingOnWithoutAStore) {
    if (!server().trouble().empty()) GTEST_SKIP() << server().trouble();
    const auto address = server().fresh_database("restarted");
    // Nobody has taken over: the session alone is gone, as after a restart of the server.
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        if (!freopen("/dev/null", "w", stderr)) _exit(1);
        _exit(sleeper(address, ""));
    }
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    PostgresAdmin(address).end_others();
    kill(pid, SIGCONT);
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 70);
}

TEST_F(Leases, ALeaseThatIsNotCheckedIsFound) {
    const auto found = with_its_lock_file_removed("lease_unchecked");
    EXPECT_TRUE(found.wrote && found.status == 0)
        << "the defect makes no difference, so the test above proves nothing";
    if (found.wrote)
        std::printf("lease_unchecked is found: a sleeper wrote after it was taken over\n");
}

}  // namespace
}  // namespace porteur::testing
