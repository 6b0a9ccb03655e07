// SPDX-License-Identifier: Apache-2.0
#include "store/number_queries.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <unordered_map>

namespace porteur::queries {
namespace {

constexpr std::string_view row_columns =
    "id, class_id, tenant_id, used_by, features, tags, custom, cost, order_id, first_call_at, carrier_id, "
    "source, note, created_at, updated_at, version";
constexpr std::size_t trigram = 3;

Instant instant_of(long long stamp) { return Instant{std::chrono::milliseconds{stamp}}; }

/// A statement with the values of its placeholders.
class Question {
public:
    explicit Question(Dialect dialect) : dialect_(dialect) {}

    std::string text;

    /// The placeholder of a value.
    std::string value(long long number) {
        numbers_.push_back({name(), number});
        return ":" + numbers_.back().name;
    }
    std::string value(std::string given) {
        texts_.push_back({name(), std::move(given)});
        return ":" + texts_.back().name;
    }
    /// "column contains the text"; both folded.
    std::string contains(const std::string& column, const std::string& part) {
        return (dialect_ == Dialect::sqlite ? "instr(" : "strpos(") + column + ", " + value(part) + ") > 0";
    }
    Dialect dialect() const noexcept { return dialect_; }

    void bind(soci::statement& statement) {
        for (auto& each : numbers_) statement.exchange(soci::use(each.value, each.name));
        for (auto& each : texts_) statement.exchange(soci::use(each.value, each.name));
    }
    void bind(sqlite_api::sqlite3_stmt* statement) const {
        const auto at = [statement](const std::string& name) {
            return sqlite_api::sqlite3_bind_parameter_index(statement, (":" + name).c_str());
        };
        for (const auto& each : numbers_) sqlite_api::sqlite3_bind_int64(statement, at(each.name), each.value);
        for (const auto& each : texts_)
            sqlite_api::sqlite3_bind_text(
                statement, at(each.name), each.value.c_str(), static_cast<int>(each.value.size()), nullptr
            );
    }

private:
    template <class Value>
    struct Bound {
        std::string name;
        Value value;
    };
    std::string name() const { return "v" + std::to_string(numbers_.size() + texts_.size()); }

    Dialect dialect_;
    std::deque<Bound<long long>> numbers_;
    std::deque<Bound<std::string>> texts_;
};

std::string list_of(const std::vector<std::int64_t>& numbers) {
    std::string out;
    for (const auto each : numbers) {
        if (!out.empty()) out += ',';
        out += std::to_string(each);
    }
    return out;
}

/// What a row must be besides, each condition after an "and".
std::string conditions(Question& ask, const KeyScan& scan) {
    std::string out;
    const auto add = [&out](const std::string& condition) { out += " and " + condition; };
    if (!scan.only_classes.empty()) add("class_id in (" + list_of(scan.only_classes) + ")");
    if (!scan.only_tenants.empty()) add("tenant_id in (" + list_of(scan.only_tenants) + ")");
    if (!scan.number_has.empty()) add(ask.contains("number", scan.number_has));
    if (!scan.used_has.empty()) add(ask.contains("used_key", scan.used_has));
    if (!scan.any_has.empty())
        add("(" + ask.contains("number", scan.any_has) + " or " + ask.contains("used_key", scan.any_has) + ")");
    for (const auto& tag : scan.tags) add(ask.contains("' ' || tags || ' '", " " + tag + " "));
    return out;
}

std::string from_and_to(const KeyScan& scan, const std::string& column = "id") {
    auto out = column + " >= " + std::to_string(scan.from);
    if (scan.to != 0) out += " and " + column + " < " + std::to_string(scan.to);
    return out;
}

std::string in_order(const KeyScan& scan, const std::string& column = "id") {
    return " order by " + column + (scan.descending ? " desc" : "") + " limit " + std::to_string(scan.limit);
}

std::vector<NumberKey> ask_keys(soci::session& sql, Question& ask) {
    std::vector<NumberKey> out;
    long long key = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(key));
    ask.bind(statement);
    statement.alloc();
    statement.prepare(ask.text);
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) out.push_back(key);
    return out;
}

