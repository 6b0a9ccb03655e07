// SPDX-License-Identifier: Apache-2.0
#include "store/upkeep_queries.hpp"

#include <soci/soci.h>

#include <set>
#include <stdexcept>

#include <porteur/json.hpp>

#include "store/queries.hpp"

namespace porteur::queries {
namespace {

/// What stands in an emptied mail's row, and tells it from the others.
const std::string emptied = "the mail fitted no order, and its retention is over";
constexpr std::size_t id_length = 13;

long long stamp(Instant at) { return at.time_since_epoch().count(); }

/// Every text in an answer that could be the id of an order.
void find_ids(const json::value& value, std::set<Id>& out) {
    if (value.is_object())
        for (const auto& each : value.get_object()) find_ids(each.value(), out);
    else if (value.is_array())
        for (const auto& each : value.get_array()) find_ids(each, out);
    else if (value.is_string() && value.get_string().size() == id_length)
        if (const auto id = id_from_text(value.get_string())) out.insert(*id);
}

bool is_open(soci::session& sql, Id order) {
    long long count = 0;
    sql << "select count(*) from orders where id = :id and (due_at is not null or state not in "
           "('completed', 'partial', "
           "'cancelled', 'rejected', 'expired'))",
        soci::use(order), soci::into(count);
    return count != 0;
}

/// An answer that cannot be read stays: nobody knows what it is about.
bool is_of_open_order(soci::session& sql, const std::string& body) {
    const auto answer = parse_json(body);
    if (!answer) return !body.empty();
    std::set<Id> ids;
    find_ids(*answer, ids);
    for (const auto id : ids)
        if (is_open(sql, id)) return true;
    return false;
}

}  // namespace

std::map<std::string, Instant> penalties(soci::session& sql) {
    std::map<std::string, Instant> out;
    std::string account;
    long long until = 0;
    soci::statement statement =
        (sql.prepare << "select account, until_at from penalties order by account",
         soci::into(account), soci::into(until));
    statement.execute();
    while (statement.fetch()) out[account] = Instant{std::chrono::milliseconds{until}};
    return out;
}

void keep_penalty(soci::session& sql, const std::string& account, Instant until) {
    const auto at = stamp(until);
    sql << "insert into penalties (account, until_at) values (:account, :until) on conflict "
           "(account) do update set "
           "until_at = excluded.until_at",
        soci::use(account), soci::use(at);
}

OldKeys old_keys(
    soci::session& sql, const Seal& seal, const KeyPlace& after, Instant before, int limit
) {
    OldKeys found;
    long long tenant = 0, at = 0;
    std::string key;
    std::vector<KeyPlace> candidates;
    int looked = 0;
    {
        soci::statement statement =
            (sql.prepare
                 << "select tenant_id, idempotency_key, at from idempotency where tenant_id > "
                    ":tenant or (tenant_id = "
                    ":same and idempotency_key > :key) order by tenant_id, idempotency_key limit " +
                        std::to_string(limit),
             soci::use(after.tenant, "tenant"), soci::use(after.tenant, "same"),
             soci::use(after.key, "key"), soci::into(tenant), soci::into(key), soci::into(at));
        statement.execute();
        while (statement.fetch()) {
            ++looked;
            found.last = {tenant, key};
            if (at < stamp(before)) candidates.push_back(found.last);
        }
    }
    found.more = looked == limit;
    for (auto& each : candidates) {
        const auto kept = idempotency(sql, seal, each.tenant, each.key);
        if (kept && !is_of_open_order(sql, kept->body)) found.old.push_back(std::move(each));
    }
    return found;
}

void drop_key(soci::session& sql, const KeyPlace& key) {
    sql << "delete from idempotency where tenant_id = :tenant and idempotency_key = :key",
        soci::use(key.tenant), soci::use(key.key);
}

std::vector<Id> old_mails(soci::session& sql, Instant before, int limit) {
    return numbers(
        sql,
        "select id from inbox where state = 'settled' and order_id = 0 and updated_at < :before "
        "and reason <> "
        ":emptied order by id limit " +
            std::to_string(limit),
        {{stamp(before)}, {emptied}}
    );
}

void empty_mail(soci::session& sql, const Seal& seal, Id mail) {
    const auto number = std::to_string(mail);
    const auto subject = seal.close("", "inbox.subject|" + number),
               reading = seal.close("{}", "inbox.reading|" + number);
    // No bytes at all would say that the mail was left at its server.
    const auto raw = seal.close("\r\n", "inbox.raw|" + number);
    sql << "update inbox set sender = '', subject = :subject, message_id = '', reason = :reason, "
           "proposals = '[]', reading = "
           ":reading, raw = case when raw = '' then '' else :raw end where id = :id and order_id = "
           "0",
        soci::use(subject), soci::use(emptied), soci::use(reading), soci::use(raw), soci::use(mail);
}

}  // namespace porteur::queries
