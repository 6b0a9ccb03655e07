// SPDX-License-Identifier: Apache-2.0
#include "store/follow_book.hpp"

#include <algorithm>

#include "store/rows.hpp"

namespace porteur {
namespace {

constexpr std::size_t ids_at_once = 500;

}  // namespace

Result<std::vector<LineAhead>> FollowBook::lines_ahead(int limit) {
    return asked<std::vector<LineAhead>>(access_, [&](soci::session& sql) {
        std::vector<LineAhead> out;
        rows::read(
            sql,
            "select id, order_id from timeline where id > (select followed from number_follower "
            "where id = 1) order by id limit " +
                std::to_string(limit),
            "nn", {},
            [&](const rows::Row& row) {
                out.push_back({.id = row[0].number, .order = row[1].number});
            }
        );
        return out;
    });
}

Result<std::vector<NumberFollow>> FollowBook::read(
    const std::string& where, const std::vector<std::int64_t>& ids
) {
    return asked<std::vector<NumberFollow>>(access_, [&](soci::session& sql) {
        std::vector<NumberFollow> out;
        for (std::size_t from = 0; from < ids.size(); from += ids_at_once) {
            std::string list;
            for (auto at = from; at < std::min(from + ids_at_once, ids.size()); ++at)
                list += (list.empty() ? "" : ",") + std::to_string(ids[at]);
            rows::read(
                sql,
                "select order_id, number, step, is_marked, before from number_follows where " +
                    where + " in (" + list + ") order by number, order_id",
                "nntnt", {},
                [&](const rows::Row& row) {
                    out.push_back(
                        {.order = row[0].number,
                         .key = row[1].number,
                         .step = number_step_of(row[2].text).value_or(NumberStep::under_way),
                         .is_marked = row[3].number != 0,
                         .before = row[4].text}
                    );
                }
            );
        }
        return out;
    });
}

Result<std::vector<NumberFollow>> FollowBook::follows(const std::vector<Id>& orders) {
    return read("order_id", orders);
}

Result<std::vector<NumberFollow>> FollowBook::marks(const std::vector<NumberKey>& numbers) {
    return read("is_marked = 1 and number", numbers);
}

}  // namespace porteur
