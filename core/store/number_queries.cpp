// SPDX-License-Identifier: Apache-2.0
#include "store/number_queries.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <variant>

#include "store/pg_rows.hpp"
#include "store/sqlite_statement.hpp"

namespace porteur::queries {
namespace {

constexpr std::string_view row_columns =
    "id, class_id, tenant_id, used_by, features, tags, custom, cost, order_id, first_call_at, carrier_id, "
    "source, note, created_at, updated_at, version";

Instant instant_of(long long stamp) { return Instant{std::chrono::milliseconds{stamp}}; }

/// A statement with the values of its placeholders. Each value stands in it once, in the order in which
/// it was given.
class Question {
public:
    explicit Question(Dialect dialect) : dialect_(dialect) {}

    std::string text;

    /// The placeholder of a value.
    std::string value(std::int64_t number) { return placeholder(number, "bigint"); }
    std::string value(std::string given) { return placeholder(std::move(given), "text"); }
    /// Of a list; PostgreSQL alone has such.
    std::string list(std::vector<std::int64_t> numbers) { return placeholder(std::move(numbers), "bigint[]"); }
    Dialect dialect() const noexcept { return dialect_; }
    const std::vector<PgValue>& values() const noexcept { return values_; }

private:
    std::string placeholder(PgValue value, const char* type) {
        values_.push_back(std::move(value));
        const auto place = std::to_string(values_.size());
        return dialect_ == Dialect::sqlite ? "?" + place : "$" + place + "::" + type;
    }

    Dialect dialect_;
    std::vector<PgValue> values_;
};

/// A row of an answer of either database; valid until the next one.
class Row {
public:
    explicit Row(const SqliteStatement::Row& row) : sqlite_(&row) {}
    explicit Row(const PgRow& row) : postgres_(&row) {}

