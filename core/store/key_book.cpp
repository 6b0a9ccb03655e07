// SPDX-License-Identifier: Apache-2.0
#include "store/key_book.hpp"

#include <soci/soci.h>

#include <stdexcept>

#include "store/audit_chain.hpp"
#include "store/rows.hpp"

namespace porteur {
namespace {

/// So many letters of a sealed text hold its nonce, and tell it from any other.
constexpr int telling_letters = 60;
constexpr std::size_t bytes_at_once = 4 << 20;
constexpr std::size_t told_most = 5;

const std::vector<SealedColumn>& columns() {
    constexpr int of_long_texts = 20;
    static const std::vector<SealedColumn> all{
        {"orders", "request", "orders.request", {{"id"}}},
        {"orders", "progress", "orders.progress", {{"id"}}},
        {"operations", "input", "operations.input", {{"id"}}},
        {"operations", "output", "operations.output", {{"id"}}},
        {"operation_settings", "content", "operation_settings", {{"name", true}}},
        {"journal", "payload", "journal", {{"operation_id"}, {"position"}}},
        {"order_secrets", "value", "order_secrets", {{"order_id"}, {"name", true}}},
        {"idempotency", "body", "idempotency", {{"tenant_id"}, {"idempotency_key", true}}, 1},
        {"outbox", "mime", "outbox.mime", {{"message_id", true}}, 0, of_long_texts},
        {"inbox", "subject", "inbox.subject", {{"id"}}},
        {"inbox", "reading", "inbox.reading", {{"id"}}},
        {"inbox", "raw", "inbox.raw", {{"id"}}, 0, of_long_texts},
        {"inbound_events", "keys", "inbound_events.keys", {{"id"}}},
        {"inbound_events", "body", "inbound_events.body", {{"id"}}},
        {"webhooks", "settings", "webhooks.settings", {{"id"}}},
        {"users", "totp", "users.totp", {{"id"}}},
        {"phone_lines", "password", "phone_lines.password", {{"user_id"}}},
        {"kept_keys", "sealed", "kept_keys", {{"name", true}}},
    };
    return all;
}

std::string quoted_text(const std::string& text) {
    std::string out = "'";
    for (const char letter : text) {
        if (letter == '\'') out += '\'';
        out += letter;
    }
    return out + "'";
}

std::string names_of(const SealedColumn& column) {
    std::string out;
    for (const auto& key : column.keys) out += std::string(out.empty() ? "" : ", ") + key.name;
    return out;
}

/// A sealed text has a colon behind its version; "" and "{}" stand as they are.
std::string is_older(const SealedColumn& column, const std::string& beginning) {
    const std::string name = column.column;
    return "substr(" + name + ", 2, 1) = ':' and substr(" + name + ", 1, " + std::to_string(beginning.size()) + ") <> '" + beginning + "'";
}

struct SealedText {
    rows::Row key;
    std::string before, after;
};

std::string place_of(const SealedColumn& column, const rows::Row& key) {
    std::string place = column.place;
    for (auto at = column.placed_from; at < column.keys.size(); ++at) place += "|" + (column.keys[at].is_text ? key[at].text : std::to_string(key[at].number));
    return place;
}

/// On PostgreSQL a row that somebody else is changing is left for the next pass: we wait for nobody, so nobody
/// who waits for us can wait in a circle.
std::int64_t put_postgresql(soci::session& sql, const SealedColumn& column, const std::vector<SealedText>& texts) {
    std::string values, same_row, same_held, given;
    for (std::size_t at = 0; at < column.keys.size(); ++at) {
        const auto given_key = "k" + std::to_string(at);
        const auto name = "t." + std::string(column.keys[at].name);
        same_row += (at == 0 ? "" : " and ") + name + " = f." + given_key;
        same_held += (at == 0 ? "" : " and ") + name + " = h." + given_key;
        given += "f." + given_key + ", ";
    }
    for (const auto& each : texts) {
        values += values.empty() ? "(" : ", (";
        for (std::size_t at = 0; at < column.keys.size(); ++at)
            values += (column.keys[at].is_text ? quoted_text(each.key[at].text) + "::text" : std::to_string(each.key[at].number) + "::bigint") + ", ";
        values += quoted_text(each.before.substr(0, telling_letters)) + ", " + quoted_text(each.after) + ")";
    }
    std::string fresh = "f(";
    for (std::size_t at = 0; at < column.keys.size(); ++at) fresh += "k" + std::to_string(at) + ", ";
    const std::string table = column.table, name = column.column;
    sql << "set local standard_conforming_strings = on";
    // By its key each: for the planner's guess of a batch it would read the whole table, each time.
    for (const char* way : {"enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"}) sql << "set local " + std::string(way) + " = off";
    return rows::change(
        sql, "with " + fresh + "before, after) as materialized (values " + values + "), h as materialized (select " + given + "f.after from " + table + " t join f on " + same_row +
                 " where substr(t." + name + ", 1, " + std::to_string(telling_letters) + ") = f.before for update of t skip locked) update " + table + " t set " + name +
                 " = h.after from h where " + same_held
    );
}

std::int64_t put_sqlite(soci::session& sql, const SealedColumn& column, const std::vector<SealedText>& texts) {
    std::string same_row;
    for (const auto& key : column.keys) same_row += std::string(same_row.empty() ? "" : " and ") + key.name + " = :" + key.name;
    std::string after, before;
    std::vector<rows::Cell> key(column.keys.size());
    soci::statement change(sql);
    change.exchange(soci::use(after));
    for (std::size_t at = 0; at < key.size(); ++at) {
        if (column.keys[at].is_text)
            change.exchange(soci::use(key[at].text));
        else
            change.exchange(soci::use(key[at].number));
    }
    change.exchange(soci::use(before));
    change.alloc();
    change.prepare("update " + std::string(column.table) + " set " + column.column + " = :after_ where " + same_row + " and substr(" + column.column + ", 1, " +
                   std::to_string(telling_letters) + ") = :before_");
    change.define_and_bind();
    std::int64_t count = 0;
    for (const auto& each : texts) {
        after = each.after;
        before = each.before.substr(0, telling_letters);
        key = each.key;
        change.execute(true);
        count += change.get_affected_rows();
    }
    return count;
}

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }

}  // namespace

