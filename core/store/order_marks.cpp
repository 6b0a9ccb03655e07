// SPDX-License-Identifier: Apache-2.0
#include "store/order_marks.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "store/figured_lines.hpp"
#include "store/queries.hpp"
#include "store/rows.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using namespace figured_lines;

/// In place of the tenths of a port that got no date.
constexpr std::int64_t no_date = -1'000'000;
constexpr std::size_t ids_at_once = 500;
/// By then whoever follows in small pieces has come some way.
constexpr seconds look_again_after{5};

constexpr std::string_view port_created = "port_created", purchase_created = "purchase_created",
                           port_completed = "port_completed",
                           purchase_completed = "purchase_completed", to_foc = "to_foc",
                           to_completed = "to_completed";

std::int64_t day_of(Instant at) { return floor<days>(at).time_since_epoch().count(); }
Instant beginning_of(std::int64_t day) { return sys_days{days{day}}; }

/// What is known of a port before its next line.
struct Mark {
    Instant sent{};
    bool confirmed = false, completed = false;
};

struct DayKey {
    std::int64_t tenant = 0, day = 0;
    std::string what, losing;
    std::int64_t tenths = 0;
    friend auto operator<=>(const DayKey&, const DayKey&) = default;
};
struct DayCount {
    std::int64_t times = 0;
    Id newest = 0;  ///< of the orders counted
};

struct RefusalRow {
    Id entry = 0;
    Reason code = Reason::other;
    std::int64_t tenant = 0;
    OrderKind kind = OrderKind::port;
    Id order = 0;
    std::int64_t day = 0, times = 0;
};

std::string text_of_kind(OrderKind kind) { return boost::describe::enum_to_string(kind, ""); }

/// A losing carrier that is none of ours stands here by a number made of its name, which is sealed
/// where it was typed.
std::string kept_key(const std::string& account, const std::string& carrier) {
    if (!account.empty()) return account;
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a, 64 bit
    for (const char letter : losing_key(account, carrier))
        hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    return "/" + std::to_string(hash);
}

/// "1, 2, 3", in pieces that fit in a statement.
template <class Ids, class Each>
void in_lists(const Ids& ids, Each each) {
    std::string list;
    std::size_t count = 0;
    for (const Id id : ids) {
        list += (list.empty() ? "" : ", ") + std::to_string(id);
        if (++count % ids_at_once == 0) each(std::exchange(list, {}));
    }
    if (!list.empty()) each(list);
}

}  // namespace

struct OrderMarks::Piece {
    struct Line {
        Id entry = 0;
        std::int64_t tenant = 0;
        FiguredLine line;
    };
    Id from = 0, to = 0;  ///< followed before, and with it
    bool is_last = true;
    std::vector<Line> lines;
    std::map<Id, Mark> marks;
    std::map<Id, std::string> losing;  ///< of the ports that came to a date or an end

    std::map<DayKey, DayCount> days;
    std::vector<RefusalRow> refusals;
    std::set<Id> changed, in_parts;

    void count(
        const Line& each, std::string_view what, std::string losing_carrier = {},
        std::int64_t tenths = 0
    ) {
        auto& place = days[{
            each.tenant, day_of(each.line.at), std::string(what), std::move(losing_carrier), tenths
        }];
        ++place.times;
        place.newest = std::max(place.newest, each.line.order);
    }

    void take_in(const Line& each) {
        const auto& line = each.line;
        const bool port = line.kind == OrderKind::port;
        const auto said = said_in(line);
        if (said.created) count(each, port ? port_created : purchase_created);
        if (said.completed) count(each, port ? port_completed : purchase_completed);
        for (const auto& [code, times] : said.refusals)
            refusals.push_back(
                {each.entry, code, each.tenant, line.kind, line.order, day_of(line.at), times}
            );
        if (line.in_parts) in_parts.insert(line.order);
        if (!port || !said.sends) return;
        auto [place, is_new] = marks.try_emplace(line.order, Mark{.sent = line.at});
        auto& mark = place->second;
        if (is_new) changed.insert(line.order);
        if (said.to_confirmed && !std::exchange(mark.confirmed, true)) {
            count(
                each, to_foc, losing[line.order],
                said.foc ? tenths_to_foc(mark.sent, *said.foc) : no_date
            );
            changed.insert(line.order);
        }
        if (said.to_completed && !std::exchange(mark.completed, true)) {
            count(each, to_completed, losing[line.order], tenths_between(mark.sent, line.at));
            changed.insert(line.order);
        }
    }

