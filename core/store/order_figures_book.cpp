// SPDX-License-Identifier: Apache-2.0
#include "store/order_figures_book.hpp"

#include <algorithm>
#include "store/figured_lines.hpp"

namespace porteur {
namespace {

using namespace figured_lines;

constexpr std::size_t ports_at_once = 500;

void read_lines(soci::session& sql, std::int64_t tenant, FiguresSpan span, OrderTally& tally) {
    // By their ids, which have the time in them; a line may have been given its id a little before
    // or after the time that it says.
    constexpr std::chrono::minutes around{10};
    rows::read(
        sql,
        std::string("select ") + columns +
            " from timeline t join orders o on o.id = t.order_id where t.id >= :since and t.id < "
            ":until "
            "and t.tenant_id = :tenant and t.kind in (" +
            kinds() + ") order by t.id",
        "ntntntt",
        rows::Values()
            .number(first_id_at(span.since - around))
            .number(first_id_at(span.until + around))
            .number(tenant),
        [&](const rows::Row& row) { tally.add_line(line_of(row)); }
    );
}

void read_ports(
    soci::session& sql, const Seal& seal, const std::vector<Id>& ids, OrderTally& tally
) {
    std::string list;
    for (const auto id : ids) list += (list.empty() ? "" : ", ") + std::to_string(id);
    std::map<Id, FiguredPort> ports;
    rows::read(
        sql, "select id, losing_account, request from orders where id in (" + list + ")", "ntt", {},
        [&](const rows::Row& row) {
            ports[row[0].number] = {
                .order = row[0].number,
                .losing_account = row[1].text,
                .losing_carrier = losing_carrier_in(seal, row[0].number, row[2].text),
                .lines = {}
            };
        }
    );
    rows::read(
        sql,
        std::string("select ") + columns +
            " from timeline t join orders o on o.id = t.order_id where t.order_id in (" + list +
            ") and t.kind in (" + kinds() + ") order by t.order_id, t.id",
        "ntntntt", {},
        [&](const rows::Row& row) { ports[row[0].number].lines.push_back(line_of(row)); }
    );
    for (const auto& [id, port] : ports) tally.add_port(port);
}

}  // namespace

Result<OrderFigures> OrderFiguresBook::figures(std::int64_t tenant, FiguresSpan span) {
    OrderTally tally(span);
    auto done = access_.read_with([&](soci::session& sql) {
        read_states(sql, tenant, tally);
        read_lines(sql, tenant, span, tally);
    });
    const std::vector<Id> ports(tally.ports_to_look_at().begin(), tally.ports_to_look_at().end());
    // Each piece by itself, so that others come to a connection in between.
    for (std::size_t from = 0; done && from < ports.size(); from += ports_at_once) {
        const std::vector<Id> piece(
            ports.begin() + static_cast<std::ptrdiff_t>(from),
            ports.begin() +
                static_cast<std::ptrdiff_t>(std::min(from + ports_at_once, ports.size()))
        );
        done = access_.read_with([&](soci::session& sql) {
            read_ports(sql, access_.seal(), piece, tally);
        });
    }
    if (!done) return std::unexpected(std::move(done).error());
    return tally.figures();
}

}  // namespace porteur