/// The keys of each id's stretch of an index, merged.
std::vector<NumberKey> keys_of_each(soci::session& sql, const KeyScan& scan, const std::string& column) {
    if (sql.get_backend_name() == "postgresql") {
        Question ask(Dialect::postgresql);
        const auto besides = conditions(ask, scan);
        ask.text = "select found.id from unnest(array[" + list_of(scan.ids) +
                   "]::bigint[]) as wanted(one) cross join lateral (select id from numbers where " + column +
                   " = wanted.one and " + from_and_to(scan) + besides + in_order(scan) + ") as found" +
                   in_order(scan, "found.id");
        return ask_keys(sql, ask);
    }
    std::vector<NumberKey> out;
    Question ask(Dialect::sqlite);
    const auto besides = conditions(ask, scan);
    long long wanted = 0, key = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(key));
    statement.exchange(soci::use(wanted, "wanted"));
    ask.bind(statement);
    statement.alloc();
    statement.prepare("select id from numbers where " + column + " = :wanted and " + from_and_to(scan) + besides + in_order(scan));
    statement.define_and_bind();
    for (const auto each : scan.ids) {
        wanted = each;
        statement.execute();
        while (statement.fetch()) out.push_back(key);
    }
    const auto wanted_count = std::min(out.size(), static_cast<std::size_t>(scan.limit));
    const auto end = out.begin() + static_cast<std::ptrdiff_t>(wanted_count);
    if (scan.descending)
        std::ranges::partial_sort(out, end, std::greater{});
    else
        std::ranges::partial_sort(out, end);
    out.resize(wanted_count);
    return out;
}

/// Each three letters that follow one another, as FTS5 is asked for them.
void add_trigrams(std::string& match, const std::string& text) {
    std::vector<std::size_t> letters;  // where each begins
    for (std::size_t at = 0; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U) letters.push_back(at);
    letters.push_back(text.size());
    for (std::size_t at = 0; at + trigram < letters.size(); ++at) {
        if (!match.empty()) match += " AND ";
        match += '"';
        for (auto byte = letters[at]; byte < letters[at + trigram]; ++byte) {
            match += text[byte];
            if (text[byte] == '"') match += '"';
        }
        match += '"';
    }
}

/// The pattern of "contains".
std::string like_pattern(const std::string& text) {
    std::string out = "%";
    for (const char letter : text) {
        if (letter == '%' || letter == '_' || letter == '\\') out += '\\';
        out += letter;
    }
    return out + "%";
}

std::vector<NumberKey> keys_with_text(soci::session& sql, Dialect dialect, const KeyScan& scan) {
    Question ask(dialect);
    if (dialect == Dialect::postgresql) {
        // Found by the index and sorted then: for a small limit the planner would rather read the whole
        // table in its order and hope.
        std::string like;
        if (!scan.number_has.empty()) like += " and number like " + ask.value(like_pattern(scan.number_has));
        if (!scan.used_has.empty()) like += " and used_key like " + ask.value(like_pattern(scan.used_has));
        if (!scan.any_has.empty())
            like += " and (number like " + ask.value(like_pattern(scan.any_has)) + " or used_key like " +
                    ask.value(like_pattern(scan.any_has)) + ")";
        auto besides = scan;
        besides.number_has.clear();
        besides.used_has.clear();
        besides.any_has.clear();
        ask.text = "with found as materialized (select id from numbers where " + from_and_to(scan) + like +
                   conditions(ask, besides) + ") select id from found" + in_order(scan);
        return ask_keys(sql, ask);
    }
    std::string match;
    for (const auto* part : {&scan.number_has, &scan.used_has, &scan.any_has}) add_trigrams(match, *part);
    const auto besides = conditions(ask, scan);
    ask.text = "select number_search.rowid from number_search cross join numbers on numbers.id = number_search.rowid "
               "where number_search match " +
               ask.value(match) + " and " + from_and_to(scan, "number_search.rowid") + besides +
               in_order(scan, "number_search.rowid");
    // Both tables have columns of these names.
    for (const auto* name : {"number,", "used_key,"})
        for (auto at = ask.text.find(std::string("instr(") + name); at != std::string::npos;
             at = ask.text.find(std::string("instr(") + name, at))
            ask.text.insert(at + 6, "numbers.");
    return ask_keys(sql, ask);
}

/// Along the rows, and no further than a bounded number of them.
KeysFound keys_nearby(soci::session& sql, Question& ask, const KeyScan& scan, const std::string& besides) {
    KeysFound found;
    const auto looked = scan.descending ? "min(id)" : "max(id)";
    const auto stretch = "select id from numbers where " + from_and_to(scan) + " order by id" +
                         (scan.descending ? " desc" : "") + " limit " + std::to_string(scan.look_at_most);
    long long last = 0, count = 0;
    soci::indicator state = soci::i_ok;
    sql << "select " << looked << ", count(*) from (" << stretch << ") as stretch", soci::into(last, state), soci::into(count);
    if (count == 0) return found;
    auto near = scan;
    if (count == scan.look_at_most) {
        found.looked_to = last;
        if (scan.descending)
            near.from = last;
        else
            near.to = last + 1;
    }
    ask.text = "select id from numbers where " + from_and_to(near) + besides + in_order(near);
    found.keys = ask_keys(sql, ask);
    return found;
}

