// SPDX-License-Identifier: Apache-2.0
#pragma once

// A fresh store of the test's own, on either database.

#include <gtest/gtest.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>

#include "store/store_access.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {

class StorePlace : public ::testing::TestWithParam<const char*> {
protected:
    StorePlace() {
        static int count = 0;
        const std::string name =
            "place_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        if (GetParam() == std::string("sqlite")) {
            folder = std::filesystem::path(::testing::TempDir()) / name;
            std::filesystem::create_directories(folder);
            address = "sqlite:" + (folder / "porteur.db").string();
        } else if (server().trouble().empty()) {
            address = server().fresh_database(name);
        }
    }
    ~StorePlace() override {
        store.reset();
        if (!folder.empty()) std::filesystem::remove_all(folder);
    }
    void SetUp() override {
        if (address.empty()) GTEST_SKIP() << "PostgreSQL is left out: " << server().trouble();
        auto opened = Store::open(
            {.address = address, .holder = "test", .beside = false}, seal,
            [](std::function<void()> run) { run(); }
        );
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
    }
    StoreAccess& access() { return access_of(*store); }
    /// What somebody with the database's own tools does.
    void meddle(const std::string& statement) {
        auto done = access().change_with([&](soci::session& sql) { sql << statement; });
        ASSERT_TRUE(done) << done.error().message;
    }

    std::filesystem::path folder;
    std::string address;
    HexSeal seal;
    std::unique_ptr<Store> store;

private:
    static PostgresServer& server() {
        static PostgresServer one;
        return one;
    }
};

}  // namespace porteur::testing
