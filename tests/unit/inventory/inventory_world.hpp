// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <random>

#include "domain/tenant_tree.hpp"
#include "inventory/inventory_list.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {

inline PostgresServer& postgres() {
    static PostgresServer server;
    return server;
}

/// The inventory over a store of the test's own, on either database.
class InventoryWorld : public ::testing::TestWithParam<const char*> {
protected:
    InventoryWorld() {
        static int count = 0;
        const auto name = "inventory_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        if (GetParam() == std::string("sqlite")) {
            folder_ = std::filesystem::path(::testing::TempDir()) / name;
            std::filesystem::create_directories(folder_);
            address_ = "sqlite:" + (folder_ / "porteur.db").string();
        } else if (postgres().trouble().empty()) {
            address_ = postgres().fresh_database(name);
        }
    }
    ~InventoryWorld() override {
        book.reset();
        store.reset();
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }
    void SetUp() override {
        if (address_.empty()) GTEST_SKIP() << "PostgreSQL is left out: " << postgres().trouble();
        open();
    }
    void open() {
        book.reset();
        store.reset();
        auto opened = Store::open({.address = address_, .holder = "test", .beside = false}, seal_, [](std::function<void()> run) { run(); });
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        book = open_number_book(*store);
        const auto loaded = directory.load(*book);
        ASSERT_TRUE(loaded) << loaded.error().message;
    }

    /// 1 System; VARs 2 (North) and 3 (South); 10 to 13 companies of 2, 14 and 15 of 3, 20 a professional of 2,
    /// 30 a company of the system.
    static TenantTree some_tenants() {
        using enum TenantKind;
        auto made = TenantTree::make(
            {{1, 0, system, "System"},
             {2, 1, var, "North"},
             {3, 1, var, "South"},
             {10, 2, company, "Épicerie Martin"},
             {11, 2, company, "Acme"},
             {12, 2, company, "Zebra"},
             {13, 2, company, "acme"},
             {14, 3, company, "Bakery"},
             {15, 3, company, "Acme South"},
             {20, 2, professional, "Dr. Émile Roy"},
             {30, 1, company, "Lone"}}
        );
        return std::move(*made);
    }

    std::string address_;
    HexSeal seal_;
    std::unique_ptr<Store> store;
    std::unique_ptr<NumberBook> book;
    NumberDirectory directory;
    TenantTree tenants = some_tenants();

private:
    std::filesystem::path folder_;
};

}  // namespace porteur::testing
