// SPDX-License-Identifier: Apache-2.0
#include "store/restore_book.hpp"

#include <soci/soci.h>

#include <algorithm>

#include <porteur/json.hpp>

#include "domain/order_rules.hpp"
#include "store/audit_chain.hpp"
#include "store/queries.hpp"
#include "store/rows.hpp"

namespace porteur {
namespace {

Instant instant(long long milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

}  // namespace

bool is_half_restored(soci::session& sql) {
    int count = 0;
    sql << "select count(*) from information_schema.tables where table_schema = current_schema() and table_name = '" + std::string(being_restored) + "'",
        soci::into(count);
    return count != 0;
}

Result<std::optional<RestoreMark>> RestoreBook::last() {
    return asked<std::optional<RestoreMark>>(access_, [](soci::session& sql) {
        std::optional<RestoreMark> out;
        rows::read(sql, "select taken_at, restored_at, newest_id from restores order by restored_at desc limit 1", "nnn", {},
                   [&](const rows::Row& row) {
                       out = RestoreMark{.taken = instant(row[0].number), .restored = instant(row[1].number), .newest_id = row[2].number};
                   });
        return out;
    });
}

Result<bool> RestoreBook::is_let_go(Id order, Instant since) {
    return asked<bool>(access_, [&](soci::session& sql) {
        return std::ranges::any_of(queries::entries(sql, "where order_id = :id order by id", {{order}, {}}), [&](const TimelineEntry& each) {
            return each.at >= since && each.kind.ends_with(".settled_by_person") && tells_what_became_of_it(each.data);
        });
    });
}

Result<void> RestoreBook::mark(const RestoreMark& mark, const AuditEntry& entry) {
    return access_.change_beside([&](soci::session& sql) {
        rows::change(sql, "delete from sessions");
        rows::change(sql, "insert into restores (restored_at, taken_at, newest_id) values (:restored, :taken, :newest)",
                     rows::Values()
                         .number(mark.restored.time_since_epoch().count())
                         .number(mark.taken.time_since_epoch().count())
                         .number(mark.newest_id));
        append_audit(sql, entry);
        rows::change(sql, "drop table if exists " + std::string(being_restored));
    });
}

}  // namespace porteur
