// SPDX-License-Identifier: Apache-2.0
#include "store/queries.hpp"

#include <soci/soci.h>

#include <stdexcept>

#include <porteur/json.hpp>

#include "store/settings_tail.hpp"

namespace porteur::queries {
namespace {

Instant instant(long long stamp) { return Instant{std::chrono::milliseconds{stamp}}; }
std::optional<Instant> instant(const std::optional<long long>& stamp) {
    if (!stamp) return std::nullopt;
    return instant(*stamp);
}

template <class E>
E enum_from(const std::string& text) {
    E value{};
    if (!boost::describe::enum_from_string(text.c_str(), value))
        throw std::runtime_error("the store has the unknown word " + quoted(text));
    return value;
}

std::string opened(const Seal& seal, const std::string& sealed, const std::string& place) {
    if (sealed == "{}") return sealed;  // writer.cpp: nothing to hide
    auto plain = seal.open(sealed, place);
    if (!plain) throw std::runtime_error(place + ": " + plain.error().message);
    return std::move(*plain);
}

/// One column of a query, bound by position.
struct Cell {
    long long number = 0;
    std::string text;
    soci::indicator state = soci::i_ok;
    std::optional<long long> optional_number() const {
        if (state == soci::i_null) return std::nullopt;
        return number;
    }
};

bool is_sqlite(soci::session& sql) { return sql.get_backend_name() == "sqlite3"; }

void bind(SqliteStatement& statement, const Values& values) {
    int place = 0;
    for (const auto number : values.numbers) statement.bind(++place, number);
    for (const auto& text : values.texts) statement.bind(++place, text);
}

/// @param columns  as of run()
void read_cells(const SqliteStatement::Row& row, std::string_view columns, std::vector<Cell>& cells) {
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const auto column = static_cast<int>(at);
        cells[at].state = row.is_null(column) ? soci::i_null : soci::i_ok;
        if (columns[at] == 'n')
            cells[at].number = row.number(column);
        else
            cells[at].text = row.text(column);
    }
}

/// Runs a query whose columns are given as 'n' (number) and 't' (text), and calls `each` for every row.
template <class Each>
void run(soci::session& sql, const std::string& query, std::string_view columns, const Values& values, Each each, Keep keep = Keep::no) {
    std::vector<Cell> cells(columns.size());
    if (keep == Keep::yes && is_sqlite(sql)) {
        SqliteStatement statement(sql, query, keep);
        bind(statement, values);
        return statement.each([&](const SqliteStatement::Row& row) {
            read_cells(row, columns, cells);
            each(cells);
            return true;
        });
    }
    soci::statement statement(sql);
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (columns[at] == 'n')
            statement.exchange(soci::into(cells[at].number, cells[at].state));
        else
            statement.exchange(soci::into(cells[at].text, cells[at].state));
    }
    std::vector<long long> numbers(values.numbers.begin(), values.numbers.end());
    for (auto& number : numbers) statement.exchange(soci::use(number));
    for (const auto& text : values.texts) statement.exchange(soci::use(text));
    statement.alloc();
    statement.prepare(query);
    statement.define_and_bind();
    if (statement.execute(true)) do each(cells);
        while (statement.fetch());
}

/// Settings that were too long for each operation's own row (writer.cpp).
void join_settings(soci::session& sql, const Seal& seal, Operation& operation) {
    auto reference = tail_reference(operation.input);
    if (!reference) return;
    bool found = false;
    run(sql, "select content from operation_settings where name = :name", "t", {{}, {reference->name}},
        [&](const std::vector<Cell>& row) {
            operation.input =
                std::move(reference->beginning) + opened(seal, row[0].text, "operation_settings|" + reference->name);
            found = true;
        });
    if (!found) throw std::runtime_error("the settings of operation " + std::to_string(operation.id) + " are not there");
}

}  // namespace

