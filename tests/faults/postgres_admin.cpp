// SPDX-License-Identifier: Apache-2.0
#include "postgres_admin.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include <libpq-fe.h>

namespace porteur::testing {

PostgresAdmin::PostgresAdmin(const std::string& database)
    : connection_(PQconnectdb((database.starts_with("postgresql://")
                                   ? database
                                   : database.substr(database.find(':') + 1))
                                  .c_str())) {
    if (PQstatus(connection_) == CONNECTION_OK) return;
    const std::string why = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw std::runtime_error(why);
}

PostgresAdmin::~PostgresAdmin() { PQfinish(connection_); }

std::string PostgresAdmin::ask(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_, sql.c_str()), PQclear
    );
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
    if (status != PGRES_TUPLES_OK || PQntuples(result.get()) == 0) return {};
    return PQgetvalue(result.get(), 0, 0);
}

int PostgresAdmin::end_others() {
    return std::stoi(
        ask("select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()")
    );
}

std::vector<std::string> PostgresAdmin::tables() {
    std::vector<std::string> names;
    std::string list = ask(
        "select string_agg(tablename || ' ', '') from pg_tables where schemaname = 'public' and "
        "tablename not in ('leases', 'tenants', 'schema_version')"
    );
    for (std::size_t end; (end = list.find(' ')) != list.npos; list.erase(0, end + 1))
        names.push_back(list.substr(0, end));
    return names;
}

std::string PostgresAdmin::everything() {
    std::string all;
    for (const auto& table : tables())
        all += ask("select coalesce(string_agg(t::text, chr(10)), '') from " + table + " t");
    return all;
}

void PostgresAdmin::forget_everything() {
    std::string sql = "update leases set holder = '', epoch = 0";
    for (const auto& table : tables()) sql += "; delete from " + table;
    ask(sql);
}

std::string PostgresAdmin::checked() {
    try {
        ask("create extension if not exists amcheck");
        ask("select count(bt_index_check(c.oid, true)) from pg_class c join pg_am a on a.oid = "
            "c.relam where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p'");
        const auto damaged =
            ask("select count(*) from pg_class c, verify_heapam(c.oid) v where c.relkind = 'r' and "
                "c.relnamespace = 'public'::regnamespace");
        return damaged == "0" ? "ok" : damaged + " damaged places in tables";
    } catch (const std::exception& wrong) {
        return wrong.what();
    }
}

}  // namespace porteur::testing