std::span<const SealedColumn> sealed_columns() { return columns(); }

std::string place_of_key(std::string_view id) { return "master_keys|" + std::string(id); }

Result<std::vector<StoreKey>> KeyBook::keys() {
    return asked<std::vector<StoreKey>>(access_, [](soci::session& sql) {
        std::vector<StoreKey> out;
        rows::read(sql, "select id, is_current, sealed, since, taken_by from master_keys order by is_current desc, since desc", "tntnn", {}, [&](const rows::Row& row) {
            out.push_back({.id = row[0].text, .is_current = row[1].number != 0, .sealed = row[2].text,
                           .since = Instant(std::chrono::milliseconds(row[3].number)), .taken_by = row[4].number});
        });
        return out;
    });
}

Result<std::optional<bool>> KeyBook::opens_anything() {
    return asked<std::optional<bool>>(access_, [&](soci::session& sql) {
        std::optional<bool> out;
        for (const auto& column : columns()) {
            std::string types;
            for (const auto& key : column.keys) types += key.is_text ? 't' : 'n';
            rows::read(sql, "select " + names_of(column) + ", " + column.column + " from " + column.table + " where substr(" + column.column + ", 2, 1) = ':' limit 3",
                       types + "t", {}, [&](const rows::Row& row) {
                           out = out.value_or(false) || access_.seal().open(row.back().text, place_of(column, row)).has_value();
                       });
            if (out.value_or(false)) break;
        }
        return out;
    });
}

Result<void> KeyBook::record_first(const std::string& id, const std::vector<std::pair<std::string, std::string>>& kept, Instant now, bool beside) {
    const auto record = [&](soci::session& sql) {
        // One that another has recorded meanwhile stays.
        const auto made = rows::change(sql, "insert into master_keys (id, is_current, sealed, since, taken_by) select '" + id +
                                                "', 1, '', " + std::to_string(stamp(now)) + ", 0 where not exists (select 1 from master_keys)");
        if (made != 1) return;
        for (const auto& [name, text] : kept)
            rows::change(sql, "insert into kept_keys (name, sealed) values (:name, :sealed)",
                         rows::Values().text(name).text(access_.seal().close(text, "kept_keys|" + name)));
    };
    return beside ? access_.change_beside(record) : access_.change_with(record);
}

Result<std::optional<std::string>> KeyBook::kept(const std::string& name) {
    return asked<std::optional<std::string>>(access_, [&](soci::session& sql) {
        std::optional<std::string> out;
        rows::read(sql, "select sealed from kept_keys where name = :name", "t", rows::Values().text(name), [&](const rows::Row& row) {
            auto text = access_.seal().open(row[0].text, "kept_keys|" + name);
            if (!text) throw std::runtime_error("kept_keys|" + name + ": " + text.error().message);
            out = std::move(*text);
        });
        return out;
    });
}

Result<void> KeyBook::begin(const std::string& old_id, const std::string& old_sealed, const std::string& id, const AuditEntry& entry) {
    bool changed = false;
    auto done = access_.change_beside([&](soci::session& sql) {
        changed = rows::change(sql, "update master_keys set is_current = 0, sealed = :sealed where id = :id and is_current = 1",
                               rows::Values().text(old_sealed).text(old_id)) == 1;
        if (!changed) return;
        rows::change(sql, "insert into master_keys (id, is_current, sealed, since, taken_by) values (:id, 1, '', :since, 0)",
                     rows::Values().text(id).number(stamp(entry.at)));
        append_audit(sql, entry);
    });
    if (!done) return done;
    if (!changed) return failure(ErrorKind::rejected, "the store's key was changed by somebody else meanwhile; look with porteurd key show");
    return {};
}