std::vector<DueOrder> due_orders(soci::session& sql) {
    std::vector<DueOrder> out;
    run(sql,
        "select id, due_at, case when stage in ('preflight', 'release') then losing_account else account end "
        "from orders where at_rest = 0 and due_at is not null order by due_at",
        "nnt", {}, [&](const std::vector<Cell>& row) {
            out.push_back({row[0].number, instant(row[1].number), row[2].text});
        });
    return out;
}

std::vector<OpenOperation> open_operations(soci::session& sql) {
    std::vector<OpenOperation> out;
    run(sql,
        "select operations.id, orders.id, operations.account, operations.build from orders "
        "join operations on operations.id = orders.open_operation "
        "where orders.at_rest = 0 and orders.open_operation <> 0 and operations.state = 'open' order by operations.id",
        "nntt", {}, [&](const std::vector<Cell>& row) {
            out.push_back({row[0].number, row[1].number, row[2].text, row[3].text});
        });
    return out;
}

Listed listed(const OrderFilter& filter, Id before, int limit) {
    Listed made{"where id < :before", {{before == 0 ? INT64_MAX : before}, {}}};
    if (filter.tenant) {
        made.where += " and tenant_id = :tenant";
        made.values.numbers.push_back(*filter.tenant);
    }
    const auto word = [&](const char* column, std::string text) {
        made.where += std::string(" and ") + column + " = :" + column;
        made.values.texts.push_back(std::move(text));
    };
    if (filter.kind) word("kind", boost::describe::enum_to_string(*filter.kind, ""));
    if (filter.state) word("state", boost::describe::enum_to_string(*filter.state, ""));
    if (filter.delivery) word("delivery", boost::describe::enum_to_string(*filter.delivery, ""));
    made.where += " order by id desc limit " + std::to_string(limit);
    return made;
}

std::vector<Order> orders(soci::session& sql, const Seal& seal, const std::string& where, const Values& values, Keep keep) {
    std::vector<Order> out;
    run(sql,
        "select id, tenant_id, shard, kind, reference, account, losing_account, state, delivery, stage, due_at, "
        "open_operation, attempt, tries, carrier_id, version, created_at, updated_at, submitted_at, request, "
        "progress, problem, parent_id from orders " + where,
        "nnnttttttt" "nnnntnnnntttn", values, [&](const std::vector<Cell>& row) {
            Order order;
            order.id = row[0].number;
            order.tenant = row[1].number;
            order.shard = static_cast<int>(row[2].number);
            order.kind = enum_from<OrderKind>(row[3].text);
            order.reference = row[4].text;
            order.account = row[5].text;
            order.losing_account = row[6].text;
            order.state = enum_from<OrderState>(row[7].text);
            order.delivery = enum_from<Delivery>(row[8].text);
            order.stage = enum_from<Stage>(row[9].text);
            order.due = instant(row[10].optional_number());
            order.open_operation = row[11].number;
            order.attempt = row[12].number;
            order.tries = row[13].number;
            order.carrier_id = row[14].text;
            order.version = row[15].number;
            order.created = instant(row[16].number);
            order.updated = instant(row[17].number);
            order.submitted = instant(row[18].optional_number());
            order.request = opened(seal, row[19].text, "orders.request|" + std::to_string(order.id));
            order.progress = opened(seal, row[20].text, "orders.progress|" + std::to_string(order.id));
            order.problem = row[21].text;
            order.parent = row[22].number;
            out.push_back(std::move(order));
        },
        keep);
    return out;
}

std::vector<Operation> operations(soci::session& sql, const Seal& seal, const std::string& where, std::int64_t id) {
    std::vector<Operation> out;
    run(sql,
        "select id, order_id, tenant_id, shard, account, name, build, state, input, output, deaths, began_at, ended_at "
        "from operations " + where,
        "nnnntttttt" "nnn", {{id}, {}}, [&](const std::vector<Cell>& row) {
            Operation operation;
            operation.id = row[0].number;
            operation.order = row[1].number;
            operation.tenant = row[2].number;
            operation.shard = static_cast<int>(row[3].number);
            operation.account = row[4].text;
            operation.name = row[5].text;
            operation.build = row[6].text;
            const auto state = operation_state_from(row[7].text);
            if (!state) throw std::runtime_error("the store has the unknown word " + quoted(row[7].text));
            operation.state = *state;
            // Empty once it was compacted.
            operation.input = row[8].text.empty()
                                  ? "{}"
                                  : opened(seal, row[8].text, "operations.input|" + std::to_string(operation.id));
            operation.output = opened(seal, row[9].text, "operations.output|" + std::to_string(operation.id));
            operation.deaths = row[10].number;
            operation.began = instant(row[11].number);
            operation.ended = instant(row[12].optional_number());
            out.push_back(std::move(operation));
        });
    for (auto& each : out) join_settings(sql, seal, each);
    return out;
}

