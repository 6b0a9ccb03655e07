// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "domain/crash_point.hpp"
#include "domain/order.hpp"
#include "store/migration_list.hpp"

namespace porteur {
namespace {

/// From this one on the store says which porteurd brought it to its form.
constexpr int writes_down_by_whom = 22;

// Trigrams. SQLite's table holds the index alone, without positions (whoever finds a number looks into its row
// again, so that needs none) and without the texts.
constexpr std::string_view number_search_on_sqlite =
    "create virtual table number_search using fts5(number, used_key, content = '', tokenize = 'trigram', "
    "detail = none, columnsize = 0)";
constexpr std::string_view number_search_on_postgresql =
    "create index numbers_search on numbers using gin (number gin_trgm_ops, used_key gin_trgm_ops)";
constexpr std::string_view no_number_search_on_sqlite = "drop table number_search";
constexpr std::string_view no_number_search_on_postgresql = "drop index numbers_search";
constexpr std::string_view name_search_on_sqlite =
    "create virtual table number_search using fts5(used_key, content = '', tokenize = 'trigram', detail = none, columnsize = 0)";
constexpr std::string_view name_search_on_postgresql =
    "create index numbers_search on numbers using gin (used_key gin_trgm_ops) where used_key <> ''";
constexpr std::string_view names_of_now_on_sqlite =
    "insert into number_search (rowid, used_key) select id, used_key from numbers where used_key <> ''";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

std::string in_words_of(Dialect dialect, std::string statement) {
    if (dialect == Dialect::postgresql) {
        replace_all(statement, ") -- with room", ") with (fillfactor = 50)");
        replace_all(statement, " -- and the key\n", ", id");
        replace_all(statement, " -- by its bytes\n", " collate \"C\"");
        replace_all(statement, "-- trigrams are there", "create extension if not exists pg_trgm");
        replace_all(statement, "-- the text of numbers can be searched", number_search_on_postgresql);
        replace_all(statement, "-- the text of numbers is searched no more", no_number_search_on_postgresql);
        replace_all(statement, "-- names can be searched", name_search_on_postgresql);
        replace_all(statement, "-- names of now", "select 1");
        return statement;
    }
    replace_all(statement, "bigint primary key", "integer primary key");
    replace_all(statement, ") -- by key", ") without rowid");
    replace_all(statement, " -- and the key\n", "");  // a row's own number stands at the end of each index anyway
    replace_all(statement, " -- by its bytes\n", "");  // SQLite knows no other order
    replace_all(statement, "-- trigrams are there", "select 1");
    replace_all(statement, "-- the text of numbers can be searched", number_search_on_sqlite);
    replace_all(statement, "-- the text of numbers is searched no more", no_number_search_on_sqlite);
    replace_all(statement, "-- names can be searched", name_search_on_sqlite);
    replace_all(statement, "-- names of now", names_of_now_on_sqlite);
    return statement;
}

void run_all(soci::session& sql, Dialect dialect, std::string_view statements) {
    while (!statements.empty()) {
        const auto end = statements.find(";\n");
        sql << in_words_of(dialect, std::string(statements.substr(0, end)));
        statements = end == statements.npos ? std::string_view() : statements.substr(end + 2);
        PORTEUR_CRASH_POINT("store.in_migration");
        if (PORTEUR_HAS_DEFECT("migrated_in_pieces")) {
            sql << "commit";
            sql << "begin";
        }
    }
}

}  // namespace

int migrations_after(int number) noexcept {
    return static_cast<int>(std::ranges::count_if(all_migrations(), [number](const Migration& each) { return each.number > number; }));
}

int newest_migration() noexcept { return all_migrations().back().number; }

int newest_migration_of(soci::session& sql) {
    try {
        int there = 0;
        sql << "select coalesce(max(number), 0) from schema_version", soci::into(there);
        return there;
    } catch (const soci::soci_error&) {  // there is no such table: nothing was done yet
        return 0;
    }
}

std::string why_too_new(soci::session& sql, int there) {
    std::string by;
    try {
        sql << "select porteurd from schema_version where number = :number", soci::into(by), soci::use(there);
    } catch (const soci::soci_error&) {  // of a porteurd that did not write this down
    }
    return "the store is of a newer porteurd (" + (by.empty() ? "" : quoted(by, 40) + ", ") + "migration " + std::to_string(there) + "), and this one is " +
           std::string(migrations_of()) + ", which knows migration " + std::to_string(newest_migration()) +
           "; install the newer one again, or go back to the backup that it took before its upgrade: docs/operating/upgrade.md";
}

Result<void> migrate(soci::session& sql, Dialect dialect, int up_to) {
    try {
        sql << "create table if not exists schema_version (number bigint primary key, name text not null)";
        const int there = newest_migration_of(sql);
        if (there > newest_migration()) return failure(ErrorKind::unsupported, why_too_new(sql, there));
        std::set<int> done;
        {
            soci::rowset<long long> found = (sql.prepare << "select number from schema_version");
            for (const auto number : found) done.insert(static_cast<int>(number));
        }
        const auto is_due = [&](const Migration& each) { return !done.contains(each.number) && each.number <= up_to; };
        if (std::ranges::none_of(all_migrations(), is_due)) return {};
        soci::transaction all(sql);
        for (const auto& each : all_migrations()) {
            if (!is_due(each)) continue;
            PORTEUR_CRASH_POINT("store.before_migration");
            run_all(sql, dialect, each.sql);
            if (each.number == 1)
                for (int shard = 0; shard < shard_count; ++shard)
                    sql << "insert into leases (shard, holder, epoch) values (:shard, '', 0)", soci::use(shard);
            PORTEUR_CRASH_POINT("store.before_migrated");
            const std::string name(each.name);
            sql << "insert into schema_version (number, name) values (:number, :name)", soci::use(each.number),
                soci::use(name);
            PORTEUR_CRASH_POINT("store.after_migrated");
        }
        if (up_to >= writes_down_by_whom) {
            const std::string by(migrations_of());
            sql << "update schema_version set porteurd = :by where number > :there", soci::use(by), soci::use(there);
        }
        PORTEUR_CRASH_POINT("store.before_all_migrated");
        all.commit();
        PORTEUR_CRASH_POINT("store.after_all_migrated");
        return {};
    } catch (const std::exception& wrong) {
        return failure(ErrorKind::internal, std::string("migrating the store: ") + wrong.what() + "; nothing of it was changed");
    }
}

}  // namespace porteur
