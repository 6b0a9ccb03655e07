// SPDX-License-Identifier: Apache-2.0
#include "store/standing_book.hpp"

#include "store/rows.hpp"

namespace porteur {
namespace {

Instant instant(long long stamp) { return Instant{std::chrono::milliseconds{stamp}}; }

}  // namespace

Result<std::vector<OrderInDoubt>> StandingBook::in_doubt() {
    return asked<std::vector<OrderInDoubt>>(access_, [](soci::session& sql) {
        std::vector<OrderInDoubt> out;
        // One without a time or an operation waits for a person (settle_by_person has the rule).
        rows::read(
            sql,
            "select id, due_at, open_operation, updated_at from orders where at_rest = 0 and "
            "delivery = 'in_doubt' and stage <> 'parts' order by id",
            "nnnn", {},
            [&](const rows::Row& row) {
                out.push_back(
                    {.id = row[0].number,
                     .looked_up = !row[1].is_null() && row[2].number != 0,
                     .changed = instant(row[3].number)}
                );
            }
        );
        return out;
    });
}

}  // namespace porteur