std::vector<JournalPiece> journal(soci::session& sql, const Seal& seal, Id operation) {
    std::vector<JournalPiece> out;
    run(sql, "select position, tenant_id, payload from journal where operation_id = :operation order by position", "nnt",
        {{operation}, {}}, [&](const std::vector<Cell>& row) {
            out.push_back({operation, row[1].number, row[0].number,
                           opened(seal, row[2].text,
                                  "journal|" + std::to_string(operation) + "|" + std::to_string(row[0].number))});
        });
    return out;
}

std::vector<TimelineEntry> entries(soci::session& sql, const std::string& where, const Values& values) {
    std::vector<TimelineEntry> out;
    run(sql, "select id, order_id, tenant_id, at, source, kind, text, data from timeline " + where, "nnnntttt", values,
        [&](const std::vector<Cell>& row) {
            out.push_back({row[0].number, row[1].number, row[2].number, instant(row[3].number), row[4].text,
                           row[5].text, row[6].text, row[7].text});
        });
    return out;
}

std::optional<std::string> order_secret(soci::session& sql, const Seal& seal, Id order, const std::string& name) {
    std::optional<std::string> out;
    run(sql, "select value from order_secrets where order_id = :order_id and name = :name", "t", {{order}, {name}},
        [&](const std::vector<Cell>& row) {
            out = opened(seal, row[0].text, "order_secrets|" + std::to_string(order) + "|" + name);
        });
    return out;
}

std::optional<IdempotencyRecord> idempotency(soci::session& sql, const Seal& seal, std::int64_t tenant,
                                             const std::string& key, Keep keep) {
    std::optional<IdempotencyRecord> out;
    run(sql, "select fingerprint, status, body, at from idempotency where tenant_id = :tenant and idempotency_key = :key",
        "tntn", {{tenant}, {key}}, [&](const std::vector<Cell>& row) {
            out = IdempotencyRecord{tenant, key, row[0].text, static_cast<int>(row[1].number),
                                    opened(seal, row[2].text, "idempotency|" + key), instant(row[3].number)};
        },
        keep);
    return out;
}

std::vector<OutboxMail> mails(soci::session& sql, const Seal& seal, const std::string& where, const Values& values) {
    std::vector<OutboxMail> out;
    run(sql,
        "select operation_id, seq, tenant_id, order_id, message_id, phase, reply, recipients, mime, hash, tries, "
        "updated_at, reply_token, bounce from outbox " + where,
        "nnnnttttttnntt", values, [&](const std::vector<Cell>& row) {
            out.push_back({row[0].number, row[1].number, row[2].number, row[3].number, row[4].text, row[5].text,
                           row[6].text, row[7].text,
                           row[8].text.empty() ? std::string() : opened(seal, row[8].text, "outbox.mime|" + row[4].text),
                           row[9].text, row[10].number, instant(row[11].number), row[12].text, row[13].text});
        });
    return out;
}