    std::int64_t number(int column) const { return sqlite_ ? sqlite_->number(column) : postgres_->number(column); }
    std::string_view text(int column) const { return sqlite_ ? sqlite_->text(column) : postgres_->text(column); }
    std::optional<std::int64_t> maybe(int column) const {
        if (postgres_) return postgres_->maybe(column);
        return sqlite_->is_null(column) ? std::nullopt : std::optional(number(column));
    }

private:
    const SqliteStatement::Row* sqlite_ = nullptr;
    const PgRow* postgres_ = nullptr;
};

/// Says whether it wants more.
using Take = std::function<bool(const Row&)>;

/// Several statements read the store as it is at one time; and SQLite takes its locks once for all of them.
class ReadTogether {
public:
    explicit ReadTogether(soci::session& sql) : sql_(sql) { sql_ << "begin"; }
    ~ReadTogether() {
        try {
            sql_ << "commit";
        } catch (const soci::soci_error&) {
            // Nothing was written; the connection finds out by itself.
        }
    }
    ReadTogether(const ReadTogether&) = delete;

private:
    soci::session& sql_;
};

pg_conn* postgres(soci::session& sql) { return static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_; }

/// The values stay the question's.
void bind(SqliteStatement& statement, const Question& ask) {
    int place = 0;
    for (const auto& each : ask.values()) {
        ++place;
        if (const auto* number = std::get_if<std::int64_t>(&each))
            statement.bind(place, *number);
        else
            statement.bind(place, std::get<std::string>(each));
    }
}

void each_row(soci::session& sql, const Question& ask, const Take& take, Keep keep = Keep::no) {
    if (ask.dialect() == Dialect::sqlite) {
        SqliteStatement statement(sql, ask.text, keep);
        bind(statement, ask);
        return statement.each([&take](const SqliteStatement::Row& row) { return take(Row(row)); });
    }
    each_prepared(postgres(sql), ask.text, ask.values(), [&take](const PgRow& row) { return take(Row(row)); });
}

/// What a row must be besides: of SQLite's rows it is asked, PostgreSQL is told.
bool fits(const KeyScan& scan, NumberKey key) { return !scan.fits || scan.fits(key); }

/// Conditions, each after an "and".
std::string conditions(const KeyScan& scan, Question& ask) {
    std::string out;
    const auto add = [&out](const std::string& condition) { out += " and " + condition; };
    if (!scan.only_classes.empty()) add("class_id = any(" + ask.list(scan.only_classes) + ")");
    if (!scan.only_tenants.empty()) add("tenant_id = any(" + ask.list(scan.only_tenants) + ")");
    if (!scan.number_has.empty()) add("strpos(number, " + ask.value(scan.number_has) + ") > 0");
    for (const auto& tag : scan.tags) add("strpos(' ' || tags || ' ', " + ask.value(" " + tag + " ") + ") > 0");
    return out;
}

/// "id >= ... and id < ...", or what is always true. @param column  with a "+" before it SQLite looks for no index
std::string from_and_to(const KeyScan& scan, Question& ask, const std::string& column = "id") {
    std::string out;
    if (scan.from != 0) out = column + " >= " + ask.value(scan.from);
    if (scan.to != 0) out += (out.empty() ? "" : " and ") + column + " < " + ask.value(scan.to);
    return out.empty() ? "1 = 1" : out;
}

std::string in_order(const KeyScan& scan, const std::string& column = "id") {
    return " order by " + column + (scan.descending ? " desc" : "");
}
std::string limited(const KeyScan& scan) { return " limit " + std::to_string(scan.limit); }

std::vector<NumberKey> ask_keys(soci::session& sql, const Question& ask) {
    std::vector<NumberKey> out;
    each_row(sql, ask, [&out](const Row& row) {
        out.push_back(row.number(0));
        return true;
    });
    return out;
}

NumberRow read_row(const Row& row) {
    NumberRow out;
    out.key = row.number(0);
    out.class_id = row.number(1);
    out.tenant = row.number(2);
    out.used_by = row.text(3);
    out.features = row.text(4);
    out.tags = row.text(5);
    out.custom = row.text(6);
    out.cost = row.text(7);
    out.order = row.number(8);
    if (const auto called = row.maybe(9)) out.first_call = instant_of(*called);
    out.carrier_id = row.text(10);
    out.source = row.text(11);
    out.note = row.text(12);
    out.created = instant_of(row.number(13));
    out.updated = instant_of(row.number(14));
    out.version = row.number(15);
    return out;
}

std::vector<NumberRow> ask_rows(soci::session& sql, const Question& ask) {
    std::vector<NumberRow> out;
    each_row(sql, ask, [&out](const Row& row) {
        out.push_back(read_row(row));
        return true;
    });
    return out;
}

template <class AnyRow>
NumberLine read_line(const AnyRow& row) {
    return {row.number(0), row.number(1), row.number(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7), row.number(8), row.maybe(9)};
}

template <class AnyRow>
NumberLine read_short_line(const AnyRow& row) {
    return {row.number(0), row.number(1), row.number(2), row.text(3), row.text(4), row.text(5), {}, {}, 0, {}};
}

}  // namespace

std::vector<StoredClass> number_classes(soci::session& sql, Dialect dialect) {
    std::vector<StoredClass> out;
    Question ask(dialect);
    ask.text = "select id, account, country, type, state, use_type, is_active from number_classes order by id";
    each_row(sql, ask, [&](const Row& row) {
        out.push_back(
            {row.number(0),
             {.account = std::string(row.text(1)),
              .country = std::string(row.text(2)),
              .type = std::string(row.text(3)),
              .state = number_state_of(row.text(4)).value_or(NumberState::failed),
              .use = use_type_of(row.text(5)).value_or(UseType::none),
              .active = row.number(6) != 0}}
        );
        return true;
    });
    return out;
}

std::vector<NumberCount> number_counts(soci::session& sql, Dialect dialect) {
    std::vector<NumberCount> out;
    Question ask(dialect);
    ask.text = "select class_id, tenant_id, count from number_counts";
    each_row(sql, ask, [&](const Row& row) {
        out.push_back({row.number(0), row.number(1), row.number(2)});
        return true;
    });
    return out;
}

namespace {

/// What the tenants of a scan hold, along the keys. @param columns  id, and others
Question held_by_tenants(const KeyScan& scan, const std::string& columns) {
    Question ask(Dialect::postgresql);
    const auto whose = scan.tenants.size() == 1 ? ask.value(scan.tenants.front()) : ask.list(scan.tenants);
    const auto held = [&](const std::string& tenant) {
        return "select " + columns + " from numbers where tenant_id = " + tenant + " and " + from_and_to(scan, ask) + conditions(scan, ask) + in_order(scan) +
               limited(scan);
    };
    // Along the index of each of them, and no further than needed.
    if (scan.tenants.size() == 1)
        ask.text = held(whose);
    else
        ask.text = "select " + columns + " from unnest(" + whose + ") as wanted(one) cross join lateral (" + held("wanted.one") + ") as found" +
                   in_order(scan) + limited(scan);
    return ask;
}

/// In one reading with whatever else is asked.
std::vector<NumberKey> keys_of_tenants(soci::session& sql, const KeyScan& scan) {
    Question ask(Dialect::sqlite);
    std::vector<NumberKey> out;
    const auto tenant = ask.value(0);  // the first
    ask.text = "select id from numbers where tenant_id = " + tenant + " and " + from_and_to(scan, ask) + in_order(scan);
    SqliteStatement statement(sql, ask.text, Keep::yes);
    bind(statement, ask);
    for (const auto each : scan.tenants) {
        statement.bind(1, each);
        int found = 0;
        statement.each([&](const SqliteStatement::Row& row) {
            const auto key = row.number(0);
            if (!fits(scan, key)) return true;
            out.push_back(key);
            return ++found < scan.limit;
        });
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

/// In one reading with whatever else is asked.
std::vector<NumberRow> rows_one_by_one(soci::session& sql, const std::vector<NumberKey>& keys) {
    std::vector<NumberRow> out;
    out.reserve(keys.size());
    Question ask(Dialect::sqlite);
    ask.text = "select " + std::string(row_columns) + " from numbers where id = " + ask.value(0);
    SqliteStatement statement(sql, ask.text, Keep::yes);
    bind(statement, ask);
    for (const auto key : keys) {
        statement.bind(1, key);
        statement.each([&out](const SqliteStatement::Row& row) {
            out.push_back(read_row(Row(row)));
            return false;
        });
    }
    return out;
}

}  // namespace

std::vector<NumberKey> number_keys(soci::session& sql, Dialect dialect, const KeyScan& scan) {
    if (dialect == Dialect::postgresql) return ask_keys(sql, held_by_tenants(scan, "id"));
    const ReadTogether together(sql);
    return keys_of_tenants(sql, scan);
}

std::vector<UsedPlace> numbers_by_user(soci::session& sql, Dialect dialect, const KeyScan& scan, const UsedPlace& after) {
    Question ask(dialect);
    std::string where = "used_key <> ''";
    if (!after.used_key.empty()) {
        const std::string beyond = scan.descending ? " < " : " > ";
        const auto used_key = ask.value(after.used_key);
        where += " and (used_key, id)" + beyond + "(" + used_key + ", " + ask.value(after.key) + ")";
    }
    const std::string way = scan.descending ? " desc" : "";
    const auto order = " order by used_key" + way + ", id" + way;
    const bool is_sqlite = dialect == Dialect::sqlite;
    if (is_sqlite) {
        // The plus keeps SQLite from going along the rows and sorting them all.
        ask.text = "select used_key, id from numbers where " + where + " and " + from_and_to(scan, ask, "+id") + order;
    } else {
        auto from = std::string("numbers where ") + where;
        if (scan.look_at_most != 0)
            from = "(select * from " + from + order + " limit " + std::to_string(scan.look_at_most) + ") as near where true";
        ask.text = "select used_key, id from " + from + " and " + from_and_to(scan, ask) + conditions(scan, ask) + order + limited(scan);
    }
    std::vector<UsedPlace> out;
    std::int64_t looked = 0;
    each_row(sql, ask, [&](const Row& row) {
        const auto key = row.number(1);
        if (!is_sqlite || fits(scan, key)) out.push_back({std::string(row.text(0)), key});
        return out.size() < static_cast<std::size_t>(scan.limit) && (!is_sqlite || ++looked != scan.look_at_most);
    });
    return out;
}

std::vector<NumberRow> number_rows(soci::session& sql, Dialect dialect, const std::vector<NumberKey>& keys, bool lie_together) {
    std::vector<NumberRow> out;
    if (keys.empty()) return out;
    out.reserve(keys.size());
    Question ask(dialect);
    if (lie_together) {
        const bool descending = keys.front() > keys.back();
        const auto from = ask.value(std::min(keys.front(), keys.back()));
        ask.text = "select " + std::string(row_columns) + " from numbers where id between " + from + " and " +
                   ask.value(std::max(keys.front(), keys.back())) + " order by id" + (descending ? " desc" : "");
        auto wanted = keys.begin();
        each_row(
            sql, ask,
            [&](const Row& row) {
                const auto key = row.number(0);
                while (wanted != keys.end() && (descending ? *wanted > key : *wanted < key)) ++wanted;
                if (wanted != keys.end() && *wanted == key) out.push_back(read_row(row));
                return wanted != keys.end();
            },
            Keep::yes
        );
        return out;
    }
    if (dialect == Dialect::sqlite) {
        const ReadTogether together(sql);
        return rows_one_by_one(sql, keys);
    }
    ask.text = "select " + std::string(row_columns) + " from numbers where id = any(" + ask.list(keys) + ")";
    out = ask_rows(sql, ask);
    std::unordered_map<NumberKey, std::size_t> at;
    for (std::size_t each = 0; each < keys.size(); ++each) at.emplace(keys[each], each);
    std::ranges::sort(out, {}, [&at](const NumberRow& row) { return at.at(row.key); });
    return out;
}

std::vector<NumberRow> number_rows_along(soci::session& sql, Dialect dialect, const KeyScan& scan) {
    if (dialect == Dialect::postgresql) return ask_rows(sql, held_by_tenants(scan, std::string(row_columns)));
    const ReadTogether together(sql);
    return rows_one_by_one(sql, keys_of_tenants(sql, scan));
}

void each_number_place(soci::session& sql, Dialect dialect, const NumberBook::TakePlace& take) {
    Question ask(dialect);
    ask.text = "select id, class_id, tenant_id, tags, used_key from numbers order by id";
    const auto one = [&take](const auto& row) {
        take(row.number(0), row.number(1), row.number(2), row.text(3), row.text(4));
        return true;
    };
    if (dialect == Dialect::sqlite)
        each_row(sql, ask, one);
    else
        each_copied(postgres(sql), ask.text, ask.values(), one);
}

void each_number_line(
    soci::session& sql, Dialect dialect, const KeyScan& scan, const std::function<bool(const NumberLine&)>& take
) {
    // What nobody wants is not fetched: it would be a third of what PostgreSQL sends.
    const std::string columns = std::string("select id, class_id, tenant_id, used_by, features, tags") +
                                (scan.is_short ? "" : ", custom, cost, order_id, first_call_at");
    const auto line = [&scan](const auto& row) { return scan.is_short ? read_short_line(row) : read_line(row); };
    if (dialect == Dialect::sqlite) {
        Question ask(dialect);
        ask.text = columns + " from numbers where " + from_and_to(scan, ask) + in_order(scan);
        each_row(sql, ask, [&](const Row& row) { return take(line(row)); });
        return;
    }
    Question ask(dialect);
    ask.text = columns + " from numbers where " + from_and_to(scan, ask) + conditions(scan, ask) + in_order(scan) + limited(scan);
    each_copied(postgres(sql), ask.text, ask.values(), [&](const PgRow& row) { return take(line(row)); });
}

std::vector<NumberEvent> number_history(soci::session& sql, Dialect dialect, NumberKey key, int limit) {
    std::vector<NumberEvent> out;
    Question ask(dialect);
    ask.text = "select at, job_id, by, what, data, holder_id from number_history where number = " + ask.value(key) +
               " order by at desc, job_id desc, what limit " + std::to_string(limit);
    each_row(sql, ask, [&](const Row& row) {
        out.push_back(
            {.key = key,
             .holder = row.number(5),
             .at = instant_of(row.number(0)),
             .job = row.number(1),
             .by = std::string(row.text(2)),
             .what = std::string(row.text(3)),
             .data = std::string(row.text(4))}
        );
        return true;
    });
    return out;
}

}  // namespace porteur::queries