    void write(soci::session& sql) const {
        const auto moved = rows::change(
            sql, "update order_follower set followed = :to where id = 1 and followed = :from",
            rows::Values().number(to).number(from)
        );
        if (moved != 1) throw std::runtime_error("the timelines were followed by somebody else");
        for (const auto& [key, each] : days)
            rows::change(
                sql,
                "insert into order_days (tenant_id, day, what, losing, tenths, times, newest) "
                "values (:tenant, :day, :what, :losing, :tenths, :times, :newest) "
                "on conflict (tenant_id, day, what, losing, tenths) do update set times = "
                "order_days.times + excluded.times, "
                "newest = case when excluded.newest > order_days.newest then excluded.newest else "
                "order_days.newest end",
                rows::Values()
                    .number(key.tenant)
                    .number(key.day)
                    .text(key.what)
                    .text(key.losing)
                    .number(key.tenths)
                    .number(each.times)
                    .number(each.newest)
            );
        for (const auto& each : refusals)
            rows::change(
                sql,
                "insert into order_refusals (entry_id, code, tenant_id, kind, order_id, day, "
                "times) "
                "values (:entry, :code, :tenant, :kind, :order, :day, :times)",
                rows::Values()
                    .number(each.entry)
                    .text(std::string(text_of(each.code)))
                    .number(each.tenant)
                    .text(text_of_kind(each.kind))
                    .number(each.order)
                    .number(each.day)
                    .number(each.times)
            );
        for (const Id id : changed) {
            const auto& mark = marks.at(id);
            rows::change(
                sql,
                "insert into order_marks (order_id, sent_at, confirmed, completed) values (:id, "
                ":sent, :confirmed, :completed) "
                "on conflict (order_id) do update set confirmed = excluded.confirmed, completed = "
                "excluded.completed",
                rows::Values()
                    .number(id)
                    .number(mark.sent.time_since_epoch().count())
                    .number(mark.confirmed ? 1 : 0)
                    .number(mark.completed ? 1 : 0)
            );
        }
        // Since its parts carry it out, what its carrier says is said of them.
        in_lists(in_parts, [&](const std::string& list) {
            rows::change(sql, "delete from order_refusals where order_id in (" + list + ")");
        });
    }
};