/// A row of `numbers` on its way out.
struct RowOut {
    long long key = 0, class_id = 0, tenant = 0, order = 0, first_call = 0, created = 0, updated = 0, version = 0;
    soci::indicator called = soci::i_ok;
    NumberRow row;

    void into(soci::statement& statement) {
        statement.exchange(soci::into(key));
        statement.exchange(soci::into(class_id));
        statement.exchange(soci::into(tenant));
        statement.exchange(soci::into(row.used_by));
        statement.exchange(soci::into(row.features));
        statement.exchange(soci::into(row.tags));
        statement.exchange(soci::into(row.custom));
        statement.exchange(soci::into(row.cost));
        statement.exchange(soci::into(order));
        statement.exchange(soci::into(first_call, called));
        statement.exchange(soci::into(row.carrier_id));
        statement.exchange(soci::into(row.source));
        statement.exchange(soci::into(row.note));
        statement.exchange(soci::into(created));
        statement.exchange(soci::into(updated));
        statement.exchange(soci::into(version));
    }
    NumberRow read() const {
        auto out = row;
        out.key = key;
        out.class_id = class_id;
        out.tenant = tenant;
        out.order = order;
        out.first_call = called == soci::i_null ? std::nullopt : std::optional(instant_of(first_call));
        out.created = instant_of(created);
        out.updated = instant_of(updated);
        out.version = version;
        return out;
    }
};

std::vector<NumberRow> ask_rows(soci::session& sql, Question& ask) {
    std::vector<NumberRow> out;
    RowOut reading;
    soci::statement statement(sql);
    reading.into(statement);
    ask.bind(statement);
    statement.alloc();
    statement.prepare(ask.text);
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) out.push_back(reading.read());
    return out;
}

std::string_view text_in(sqlite_api::sqlite3_stmt* statement, int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite_api::sqlite3_column_text(statement, column));
    return {text ? text : "", static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement, column))};
}

/// Straight from SQLite, without a copy of each text: an export reads a million rows.
void each_line_on_sqlite(soci::session& sql, const KeyScan& scan, const std::function<bool(const NumberLine&)>& take) {
    Question ask(Dialect::sqlite);
    const auto besides = conditions(ask, scan);
    ask.text = "select id, class_id, tenant_id, used_by, features, tags, custom, cost, order_id, first_call_at from numbers where " +
               from_and_to(scan) + besides + " order by id" + (scan.descending ? " desc" : "");
    auto* connection = static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
    sqlite_api::sqlite3_stmt* raw = nullptr;
    if (sqlite_api::sqlite3_prepare_v2(connection, ask.text.c_str(), -1, &raw, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite_api::sqlite3_errmsg(connection));
    const std::unique_ptr<sqlite_api::sqlite3_stmt, int (*)(sqlite_api::sqlite3_stmt*)> statement(raw, sqlite_api::sqlite3_finalize);
    ask.bind(raw);
    NumberLine line;
    for (;;) {
        const int step = sqlite_api::sqlite3_step(raw);
        if (step == SQLITE_DONE) return;
        if (step != SQLITE_ROW) throw std::runtime_error(sqlite_api::sqlite3_errmsg(connection));
        line.key = sqlite_api::sqlite3_column_int64(raw, 0);
        line.class_id = sqlite_api::sqlite3_column_int64(raw, 1);
        line.tenant = sqlite_api::sqlite3_column_int64(raw, 2);
        line.used_by = text_in(raw, 3);
        line.features = text_in(raw, 4);
        line.tags = text_in(raw, 5);
        line.custom = text_in(raw, 6);
        line.cost = text_in(raw, 7);
        line.order = sqlite_api::sqlite3_column_int64(raw, 8);
        line.first_call = sqlite_api::sqlite3_column_type(raw, 9) == SQLITE_NULL
                              ? std::nullopt
                              : std::optional<std::int64_t>(sqlite_api::sqlite3_column_int64(raw, 9));
        if (!take(line)) return;
    }
}

}  // namespace

std::vector<StoredClass> number_classes(soci::session& sql) {
    std::vector<StoredClass> out;
    long long id = 0, var = 0, active = 0;
    std::string account, country, type, state, use;
    soci::statement statement =
        (sql.prepare << "select id, var_id, account, country, type, state, use_type, is_active from number_classes order by id",
         soci::into(id), soci::into(var), soci::into(account), soci::into(country), soci::into(type), soci::into(state),
         soci::into(use), soci::into(active));
    statement.execute();
    while (statement.fetch())
        out.push_back(
            {id,
             {.var = var,
              .account = account,
              .country = country,
              .type = type,
              .state = number_state_of(state).value_or(NumberState::failed),
              .use = use_type_of(use).value_or(UseType::none),
              .active = active != 0}}
        );
    return out;
}

