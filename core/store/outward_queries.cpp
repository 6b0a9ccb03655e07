// SPDX-License-Identifier: Apache-2.0
#include "store/outward_queries.hpp"

#include <soci/soci.h>

#include <stdexcept>

#include <porteur/json.hpp>

#include "store/queries.hpp"

namespace porteur::queries {
namespace {

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A column that may be empty.
struct Moment {
    long long stamp = 0;
    soci::indicator state = soci::i_ok;
    std::optional<Instant> value() const {
        if (state == soci::i_null) return std::nullopt;
        return Instant{std::chrono::milliseconds{stamp}};
    }
};

void read_settings(const Seal& seal, const std::string& sealed, Webhook& webhook) {
    const auto place = "webhooks.settings|" + std::to_string(webhook.id);
    const auto plain = seal.open(sealed, place);
    if (!plain) throw std::runtime_error(place + ": " + plain.error().message);
    const auto parsed = parse_json(*plain);
    if (!parsed || !parsed->is_object()) throw std::runtime_error(place + " is not an object");
    const auto& settings = parsed->get_object();
    webhook.url = text_at(settings, "url");
    webhook.description = text_at(settings, "description");
    webhook.secret = text_at(settings, "secret");
    webhook.old_secret = text_at(settings, "old_secret");
    if (const auto* kinds = settings.if_contains("kinds"); kinds && kinds->is_array())
        for (const auto& each : kinds->get_array()) webhook.kinds.emplace_back(each.as_string());
    if (const auto* until = settings.if_contains("old_until"); until && until->is_int64())
        webhook.old_until = Instant{std::chrono::milliseconds{until->get_int64()}};
}

}  // namespace

std::vector<Webhook> webhooks(soci::session& sql, const Seal& seal) {
    std::vector<Webhook> out;
    long long id = 0, tenant = 0, created = 0, updated = 0, cursor = 0, tries = 0, status = 0;
    std::string settings, off, problem;
    Moment retry, failing, delivered;
    soci::statement statement =
        (sql.prepare << "select id, tenant_id, settings, created_at, updated_at, cursor_at, off, "
                        "tries, retry_at, "
                        "failing_since, delivered_at, status, problem from webhooks order by id",
         soci::into(id), soci::into(tenant), soci::into(settings), soci::into(created),
         soci::into(updated), soci::into(cursor), soci::into(off), soci::into(tries),
         soci::into(retry.stamp, retry.state), soci::into(failing.stamp, failing.state),
         soci::into(delivered.stamp, delivered.state), soci::into(status), soci::into(problem));
    statement.execute();
    while (statement.fetch()) {
        Webhook each;
        each.id = id;
        each.tenant = tenant;
        each.created = Instant{std::chrono::milliseconds{created}};
        each.updated = Instant{std::chrono::milliseconds{updated}};
        each.state = {
            .cursor = cursor,
            .off = off,
            .tries = tries,
            .retry_at = retry.value(),
            .failing_since = failing.value(),
            .delivered_at = delivered.value(),
            .status = status,
            .problem = problem
        };
        read_settings(seal, settings, each);
        out.push_back(std::move(each));
    }
    return out;
}

std::vector<Order> open_orders(
    soci::session& sql, const Seal& seal, std::int64_t tenant, Id after, int limit
) {
    std::string where =
        "where id > :after and (state not in ('completed', 'partial', 'cancelled', 'rejected', "
        "'expired') or stage = 'release')";
    Values values{{after}, {}};
    if (tenant != 0) {
        where += " and tenant_id = :tenant";
        values.numbers.push_back(tenant);
    }
    return orders(sql, seal, where + " order by id limit " + std::to_string(limit), values);
}

std::vector<DueOrder> next_looks(soci::session& sql, std::int64_t tenant, int limit) {
    std::vector<DueOrder> out;
    long long id = 0, due = 0;
    std::string account;
    soci::statement statement =
        (sql.prepare << "select id, due_at, case when stage in ('preflight', 'release') then losing_account else "
                        "account end from orders "
                        "where due_at is not null and tenant_id = :tenant order by due_at limit " +
                            std::to_string(limit),
         soci::into(id), soci::into(due), soci::into(account), soci::use(tenant));
    statement.execute();
    while (statement.fetch()) out.push_back({id, Instant{std::chrono::milliseconds{due}}, account});
    return out;
}

}  // namespace porteur::queries