std::vector<InboxMail> received(soci::session& sql, const Seal& seal, MailBytes bytes, const std::string& where, const Values& values) {
    std::vector<InboxMail> out;
    run(sql,
        "select id, mailbox, uid, tenant_id, received_at, sender, subject, message_id, order_id, matched_by, reason, "
        "proposals, reading, state, updated_at, " + std::string(bytes == MailBytes::read ? "raw" : "''") + " from inbox " + where,
        "nttnntttn" "tttttnt", values, [&](const std::vector<Cell>& row) {
            const auto place = std::to_string(row[0].number);
            InboxMail mail;
            mail.id = row[0].number;
            mail.mailbox = row[1].text;
            mail.uid = row[2].text;
            mail.tenant = row[3].number;
            mail.received = instant(row[4].number);
            mail.sender = row[5].text;
            mail.subject = opened(seal, row[6].text, "inbox.subject|" + place);
            mail.message_id = row[7].text;
            mail.order = row[8].number;
            mail.matched_by = row[9].text;
            mail.reason = row[10].text;
            mail.proposals = row[11].text;
            mail.reading = opened(seal, row[12].text, "inbox.reading|" + place);
            mail.state = row[13].text;
            mail.updated = instant(row[14].number);
            if (!row[15].text.empty()) mail.raw = opened(seal, row[15].text, "inbox.raw|" + place);
            out.push_back(std::move(mail));
        });
    return out;
}

std::vector<std::int64_t> numbers(soci::session& sql, const std::string& query, const Values& values) {
    std::vector<std::int64_t> out;
    run(sql, query, "n", values, [&](const std::vector<Cell>& row) { out.push_back(row[0].number); });
    return out;
}

std::vector<Id> open_parents(soci::session& sql) {
    // By the parts, of which there are few: an index over the parents' own states would be written at every
    // change of every order.
    return numbers(sql,
                   "select distinct c.parent_id from orders c join orders p on p.id = c.parent_id where c.parent_id <> 0 and "
                   "(c.at_rest = 0 or p.at_rest = 0)",
                   {});
}

std::map<std::string, std::int64_t> received_counts(soci::session& sql) {
    std::map<std::string, std::int64_t> out;
    run(sql, "select state, count(*) from inbox group by state", "tn", {},
        [&](const std::vector<Cell>& row) { out[row[0].text] = row[1].number; });
    return out;
}

std::map<std::string, std::int64_t> order_counts(soci::session& sql) {
    std::map<std::string, std::int64_t> out;
    run(sql, "select kind, state, delivery, count(*) from orders group by kind, state, delivery", "tttn", {},
        [&](const std::vector<Cell>& row) {
            out[row[0].text + "/" + row[1].text + "/" + row[2].text] = row[3].number;
        });
    return out;
}

std::vector<TokenRow> tokens(soci::session& sql, const std::string& where, const Values& values, Keep keep) {
    std::vector<TokenRow> out;
    run(sql, "select id, tenant_id, name, hash, scope, created_at, expires_at, revoked_at from tokens " + where, "nntttnnn",
        values, [&](const std::vector<Cell>& row) {
            out.push_back({row[0].number, row[1].number, row[2].text, row[3].text, row[4].text, instant(row[5].number),
                           instant(row[6].optional_number()), instant(row[7].optional_number())});
        },
        keep);
    return out;
}

std::vector<AwaitedEvent> awaited_events(soci::session& sql, std::int64_t lookup) {
    std::vector<AwaitedEvent> out;
    run(sql,
        "select operation_id, seq, order_id, tenant_id, lookup from awaited_events where lookup = :lookup "
        "order by operation_id, seq",
        "nnnnn", {{lookup}, {}}, [&](const std::vector<Cell>& row) {
            out.push_back({row[0].number, row[1].number, row[2].number, row[3].number, row[4].number});
        });
    return out;
}

std::vector<InboundEvent> inbound_events(soci::session& sql, const Seal& seal, const std::string& where, const Values& values) {
    std::vector<InboundEvent> out;
    run(sql, "select id, tenant_id, account, source, keys, body, at, taken_by from inbound_events " + where, "nnttttnn", values,
        [&](const std::vector<Cell>& row) {
            const auto place = std::to_string(row[0].number);
            InboundEvent event{.id = row[0].number, .tenant = row[1].number, .account = row[2].text, .source = row[3].text, .keys = {},
                               .body = opened(seal, row[5].text, "inbound_events.body|" + place), .at = instant(row[6].number),
                               .taken_by = row[7].number};
            const auto keys = parse_json(opened(seal, row[4].text, "inbound_events.keys|" + place));
            if (!keys || !keys->is_object()) throw std::runtime_error("the event " + place + " has no keys");
            for (const auto& pair : keys->get_object()) event.keys[std::string(pair.key())] = std::string(pair.value().as_string());
            out.push_back(std::move(event));
        });
    return out;
}

