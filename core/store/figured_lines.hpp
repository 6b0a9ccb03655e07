// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lines of timelines that are counted, as they are read: for the counts that are kept, and for
// those that are made of the lines themselves.

#include <map>
#include <stdexcept>
#include <string>

#include <porteur/json.hpp>

#include "domain/order_figures.hpp"
#include "store/at_rest.hpp"
#include "store/rows.hpp"
#include "store/seal.hpp"

namespace porteur::figured_lines {

template <class E>
E enum_from(const std::string& text) {
    E value{};
    if (!boost::describe::enum_from_string(text.c_str(), value))
        throw std::runtime_error("the store has the unknown word " + quoted(text));
    return value;
}

/// 'port.created', 'purchase.created', ...
inline std::string kinds() {
    std::string out;
    for (const auto kind : {"port.", "purchase."})
        for (const auto word : figured_words())
            out += (out.empty() ? "'" : ", '") + std::string(kind) + std::string(word) + "'";
    return out;
}

/// Of timeline t with its order o.
inline constexpr const char* columns =
    "t.order_id, o.kind, o.parent_id, o.stage, t.at, t.kind, t.data";
inline constexpr const char* column_types = "ntntntt";
inline FiguredLine line_of(const rows::Row& row) {
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

/// Throws std::runtime_error when the request does not open.
inline std::string losing_carrier_in(const Seal& seal, Id order, const std::string& sealed) {
    if (sealed == "{}") return {};
    const auto request = seal.open(sealed, "orders.request|" + std::to_string(order));
    if (!request) throw std::runtime_error(request.error().message);
    const auto read = parse_json(*request);
    const auto* name =
        read && read->is_object() ? read->get_object().if_contains("losing_carrier") : nullptr;
    return name && name->is_string() ? std::string(name->get_string()) : std::string();
}

/// How many orders of an account have ended as what. All that is asked for stands in an index.
inline std::string at_rest_question() {
    return "select kind, at_rest, count(*) from orders where at_rest > 0 and tenant_id = :tenant "
           "and kind in ('port', 'purchase') group by kind, at_rest";
}

/// Where the orders of an account stand now: most have ended.
inline void read_states(soci::session& sql, std::int64_t tenant, OrderTally& tally) {
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    const auto of_tenant = rows::Values().number(tenant);
    rows::read(sql, at_rest_question(), "tnn", of_tenant, [&](const rows::Row& row) {
        const auto* state = boost::describe::enum_to_string(at_rest::state_of(row[1].number), "");
        counts[{row[0].text, state}] += row[2].number;
    });
    // "+": not by the index of references, which has all of the account's.
    rows::read(
        sql,
        "select kind, state, count(*) from orders where at_rest = 0 and +tenant_id = :tenant and "
        "kind in ('port', 'purchase') group by kind, state",
        "ttn", of_tenant,
        [&](const rows::Row& row) {
            counts[{row[0].text, row[1].text}] += row[2].number;
        }
    );
    for (const auto& [words, count] : counts)
        tally.add_state(
            enum_from<OrderKind>(words.first), enum_from<OrderState>(words.second), count
        );
}

}  // namespace porteur::figured_lines
