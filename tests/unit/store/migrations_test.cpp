// SPDX-License-Identifier: Apache-2.0
// What an upgrade does to a store whose migrations cannot all be done, and to one of a later porteurd. Deaths in the midst are migration_test's.
#include <gmock/gmock.h>

#include "store/migration_list.hpp"
#include "store/migrations.hpp"
#include "store/store_copy.hpp"
#include "store_place.hpp"
#include "support/result_matchers.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MigrationsTest : public StorePlace {
protected:
    void SetUp() override {
        if (address.empty()) StorePlace::SetUp();  // says why it is left out
    }
    Dialect dialect() const { return GetParam() == std::string("sqlite") ? Dialect::sqlite : Dialect::postgresql; }
    std::unique_ptr<soci::session> session() const {
        const auto rest = address.substr(address.find(':') + 1);
        if (dialect() == Dialect::sqlite) return std::make_unique<soci::session>(soci::sqlite3, "db=" + rest);
        auto sql = std::make_unique<soci::session>(soci::postgresql, address.starts_with("postgresql://") ? address : rest);
        *sql << "set client_min_messages = warning";
        return sql;
    }
};

TEST_P(MigrationsTest, OfOneUpgradeAreAllDoneOrNone) {
    if (address.empty()) GTEST_SKIP();
    const auto sql = session();
    ASSERT_TRUE(migrate(*sql, dialect(), 15));
    *sql << "create table restores (somebodys text)";  // in the way of migration 19, the fourth of those that are due
    const auto failed = migrate(*sql, dialect());
    EXPECT_THAT(failed, FailsWith(ErrorKind::internal, AllOf(HasSubstr("restores"), HasSubstr("nothing of it was changed"))));
    EXPECT_EQ(newest_migration_of(*sql), 15);
    *sql << "drop table restores";
    ASSERT_TRUE(migrate(*sql, dialect())) << "it can be tried again";
    EXPECT_EQ(newest_migration_of(*sql), newest_migration());
}

TEST_P(MigrationsTest, OfALaterPorteurdAreRefusedWithBothVersionsAndWhatMendsIt) {
    if (address.empty()) GTEST_SKIP();
    const auto sql = session();
    ASSERT_TRUE(migrate(*sql, dialect()));
    std::string by;
    *sql << "select porteurd from schema_version where number = " << newest_migration(), soci::into(by);
    EXPECT_EQ(by, migrations_of()) << "who brought it here";
    *sql << "insert into schema_version (number, name, porteurd) values (4711, 'of later', '9.8.7')";
    for (const bool beside : {false, true}) {
        const auto opened = Store::open({.address = address, .holder = "test", .beside = beside}, seal, [](std::function<void()> run) { run(); });
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, ErrorKind::unsupported);
        EXPECT_THAT(opened.error().message, AllOf(HasSubstr("of a newer porteurd (\"9.8.7\", migration 4711)"), HasSubstr("this one is " + std::string(migrations_of())),
                                                  HasSubstr("knows migration " + std::to_string(newest_migration())), HasSubstr("install the newer one again")));
    }
}

TEST_P(MigrationsTest, OfAnyEarlierPorteurdLeaveAStoreThatCanBeBackedUp) {
    if (address.empty()) GTEST_SKIP();
    for (const auto& each : all_migrations()) {
        {
            const auto sql = session();
            ASSERT_TRUE(migrate(*sql, dialect(), each.number));
        }
        const auto contents = [&]() -> Result<StoreContents> {
            if (dialect() == Dialect::sqlite) return contents_of_sqlite(address.substr(7));
            auto held = HeldStore::open(address);
            if (!held) return std::unexpected(held.error());
            return (*held)->contents();
        }();
        ASSERT_TRUE(contents) << each.number << ": " << contents.error().message;
        EXPECT_EQ(contents->migration, each.number);
    }
}

INSTANTIATE_TEST_SUITE_P(Both, MigrationsTest, ::testing::Values("sqlite", "postgresql"), [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace porteur::testing