std::vector<EventOffer> event_offers(soci::session& sql) {
    std::vector<EventOffer> out;
    run(sql,
        "select distinct e.id, w.order_id from inbound_events e join inbound_event_keys k on k.event_id = e.id "
        "join awaited_events w on w.lookup = k.lookup where e.taken_by = 0 order by e.id, w.order_id",
        "nn", {}, [&](const std::vector<Cell>& row) { out.push_back({row[0].number, row[1].number}); });
    return out;
}

Compactable compactable(soci::session& sql, Id after, Id created_before, Instant ended_before, int limit) {
    // By the primary key, so that a pass over old ones costs no index of its own: an operation's end is
    // written thousands of times a second, its compaction once in months.
    Compactable out{.operations = {}, .last = after, .more = false};
    int seen = 0;
    run(sql,
        "select id, case when ended_at is not null and ended_at < :ended and input <> '' and state <> 'open' and "
        "state <> 'parked' then 1 else 0 end from operations where id > :after and id < :before order by id limit " + std::to_string(limit),
        "nn", {{ended_before.time_since_epoch().count(), after, created_before}, {}}, [&](const std::vector<Cell>& row) {
            ++seen;
            out.last = row[0].number;
            if (row[1].number != 0) out.operations.push_back(row[0].number);
        });
    out.more = seen == limit;
    return out;
}

std::vector<Id> events_before(soci::session& sql, Id before, int limit) {
    std::vector<Id> out;
    run(sql, "select id from inbound_events where id < :before order by id limit " + std::to_string(limit), "n", {{before}, {}},
        [&](const std::vector<Cell>& row) { out.push_back(row[0].number); });
    return out;
}

std::optional<DocumentRow> document(soci::session& sql, const std::string& id) {
    std::optional<DocumentRow> out;
    run(sql, "select tenant_id, about, created_at from documents where id = :id", "ntn", {{}, {id}},
        [&](const std::vector<Cell>& row) {
            auto about = from_text<DocumentRef>(row[1].text);
            if (!about) throw std::runtime_error("document " + id + ": " + about.error().message);
            out = DocumentRow{id, row[0].number, std::move(*about), instant(row[2].number)};
        });
    return out;
}

Id newest_id(soci::session& sql, const std::function<bool(const std::string&)>& has) {
    Id newest = 0;
    for (const char* table : {"orders", "operations", "timeline", "inbound_events", "webhooks"}) {
        if (has && !has(table)) continue;
        long long id = 0;
        sql << std::string("select coalesce(max(id), 0) from ") + table, soci::into(id);
        newest = std::max<Id>(newest, id);
    }
    return newest;
}

std::string dump(soci::session& sql, const Seal& seal) {
    std::string out;
    for (const auto& order : orders(sql, seal, "order by id", {})) {
        out += "order " + id_text(order.id) + " " + order.reference + " " +
               boost::describe::enum_to_string(order.state, "") + " " +
               boost::describe::enum_to_string(order.delivery, "") + " " + order.carrier_id + " " + order.request +
               " " + order.progress + "\n";
        for (const auto& operation : operations(sql, seal, "where order_id = :id order by id", order.id)) {
            out += "  operation " + operation.name + " " + std::string(name_of(operation.state)) + " " +
                   operation.input + " " + operation.output + "\n";
            for (const auto& piece : journal(sql, seal, operation.id))
                out += "    journal " + std::to_string(piece.position) + " " + std::to_string(piece.payload.size()) + "\n";
        }
        for (const auto& each : entries(sql, "where order_id = :id order by id", {{order.id}, {}}))
            out += "  entry " + each.kind + " " + each.text + "\n";
    }
    return out;
}

}  // namespace porteur::queries