Result<OrderMarks::Piece> OrderMarks::read_piece() {
    Piece piece;
    auto done = access_.read_with([&](soci::session& sql) {
        rows::read(
            sql, "select followed from order_follower where id = 1", "n", {},
            [&](const rows::Row& row) { piece.from = row[0].number; }
        );
        // Taken first: lines that come meanwhile are the next piece's.
        rows::read(
            sql, "select coalesce(max(id), 0) from timeline", "n", {},
            [&](const rows::Row& row) { piece.to = row[0].number; }
        );
        if (piece.to <= piece.from) {
            piece.to = piece.from;
            return;
        }
        rows::read(
            sql,
            std::string("select ") + columns +
                ", t.id, t.tenant_id from timeline t join orders o on o.id = t.order_id "
                "where t.id > :from and t.id <= :to and t.kind in (" +
                kinds() + ", 'port.split') order by t.id limit " + std::to_string(lines_at_once),
            std::string(column_types) + "nn", rows::Values().number(piece.from).number(piece.to),
            [&](const rows::Row& row) {
                piece.lines.push_back(
                    {.entry = row[7].number, .tenant = row[8].number, .line = line_of(row)}
                );
            }
        );
        piece.is_last = piece.lines.size() < lines_at_once;
        if (!piece.is_last) piece.to = piece.lines.back().entry;
        std::set<Id> orders, losing;
        for (const auto& each : piece.lines) {
            if (each.line.kind != OrderKind::port) continue;
            orders.insert(each.line.order);
            const auto said = said_in(each.line);
            if (said.to_confirmed || said.to_completed) losing.insert(each.line.order);
        }
        in_lists(orders, [&](const std::string& list) {
            rows::read(
                sql,
                "select order_id, sent_at, confirmed, completed from order_marks where order_id in "
                "(" +
                    list + ")",
                "nnnn", {},
                [&](const rows::Row& row) {
                    piece.marks[row[0].number] = {
                        .sent = Instant{milliseconds{row[1].number}},
                        .confirmed = row[2].number != 0,
                        .completed = row[3].number != 0
                    };
                }
            );
        });
        in_lists(losing, [&](const std::string& list) {
            rows::read(
                sql, "select id, losing_account, request from orders where id in (" + list + ")",
                "ntt", {},
                [&](const rows::Row& row) {
                    piece.losing[row[0].number] = kept_key(
                        row[1].text,
                        row[1].text.empty()
                            ? losing_carrier(row[0].number, row[2].text)
                            : ""
                    );
                }
            );
        });
    });
    if (!done) return std::unexpected(std::move(done).error());
    for (const auto& each : piece.lines) piece.take_in(each);
    return piece;
}

std::string OrderMarks::losing_carrier(Id order, const std::string& sealed) {
    try {
        return losing_carrier_in(access_.seal(), order, sealed);
    } catch (const std::runtime_error& wrong) {
        // One order does not keep all others from being counted.
        if (warn_ && !warned_.exchange(true))
            warn_(
                "orders in numbers: the request of order " + id_text(order) + " does not open (" +
                wrong.what() + "): it, and any other like it, counts without its losing carrier"
            );
        return {};
    }
}

bool OrderMarks::name_losing(
    soci::session& sql, const std::string& losing, Id order, OrderTally& tally
) {
    bool named = false;
    rows::read(
        sql, "select losing_account, request from orders where id = :id", "tt",
        rows::Values().number(order),
        [&](const rows::Row& row) {
            auto carrier = losing_carrier(order, row[1].text);
            named = kept_key(row[0].text, carrier) == losing;
            if (named) tally.name_losing(losing, row[0].text, std::move(carrier));
        }
    );
    return named;
}

Result<bool> OrderMarks::follow(std::int64_t lines_max) {
    const std::lock_guard lock(following_);
    for (std::int64_t taken = 0; taken < lines_max && !stopped_;) {
        auto piece = read_piece();
        if (!piece) return std::unexpected(std::move(piece).error());
        if (piece->to == piece->from) return true;
        auto done = access_.change_with([&](soci::session& sql) { piece->write(sql); });
        if (!done) return std::unexpected(std::move(done).error());
        if (piece->is_last) return true;
        taken += std::ssize(piece->lines);
    }
    return false;
}

Result<void> OrderMarks::catch_up() {
    const auto all = follow(lines_awaited_max);
    if (!all) return std::unexpected(all.error());
    if (*all) return {};
    Error later;
    later.kind = ErrorKind::unavailable;
    later.message = phrase("what happened to the orders is being counted; try again in a moment");
    later.retry_after = look_again_after;
    return std::unexpected(std::move(later));
}

