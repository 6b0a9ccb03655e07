// SPDX-License-Identifier: Apache-2.0
#include "store/store_copy.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include <porteur/json.hpp>

#include "store/migrations.hpp"
#include "store/queries.hpp"
#include "store/restore_book.hpp"
#include "store/rows.hpp"
#include "store/store_address.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

/// At 4 KiB each, a megabyte between two words about how far it is.
constexpr int pages_at_once = 256;
constexpr int busy_wait_ms = 10'000;

std::unexpected<Error> cannot(std::string_view what, std::string_view why) {
    return failure(ErrorKind::unavailable, std::string(what) + ": " + std::string(why));
}

class SqliteFile {
public:
    SqliteFile() = default;
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;
    ~SqliteFile() { sqlite_api::sqlite3_close_v2(database_); }

    Result<void> open(const fs::path& file, int flags) {
        if (sqlite_api::sqlite3_open_v2(file.c_str(), &database_, flags, nullptr) != SQLITE_OK) return wrong(file);
        sqlite_api::sqlite3_busy_timeout(database_, busy_wait_ms);
        return {};
    }
    Result<void> run(const fs::path& file, const char* statement) {
        if (sqlite_api::sqlite3_exec(database_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) return wrong(file);
        return {};
    }
    std::unexpected<Error> wrong(const fs::path& file) const {
        return cannot(quoted(file.string(), 300), database_ ? sqlite_api::sqlite3_errmsg(database_) : "no memory");
    }
    sqlite_api::sqlite3* get() const { return database_; }

private:
    sqlite_api::sqlite3* database_ = nullptr;
};

Result<void> sync_file(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) return cannot(quoted(file.string(), 300), "cannot be synced");
    return {};
}

long long one_number(soci::session& sql, const std::string& query) {
    long long number = 0;
    sql << query, soci::into(number);
    return number;
}

constexpr std::string_view tables_of_sqlite =
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'number_search%' order by name";
constexpr std::string_view tables_of_postgresql =
    "select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name";

std::string key_id_in(soci::session& sql, int migration) {
    constexpr int keys_have_ids = 21;
    std::string id;
    if (migration >= keys_have_ids)
        rows::read(sql, "select id from master_keys where is_current = 1", "t", {}, [&](const rows::Row& row) { id = row[0].text; });
    return id;
}

StoreContents contents_of(soci::session& sql, Dialect dialect) {
    StoreContents out;
    out.migration = newest_migration_of(sql);
    if (out.migration == 0) throw std::runtime_error("it is no store of porteurd");
    std::vector<std::string> tables;
    rows::read(sql, std::string(dialect == Dialect::sqlite ? tables_of_sqlite : tables_of_postgresql), "t", {},
               [&](const rows::Row& row) { tables.push_back(row[0].text); });
    for (const auto& each : tables) out.rows[each] = one_number(sql, "select count(*) from " + each);
    out.newest_id = queries::newest_id(sql, [&](const std::string& table) { return out.rows.contains(table); });
    out.key_id = key_id_in(sql, out.migration);
    std::set<std::string> documents;
    rows::read(sql, "select about from documents", "t", {}, [&](const rows::Row& row) {
        auto about = from_text<DocumentRef>(row[0].text);
        if (!about) throw std::runtime_error("a document's row cannot be read: " + about.error().message);
        documents.insert(std::move(about->sha256));
    });
    out.documents.assign(documents.begin(), documents.end());
    return out;
}

template <class Ask>
auto tried(std::string_view what, Ask ask) -> Result<decltype(ask())> {
    try {
        return ask();
    } catch (const std::exception& wrong) {
        return cannot(what, wrong.what());
    }
}

class SqlHeldStore final : public HeldStore {
public:
    explicit SqlHeldStore(const std::string& place) : sql_(soci::postgresql, place) {
        sql_ << "set client_min_messages = warning";
        sql_ << "begin isolation level repeatable read read only";
        sql_ << "select pg_export_snapshot()", soci::into(snapshot_);
    }
    const std::string& snapshot() const override { return snapshot_; }
    Result<StoreContents> contents() override {
        return tried("reading the store", [this] { return contents_of(sql_, Dialect::postgresql); });
    }

private:
    soci::session sql_;
    std::string snapshot_;
};

Result<std::string> postgresql_place(const std::string& address) {
    auto place = read_store_address(address);
    if (!place) return std::unexpected(std::move(place).error());
    if (place->dialect != Dialect::postgresql) return failure(ErrorKind::invalid_input, "the store is not on PostgreSQL");
    return std::move(place->rest);
}

}  // namespace

Result<void> copy_sqlite_store(const fs::path& from, const fs::path& to, const Progress& told) {
    SqliteFile source, copy;
    if (auto opened = source.open(from, SQLITE_OPEN_READWRITE); !opened) return opened;
    if (auto opened = copy.open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE); !opened) return opened;
    // From its first read on it sees one instant.
    if (auto begun = source.run(from, "begin; select count(*) from schema_version"); !begun) return begun;
    auto* backup = sqlite_api::sqlite3_backup_init(copy.get(), "main", source.get(), "main");
    if (backup == nullptr) return copy.wrong(to);
    int state = SQLITE_OK;
    while (state == SQLITE_OK) {
        state = sqlite_api::sqlite3_backup_step(backup, pages_at_once);
        const auto all = sqlite_api::sqlite3_backup_pagecount(backup), left = sqlite_api::sqlite3_backup_remaining(backup);
        if (told) told(static_cast<std::uint64_t>(all - left), static_cast<std::uint64_t>(all));
    }
    if (sqlite_api::sqlite3_backup_finish(backup) != SQLITE_OK || state != SQLITE_DONE) return copy.wrong(to);
    if (auto ended = source.run(from, "rollback"); !ended) return ended;
    // One file, that nothing has to lie beside.
    if (auto whole = copy.run(to, "pragma journal_mode = delete"); !whole) return whole;
    return sync_file(to);
}

