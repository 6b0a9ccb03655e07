// SPDX-License-Identifier: Apache-2.0
// The store of each older porteurd, brought to today's form by a process that dies at one crash
// point after another, and in the next process again: nothing of it is lost, nothing is done twice,
// and it ends as if nobody had died.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/crash_point.hpp"
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

/// What an older porteurd has written. Sealed texts are those of HexSeal; "{}" is never sealed.
constexpr const char* rows[] = {
    "insert into orders (id, tenant_id, shard, kind, reference, account, losing_account, state, "
    "delivery, stage, due_at, "
    "open_operation, attempt, tries, carrier_id, version, created_at, updated_at, submitted_at, "
    "request, progress, problem, "
    "at_rest) values (5, 1, 3, 'port', 'ACME-5', 'thinktel', 'ringcentral', 'confirmed', 'idle', "
    "'follow', 77, 0, 2, 1, "
    "'T-5', 9, 11, 12, 13, '{}', '{}', 'none', 0)",
    "insert into operations (id, order_id, tenant_id, shard, account, name, build, state, input, "
    "output, deaths, began_at, "
    "ended_at) values (6, 5, 1, 3, 'thinktel', 'submit_port', 'b', 'done', '{}', '{}', 0, 11, 12)",
    "insert into journal (operation_id, position, tenant_id, payload) values (6, 1, 1, '6162')",
    "insert into timeline (id, order_id, tenant_id, at, source, kind, text, data) values (7, 5, 1, "
    "12, 'api', "
    "'port.submitted', 'sent', '{}')",
    "insert into order_secrets (order_id, tenant_id, name, value) values (5, 1, 'pin', '3132')",
    "insert into idempotency (tenant_id, idempotency_key, fingerprint, status, body, at) values "
    "(1, 'k', 'f', 201, '{}', 11)",
    "insert into outbox (operation_id, seq, tenant_id, order_id, message_id, phase, reply, "
    "recipients, mime, hash, tries, "
    "updated_at) values (6, 2, 1, 5, '<m@x>', 'accepted', '250', '[]', '6d', 'h', 1, 12)",
    "insert into tokens (id, tenant_id, name, hash, scope, created_at) values (8, 1, 'anna', 'h', "
    "'read', 11)",
    "insert into documents (id, tenant_id, about, created_at) values ('doc-1', 1, "
    "'{\"id\":\"doc-1\"}', 11)",
};

class Migrations : public ::testing::TestWithParam<Dialect> {
protected:
    void SetUp() override {
        if (is_postgres() && !server().trouble().empty()) GTEST_SKIP() << server().trouble();
        std::filesystem::create_directories(folder_);
        if (is_postgres()) {
            address_ = server().fresh_database("migrated" + std::to_string(++databases_));
            // It is our process that dies here, never the server.
            PostgresAdmin admin(address_);
            admin.ask("alter system set fsync = off");
            admin.ask("select pg_reload_conf()");
        }
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

    std::unique_ptr<soci::session> session() const {
        if (is_postgres())
            return std::make_unique<soci::session>(
                soci::postgresql, address_.substr(address_.starts_with("postgresql://") ? 0 : 11)
            );
        return std::make_unique<soci::session>(soci::sqlite3, "db=" + folder_ + "/porteur.db");
    }
    /// The store as a porteurd with so many migrations left it.
    void make_old(int migrations) {
        if (is_postgres()) {
            PostgresAdmin admin(address_);
            admin.end_others();
            admin.ask(
                "set client_min_messages = warning; drop schema public cascade; create schema "
                "public"
            );
        } else {
            for (const auto& file : std::filesystem::directory_iterator(folder_))
                std::filesystem::remove(file);
            address_ = "sqlite:" + folder_ + "/porteur.db";
        }
        if (migrations == 0) return;
        const auto sql = session();
        if (is_postgres()) *sql << "set client_min_messages = warning";
        const auto done = migrate(*sql, GetParam(), migrations);
        ASSERT_TRUE(done) << done.error().message;
        for (const auto* row : rows) *sql << row;
    }
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
    /// Tables, columns, indexes and numbers of migrations, and every row of an older porteurd's.
    std::string picture() {
        std::string out;
        const auto sql = session();
        const auto add = [&](const std::string& query) {
            soci::rowset<std::string> found = (sql->prepare << query);
            for (const auto& each : found) out += each + "\n";
        };
        add("select cast(number as varchar(9)) || ' ' || name from schema_version order by number");
        add("select cast(count(*) as varchar(9)) || ' leases, ' || cast(sum(shard) as varchar(9)) "
            "from leases");
        add("select cast(id as varchar(20)) || name from tenants order by id");
        if (is_postgres()) {
            add("select cast(table_name || '.' || column_name || ' ' || data_type || ' ' || "
                "is_nullable || ' ' || "
                "coalesce(column_default, '') as text) from information_schema.columns where "
                "table_schema = 'public' order by 1");
            add("select indexdef from pg_indexes where schemaname = 'public' order by indexname");
            out += PostgresAdmin(address_).checked();
        } else {
            add("select name || ': ' || coalesce(sql, '') from sqlite_master order by name");
            add("select integrity_check from pragma_integrity_check");
        }
        for (const auto* table :
             {"orders", "operations", "journal", "timeline", "order_secrets", "idempotency",
              "outbox", "tokens", "documents"}) {
            soci::rowset<soci::row> found = (sql->prepare << std::string("select * from ") + table);
            for (const auto& row : found) {
                out += table;
                for (std::size_t at = 0; at < row.size(); ++at) {
                    out += "|";
                    if (row.get_indicator(at) == soci::i_null) continue;
                    const auto type = row.get_properties(at).get_data_type();
                    out += type == soci::dt_string      ? row.get<std::string>(at)
                           : type == soci::dt_long_long ? std::to_string(row.get<long long>(at))
                                                        : std::to_string(row.get<int>(at));
                }
                out += "\n";
            }
        }
        return out;
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
                    const int left = newest_migration_of(*session());
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