std::vector<NumberCount> number_counts(soci::session& sql) {
    std::vector<NumberCount> out;
    long long class_id = 0, tenant = 0, count = 0;
    soci::statement statement = (sql.prepare << "select class_id, tenant_id, count from number_counts", soci::into(class_id),
                                 soci::into(tenant), soci::into(count));
    statement.execute();
    while (statement.fetch()) out.push_back({class_id, tenant, count});
    return out;
}

KeysFound number_keys(soci::session& sql, Dialect dialect, const KeyScan& scan) {
    switch (scan.along) {
        case KeyScan::Along::classes: return {keys_of_each(sql, scan, "class_id"), 0};
        case KeyScan::Along::tenants: return {keys_of_each(sql, scan, "tenant_id"), 0};
        case KeyScan::Along::text: return {keys_with_text(sql, dialect, scan), 0};
        case KeyScan::Along::keys: break;
    }
    Question ask(dialect);
    const auto besides = conditions(ask, scan);
    if (scan.look_at_most > 0) return keys_nearby(sql, ask, scan, besides);
    ask.text = "select id from numbers where " + from_and_to(scan) + besides + in_order(scan);
    return {ask_keys(sql, ask), 0};
}

std::vector<UsedPlace> numbers_by_user(soci::session& sql, Dialect dialect, const KeyScan& scan, const UsedPlace& after) {
    Question ask(dialect);
    auto where = "used_key <> '' and " + from_and_to(scan);
    if (!after.used_key.empty()) {
        const std::string beyond = scan.descending ? " < " : " > ";
        where += " and (used_key, id)" + beyond + "(" + ask.value(after.used_key) + ", " + ask.value(after.key) + ")";
    }
    const std::string way = scan.descending ? " desc" : "";
    ask.text = "select used_key, id from numbers where " + where + conditions(ask, scan) + " order by used_key" + way + ", id" +
               way + " limit " + std::to_string(scan.limit);
    std::vector<UsedPlace> out;
    std::string used_key;
    long long key = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(used_key));
    statement.exchange(soci::into(key));
    ask.bind(statement);
    statement.alloc();
    statement.prepare(ask.text);
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) out.push_back({used_key, key});
    return out;
}

std::vector<NumberRow> number_rows(soci::session& sql, Dialect dialect, const std::vector<NumberKey>& keys) {
    if (keys.empty()) return {};
    Question ask(dialect);
    ask.text = "select " + std::string(row_columns) + " from numbers where id in (" + list_of(keys) + ")";
    auto rows = ask_rows(sql, ask);
    std::unordered_map<NumberKey, std::size_t> at;
    for (std::size_t each = 0; each < keys.size(); ++each) at.emplace(keys[each], each);
    std::ranges::sort(rows, {}, [&at](const NumberRow& row) { return at.at(row.key); });
    return rows;
}

std::vector<NumberRow> number_rows_along_keys(soci::session& sql, Dialect dialect, const KeyScan& scan) {
    Question ask(dialect);
    const auto besides = conditions(ask, scan);
    ask.text = "select " + std::string(row_columns) + " from numbers where " + from_and_to(scan) + besides + in_order(scan);
    return ask_rows(sql, ask);
}

void each_number_line(
    soci::session& sql, Dialect dialect, const KeyScan& scan, const std::function<bool(const NumberLine&)>& take
) {
    if (dialect == Dialect::sqlite) return each_line_on_sqlite(sql, scan, take);
    constexpr int piece = 10'000;
    auto next = scan;
    next.limit = piece;
    for (;;) {
        const auto rows = number_rows_along_keys(sql, dialect, next);
        for (const auto& row : rows) {
            const auto called = row.first_call ? std::optional<std::int64_t>(row.first_call->time_since_epoch().count()) : std::nullopt;
            if (!take({row.key, row.class_id, row.tenant, row.used_by, row.features, row.tags, row.custom, row.cost, row.order, called}))
                return;
        }
        if (rows.size() < piece) return;
        if (scan.descending)
            next.to = rows.back().key;
        else
            next.from = rows.back().key + 1;
    }
}

std::vector<NumberEvent> number_history(soci::session& sql, NumberKey key, int limit) {
    std::vector<NumberEvent> out;
    long long wanted = key, at = 0, job = 0;
    std::string by, what, data;
    soci::statement statement =
        (sql.prepare << "select at, job_id, by, what, data from number_history where number = :number order by at desc, "
                        "job_id desc, what limit " +
                            std::to_string(limit),
         soci::use(wanted), soci::into(at), soci::into(job), soci::into(by), soci::into(what), soci::into(data));
    statement.execute();
    while (statement.fetch())
        out.push_back({.key = key, .at = instant_of(at), .job = job, .by = by, .what = what, .data = data});
    return out;
}

}  // namespace porteur::queries
