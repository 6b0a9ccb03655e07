// SPDX-License-Identifier: Apache-2.0
#include "old_store.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "postgres_admin.hpp"
#include "store/migrations.hpp"

namespace porteur::testing {
namespace {

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

std::unique_ptr<soci::session> session_of(const std::string& address, const std::string& folder, bool is_postgres) {
    if (is_postgres) return std::make_unique<soci::session>(soci::postgresql, address.substr(address.starts_with("postgresql://") ? 0 : 11));
    return std::make_unique<soci::session>(soci::sqlite3, "db=" + folder + "/porteur.db");
}

}  // namespace

OldStore::OldStore(std::string address, std::string folder)
    : address_(address.empty() ? "sqlite:" + folder + "/porteur.db" : address), folder_(std::move(folder)), is_postgres_(!address.empty()) {}

void OldStore::make(int migrations) const {
    if (is_postgres_) {
        PostgresAdmin admin(address_);
        admin.end_others();
        admin.ask("set client_min_messages = warning; drop schema public cascade; create schema public");
    } else {
        for (const auto& file : std::filesystem::directory_iterator(folder_)) std::filesystem::remove(file);
    }
    if (migrations == 0) return;
    const auto sql = session_of(address_, folder_, is_postgres_);
    if (is_postgres_) *sql << "set client_min_messages = warning";
    if (const auto done = migrate(*sql, is_postgres_ ? Dialect::postgresql : Dialect::sqlite, migrations); !done) throw std::runtime_error(done.error().message);
    for (const auto* row : rows) *sql << row;
}

void OldStore::pretend_newer() const {
    const auto sql = session_of(address_, folder_, is_postgres_);
    *sql << "update schema_version set number = " << newest_migration() + 1 << " where number = " << newest_migration();
}

int OldStore::migration() const { return newest_migration_of(*session_of(address_, folder_, is_postgres_)); }

std::string OldStore::picture() const {
    std::string out;
    const auto sql = session_of(address_, folder_, is_postgres_);
    const auto add = [&](const std::string& query) {
        soci::rowset<std::string> found = (sql->prepare << query);
        for (const auto& each : found) out += each + "\n";
    };
    add("select cast(number as varchar(9)) || ' ' || name from schema_version order by number");
    add("select cast(count(*) as varchar(9)) || ' leases, ' || cast(sum(shard) as varchar(9)) "
        "from leases");
    add("select cast(id as varchar(20)) || name from tenants order by id");
    if (is_postgres_) {
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

}  // namespace porteur::testing