Result<void> KeyBook::mark_taken(const std::string& id) {
    return access_.change_with([&](soci::session& sql) {
        // Each change of the daemon's holds this row while it is under way.
        int held = 0;
        if (access_.dialect() == Dialect::postgresql) sql << "select 1 from leases where shard = 0 for update", soci::into(held);
        rows::change(sql, "update master_keys set taken_by = :hold where id = :id and is_current = 1", rows::Values().number(access_.fence()).text(id));
    });
}

Result<std::int64_t> KeyBook::newest_hold() {
    return asked<std::int64_t>(access_, [](soci::session& sql) {
        std::int64_t sum = 0;
        rows::read(sql, "select coalesce(sum(epoch), 0) from leases", "n", {}, [&](const rows::Row& row) { sum = row[0].number; });
        return sum;
    });
}

Result<RowsResealed> KeyBook::seal_column_anew(
    const SealedColumn& column, const std::string& beginning, RowsResealed so_far, const std::function<bool(std::int64_t)>& told, bool& goes_on
) {
    std::string types;
    for (const auto& key : column.keys) types += key.is_text ? 't' : 'n';
    const auto names = names_of(column);
    rows::Row last;
    for (bool more = true; more && goes_on;) {
        std::vector<SealedText> texts;
        int came = 0;
        auto found = access_.read_with([&](soci::session& sql) {
            std::string after;
            rows::Values values;
            for (std::size_t at = 0; at < last.size(); ++at) {
                after += (at == 0 ? ":after" : ", :after") + std::to_string(at);
                if (column.keys[at].is_text)
                    values.text(last[at].text);
                else
                    values.number(last[at].number);
            }
            const auto from_there = last.empty() ? std::string() : "(" + names + ") > (" + after + ") and ";
            rows::read(sql, "select " + names + ", " + column.column + " from " + column.table + " where " + from_there + is_older(column, beginning) +
                                " order by " + names + " limit " + std::to_string(column.rows_at_once),
                       types + "t", values, [&](const rows::Row& row) {
                           ++came;
                           last.assign(row.begin(), row.end() - 1);
                           const auto place = place_of(column, last);
                           const auto plain = access_.seal().open(row.back().text, place);
                           if (!plain) {
                               ++so_far.closed_count;
                               if (so_far.closed.size() < told_most) so_far.closed.push_back(place);
                               return;
                           }
                           texts.push_back({.key = last, .before = row.back().text, .after = access_.seal().close(*plain, place)});
                       });
        });
        if (!found) return std::unexpected(std::move(found).error());
        more = came == column.rows_at_once;
        for (std::size_t from = 0; from < texts.size();) {
            std::vector<SealedText> some;
            std::size_t size = 0;
            while (from < texts.size() && (some.empty() || size + texts[from].after.size() <= bytes_at_once)) {
                size += texts[from].after.size();
                some.push_back(std::move(texts[from++]));
            }
            std::int64_t put = 0;
            auto done = access_.change_beside([&](soci::session& sql) {
                put = access_.dialect() == Dialect::sqlite ? put_sqlite(sql, column, some) : put_postgresql(sql, column, some);
            });
            if (!done) return std::unexpected(std::move(done).error());
            so_far.done += put;
            goes_on = told(so_far.done);
            if (!goes_on) break;
        }
    }
    return so_far;
}

Result<RowsResealed> KeyBook::seal_anew(const std::string& beginning, const std::function<bool(std::int64_t)>& told) {
    RowsResealed out;
    bool goes_on = true;
    for (const auto& column : columns()) {
        if (!goes_on) break;
        auto done = seal_column_anew(column, beginning, std::move(out), told, goes_on);
        if (!done) return done;
        out = std::move(*done);
    }
    return out;
}

Result<std::int64_t> KeyBook::left(const std::string& beginning) {
    return asked<std::int64_t>(access_, [&](soci::session& sql) {
        std::int64_t sum = 0;
        for (const auto& column : columns())
            rows::read(sql, "select count(*) from " + std::string(column.table) + " where " + is_older(column, beginning), "n", {},
                       [&](const rows::Row& row) { sum += row[0].number; });
        return sum;
    });
}

Result<void> KeyBook::finish(const AuditEntry& entry) {
    return access_.change_beside([&](soci::session& sql) {
        if (rows::change(sql, "delete from master_keys where is_current = 0") == 0) return;
        append_audit(sql, entry);
    });
}

}  // namespace porteur