Result<OrderFigures> OrderMarks::figures(std::int64_t tenant, FiguresSpan span) {
    span = in_whole_days(span);
    if (auto all = catch_up(); !all) return std::unexpected(std::move(all).error());
    OrderTally tally(span);
    const auto within = [&] {
        return rows::Values().number(tenant).number(day_of(span.since)).number(day_of(span.until));
    };
    auto done = access_.read_with([&](soci::session& sql) {
        read_states(sql, tenant, tally);
        rows::read(
            sql,
            "select day, what, sum(times) from order_days where tenant_id = :tenant and day >= "
            ":since and day < :until "
            "and losing = '' and what not in ('to_foc', 'to_completed') group by day, what",
            "ntn", within(),
            [&](const rows::Row& row) {
                const auto day = beginning_of(row[0].number);
                if (row[1].text == port_created)
                    tally.add_created(OrderKind::port, day, row[2].number);
                if (row[1].text == purchase_created)
                    tally.add_created(OrderKind::purchase, day, row[2].number);
                if (row[1].text == port_completed)
                    tally.add_completed(OrderKind::port, day, row[2].number);
                if (row[1].text == purchase_completed)
                    tally.add_completed(OrderKind::purchase, day, row[2].number);
            }
        );
        std::map<std::string, Id> newest;
        rows::read(
            sql,
            "select what, losing, tenths, sum(times), max(newest) from order_days where tenant_id "
            "= :tenant and day >= :since "
            "and day < :until and what in ('to_foc', 'to_completed') group by what, losing, tenths",
            "ttnnn", within(),
            [&](const rows::Row& row) {
                const auto tenths = row[2].number;
                if (row[0].text == to_foc)
                    tally.add_confirmed(
                        row[1].text,
                        tenths == no_date ? std::nullopt : std::optional<std::int64_t>(tenths),
                        row[3].number
                    );
                else
                    tally.add_ported(row[1].text, tenths, row[3].number);
                auto& known = newest[row[1].text];
                known = std::max<Id>(known, row[4].number);
            }
        );
        // A carrier's name is as the newest order has it that still has this carrier.
        for (const auto& [losing, order] : newest) {
            if (name_losing(sql, losing, order, tally)) continue;
            std::vector<Id> others;
            rows::read(
                sql,
                "select distinct newest from order_days where tenant_id = :tenant and day >= "
                ":since and day < :until and losing = :losing and newest <> :known order by newest "
                "desc",
                "n",
                within().text(losing).number(order),
                [&](const rows::Row& row) { others.push_back(row[0].number); }
            );
            const bool named = std::ranges::any_of(others, [&](Id other) {
                return name_losing(sql, losing, other, tally);
            });
            if (!named && !losing.starts_with('/')) tally.name_losing(losing, losing, {});
        }
        rows::read(
            sql,
            "select kind, code, sum(times) from order_refusals where tenant_id = :tenant and day "
            ">= :since and day < :until "
            "group by kind, code",
            "ttn", within(),
            [&](const rows::Row& row) {
                tally.add_refusals(
                    enum_from<OrderKind>(row[0].text),
                    reason_from(row[1].text).value_or(Reason::other), row[2].number
                );
            }
        );
    });
    if (!done) return std::unexpected(std::move(done).error());
    return tally.figures();
}

Result<std::vector<Order>> OrderMarks::refused(
    const OrderFilter& filter, Reason code, Id before, int limit
) {
    if (auto all = catch_up(); !all) return std::unexpected(std::move(all).error());
    return asked<std::vector<Order>>(access_, [&](soci::session& sql) {
        const auto tenant = filter.tenant.value_or(0);
        const auto kind = text_of_kind(filter.kind.value_or(OrderKind::port));
        const auto last = before == 0 ? INT64_MAX : before;
        queries::Values values{{last, tenant, tenant, last}, {}};
        std::string where =
            "where id < :before and tenant_id = :tenant and id in (select r.order_id from "
            "order_refusals r "
            "where r.tenant_id = :whose and r.order_id < :last and r.kind = '" +
            kind + "' and r.code = '" + std::string(text_of(code)) + "')";
        const auto word = [&](const char* column, std::string text) {
            where += std::string(" and ") + column + " = :" + column;
            values.texts.push_back(std::move(text));
        };
        if (filter.state) word("state", boost::describe::enum_to_string(*filter.state, ""));
        if (filter.delivery)
            word("delivery", boost::describe::enum_to_string(*filter.delivery, ""));
        return queries::orders(
            sql, access_.seal(), where + " order by id desc limit " + std::to_string(limit), values
        );
    });
}

}  // namespace porteur
