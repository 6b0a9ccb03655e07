// SPDX-License-Identifier: Apache-2.0
#include "store/order_figures_book.hpp"

#include <algorithm>
#include <stdexcept>

#include <porteur/json.hpp>

#include "store/rows.hpp"

namespace porteur {
namespace {

constexpr std::size_t ports_at_once = 500;

template <class E>
E enum_from(const std::string& text) {
    E value{};
    if (!boost::describe::enum_from_string(text.c_str(), value))
        throw std::runtime_error("the store has the unknown word " + quoted(text));
    return value;
}

/// 'port.created', 'purchase.created', ...
std::string kinds_of_lines() {
    std::string out;
    for (const auto kind : {"port.", "purchase."})
        for (const auto word : figured_words())
            out += (out.empty() ? "'" : ", '") + std::string(kind) + std::string(word) + "'";
    return out;
}

std::string losing_carrier_in(const Seal& seal, Id order, const std::string& sealed) {
    if (sealed == "{}") return {};
    const auto request = seal.open(sealed, "orders.request|" + std::to_string(order));
    if (!request) throw std::runtime_error(request.error().message);
    const auto read = parse_json(*request);
    const auto* name =
        read && read->is_object() ? read->get_object().if_contains("losing_carrier") : nullptr;
    return name && name->is_string() ? std::string(name->get_string()) : std::string();
}

void read_states(soci::session& sql, std::int64_t tenant, OrderTally& tally) {
    rows::read(
        sql,
        "select kind, state, count(*) from orders where tenant_id = :tenant and kind in ('port', "
        "'purchase') "
        "group by kind, state",
        "ttn", rows::Values().number(tenant),
        [&](const rows::Row& row) {
            tally.add_state(
                enum_from<OrderKind>(row[0].text), enum_from<OrderState>(row[1].text), row[2].number
            );
        }
    );
}

constexpr const char* line_columns =
    "t.order_id, o.kind, o.parent_id, o.stage, t.at, t.kind, t.data";
FiguredLine line_of(const rows::Row& row) {
    return {
        .order = row[0].number,
        .kind = enum_from<OrderKind>(row[1].text),
        .is_part = row[2].number != 0,
        .in_parts = row[3].text == "parts",
        .at = Instant{std::chrono::milliseconds{row[4].number}},
        .what = row[5].text,
        .data = row[6].text
    };
}

void read_lines(soci::session& sql, std::int64_t tenant, FiguresSpan span, OrderTally& tally) {
    // By their ids, which have the time in them; a line may have been given its id a little before
    // or after the time that it says.
    constexpr std::chrono::minutes around{10};
    rows::read(
        sql,
        std::string("select ") + line_columns +
            " from timeline t join orders o on o.id = t.order_id where t.id >= :since and t.id < "
            ":until "
            "and t.tenant_id = :tenant and t.kind in (" +
            kinds_of_lines() + ") order by t.id",
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
        std::string("select ") + line_columns +
            " from timeline t join orders o on o.id = t.order_id where t.order_id in (" + list +
            ") and t.kind in (" + kinds_of_lines() + ") order by t.order_id, t.id",
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