Result<StoreContents> contents_of_sqlite(const fs::path& file) {
    return tried(quoted(file.string(), 300), [&] {
        soci::session sql(soci::sqlite3, "db=" + file.string() + " timeout=10");
        return contents_of(sql, Dialect::sqlite);
    });
}

Result<StoreContents> contents_of(StoreAccess& access) {
    return asked<StoreContents>(access, [&](soci::session& sql) { return contents_of(sql, access.dialect()); });
}

namespace {

template <class Ask>
auto looked_at(const std::string& address, Ask ask) -> Result<decltype(ask(std::declval<soci::session&>()))> {
    auto place = read_store_address(address);
    if (!place) return std::unexpected(std::move(place).error());
    return tried("the store", [&] {
        soci::session sql;
        if (place->dialect == Dialect::sqlite)
            sql.open(soci::sqlite3, "db=" + place->rest + " timeout=10");
        else
            sql.open(soci::postgresql, place->rest);
        return ask(sql);
    });
}

}  // namespace

Result<int> migration_of(const std::string& address) {
    return looked_at(address, [](soci::session& sql) { return newest_migration_of(sql); });
}

Result<std::string> key_id_of_store(const std::string& address) {
    return looked_at(address, [](soci::session& sql) { return key_id_in(sql, newest_migration_of(sql)); });
}

Result<std::unique_ptr<HeldStore>> HeldStore::open(const std::string& address) {
    auto place = postgresql_place(address);
    if (!place) return std::unexpected(std::move(place).error());
    return tried("opening the store", [&]() -> std::unique_ptr<HeldStore> { return std::make_unique<SqlHeldStore>(*place); });
}

Result<std::int64_t> table_count_of_postgresql(const std::string& address) {
    auto place = postgresql_place(address);
    if (!place) return std::unexpected(std::move(place).error());
    return tried("opening the store", [&]() -> std::int64_t {
        soci::session sql(soci::postgresql, *place);
        return one_number(sql, "select count(*) from information_schema.tables where table_schema = current_schema()");
    });
}

namespace {

Result<void> run_on_postgresql(const std::string& address, const std::string& statement) {
    auto place = postgresql_place(address);
    if (!place) return std::unexpected(std::move(place).error());
    auto done = tried("the database", [&] {
        soci::session sql(soci::postgresql, *place);
        sql << "set client_min_messages = warning";
        sql << statement;
        return true;
    });
    if (!done) return std::unexpected(std::move(done).error());
    return {};
}

}  // namespace

Result<void> begin_restoring(const std::string& address) {
    return run_on_postgresql(address, "create table " + std::string(being_restored) + " (since timestamptz not null default now())");
}

Result<void> make_database(const std::string& address, const std::string& name) { return run_on_postgresql(address, "create database " + name); }

Result<void> drop_database(const std::string& address, const std::string& name) { return run_on_postgresql(address, "drop database if exists " + name); }

Result<std::vector<std::string>> misfits_of(StoreAccess& access, std::size_t most) {
    return asked<std::vector<std::string>>(access, [&](soci::session& sql) {
        std::vector<std::string> out;
        const auto look = [&](const std::string& query, std::string_view what) {
            rows::read(sql, query + " limit " + std::to_string(most), "n", {}, [&](const rows::Row& row) {
                if (out.size() < most) out.push_back("order " + id_text(row[0].number) + " " + std::string(what));
            });
        };
        look("select id from orders where open_operation <> 0 and open_operation not in "
             "(select id from operations where state in ('open', 'parked') and order_id = orders.id)",
             "names an operation that is not open");
        look("select order_id from operations where state = 'open' and order_id not in "
             "(select id from orders where open_operation = operations.id)",
             "does not name the operation that is open for it");
        return out;
    });
}

Result<std::int64_t> open_all_sealed(Store& store) {
    auto& access = access_of(store);
    const auto& seal = access.seal();
    constexpr int at_once = 500;
    std::int64_t count = 0;
    for (Id before = INT64_MAX;;) {
        std::string closed;
        std::size_t came = 0;
        auto done = access.read_with([&](soci::session& sql) {
            const auto orders = queries::orders(sql, seal, "where id < :before order by id desc limit " + std::to_string(at_once), {{before}, {}});
            came = orders.size();
            for (const auto& each : orders) {
                before = each.id;
                std::vector<std::string> names;
                rows::read(sql, "select name from order_secrets where order_id = :id", "t", rows::Values().number(each.id),
                           [&](const rows::Row& row) { names.push_back(row[0].text); });
                for (const auto& name : names) queries::order_secret(sql, seal, each.id, name);
                if (each.open_operation != 0) queries::operations(sql, seal, "where id = :id", each.open_operation);
                if (each.open_operation != 0) queries::journal(sql, seal, each.open_operation);
            }
        });
        if (!done) return failure(ErrorKind::internal, std::move(done).error().message);
        count += static_cast<std::int64_t>(came);
        if (came < at_once) break;
    }
    if (auto hooks = store.webhooks(); !hooks) return std::unexpected(std::move(hooks).error());
    return count;
}

}  // namespace porteur
