// SPDX-License-Identifier: Apache-2.0
#include "store/number_queries.hpp"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <variant>

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
    std::string value(std::int64_t number) {
        values_.emplace_back(number);
        return placeholder("bigint");
    }
    std::string value(std::string given) {
        values_.emplace_back(std::move(given));
        return placeholder("text");
    }
    Dialect dialect() const noexcept { return dialect_; }
    const std::vector<std::variant<std::int64_t, std::string>>& values() const noexcept { return values_; }

private:
    std::string placeholder(const char* type) const {
        const auto place = std::to_string(values_.size());
        return dialect_ == Dialect::sqlite ? "?" + place : "$" + place + "::" + type;
    }

    Dialect dialect_;
    std::vector<std::variant<std::int64_t, std::string>> values_;
};

/// A row of an answer; valid until the next one.
class Row {
public:
    explicit Row(sqlite_api::sqlite3_stmt* statement) : statement_(statement) {}
    Row(PGresult* answer, int row) : answer_(answer), row_(row) {}

    std::int64_t number(int column) const {
        if (statement_) return sqlite_api::sqlite3_column_int64(statement_, column);
        const auto digits = text(column);
        std::int64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }
    std::string_view text(int column) const {
        if (!statement_) return {PQgetvalue(answer_, row_, column), static_cast<std::size_t>(PQgetlength(answer_, row_, column))};
        const auto* text = reinterpret_cast<const char*>(sqlite_api::sqlite3_column_text(statement_, column));
        return {text ? text : "", static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement_, column))};
    }
    bool is_null(int column) const {
        return statement_ ? sqlite_api::sqlite3_column_type(statement_, column) == SQLITE_NULL : PQgetisnull(answer_, row_, column) != 0;
    }
    std::optional<std::int64_t> maybe(int column) const {
        return is_null(column) ? std::nullopt : std::optional(number(column));
    }

private:
    sqlite_api::sqlite3_stmt* statement_ = nullptr;
    PGresult* answer_ = nullptr;
    int row_ = 0;
};

/// Says whether it wants more.
using Take = std::function<bool(const Row&)>;

/// Begins a kept statement: SQLite's own modules have statements of theirs on the same connection.
constexpr std::string_view kept_mark = "/* kept */ ";

bool is_kept(sqlite_api::sqlite3_stmt* statement) {
    const char* text = sqlite_api::sqlite3_sql(statement);
    return text != nullptr && std::string_view(text).starts_with(kept_mark);
}

/// Whether a statement stays with its connection, prepared, for the next who has the same question: for few and frequent
/// questions, over connections of StoreAccess::read_with() alone, which finalizes them before it closes one.
enum class Keep { no, yes };

/// A statement of SQLite's own, for what SOCI would copy once more.
class SqliteStatement {
public:
    SqliteStatement(soci::session& sql, const Question& ask, Keep keep = Keep::no)
        : connection_(static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_), is_kept_(keep == Keep::yes) {
        if (is_kept_) statement_ = kept(ask.text);
        if (!statement_) check(sqlite_api::sqlite3_prepare_v2(connection_, ask.text.c_str(), -1, &statement_, nullptr) == SQLITE_OK);
        int place = 0;
        for (const auto& each : ask.values()) {
            ++place;
            if (const auto* number = std::get_if<std::int64_t>(&each))
                sqlite_api::sqlite3_bind_int64(statement_, place, *number);
            else
                bind_text(place, std::get<std::string>(each));
        }
    }
    ~SqliteStatement() {
        // A text that is bound lives no longer than the question.
        if (!is_kept_ || sqlite_api::sqlite3_reset(statement_) != SQLITE_OK || sqlite_api::sqlite3_clear_bindings(statement_) != SQLITE_OK)
            sqlite_api::sqlite3_finalize(statement_);
    }
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    void bind(int place, std::int64_t number) { sqlite_api::sqlite3_bind_int64(statement_, place, number); }
    /// Runs it from its start.
    void each(const Take& take) {
        const Row row(statement_);
        for (;;) {
            const int step = sqlite_api::sqlite3_step(statement_);
            if (step == SQLITE_DONE) break;
            check(step == SQLITE_ROW);
            if (!take(row)) break;
        }
        sqlite_api::sqlite3_reset(statement_);
    }

private:
    /// There are few.
    sqlite_api::sqlite3_stmt* kept(const std::string& text) const {
        for (auto* each = sqlite_api::sqlite3_next_stmt(connection_, nullptr); each; each = sqlite_api::sqlite3_next_stmt(connection_, each))
            if (!sqlite_api::sqlite3_stmt_busy(each) && is_kept(each) && text == sqlite_api::sqlite3_sql(each)) return each;
        return nullptr;
    }
    void bind_text(int place, const std::string& text) {
        sqlite_api::sqlite3_bind_text(statement_, place, text.c_str(), static_cast<int>(text.size()), nullptr);
    }
    void check(bool is_good) const {
        if (!is_good) throw std::runtime_error(sqlite_api::sqlite3_errmsg(connection_));
    }

    sqlite_api::sqlite3* connection_;
    bool is_kept_;
    sqlite_api::sqlite3_stmt* statement_ = nullptr;
};

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

void each_row_on_postgresql(soci::session& sql, const Question& ask, const Take& take) {
    auto* connection = static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_;
    std::vector<std::string> texts;
    for (const auto& each : ask.values()) {
        const auto* number = std::get_if<std::int64_t>(&each);
        texts.push_back(number ? std::to_string(*number) : std::get<std::string>(each));
    }
    std::vector<const char*> values;
    for (const auto& each : texts) values.push_back(each.c_str());
    const std::unique_ptr<PGresult, void (*)(PGresult*)> answer(
        PQexecParams(connection, ask.text.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0), PQclear
    );
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection));
    for (int row = 0; row < PQntuples(answer.get()); ++row)
        if (!take({answer.get(), row})) return;
}

/// A row of COPY in its binary form; valid until the next one.
class CopiedRow {
public:
    /// Finds the fields of a tuple. @return false: it is not as it must be
    bool read(std::string_view bytes, int count) {
        fields_.clear();
        while (count-- > 0) {
            if (bytes.size() < 4) return false;
            const auto size = static_cast<std::int32_t>(big_endian(bytes.substr(0, 4)));
            bytes.remove_prefix(4);
            if (size < 0) {
                fields_.push_back({nullptr, 0});
                continue;
            }
            if (bytes.size() < static_cast<std::size_t>(size)) return false;
            fields_.push_back(bytes.substr(0, static_cast<std::size_t>(size)));
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return bytes.empty();
    }
    std::int64_t number(int column) const { return static_cast<std::int64_t>(big_endian(text(column))); }
    std::string_view text(int column) const { return fields_[static_cast<std::size_t>(column)]; }
    std::optional<std::int64_t> maybe(int column) const {
        return text(column).data() ? std::optional(number(column)) : std::nullopt;
    }

    static std::uint64_t big_endian(std::string_view bytes) {
        std::uint64_t out = 0;
        for (const char byte : bytes) out = out << 8U | static_cast<unsigned char>(byte);
        return out;
    }

private:
    std::vector<std::string_view> fields_;
};

/// Many rows of PostgreSQL as they come, none of which waits for the last one.
/// @source PostgreSQL 15, COPY, "Binary Format"
class PostgresCopy {
public:
    PostgresCopy(soci::session& sql, const Question& ask)
        : connection_(static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_), text_(with_values(ask)) {}

    template <class TakeRow>
    void each(TakeRow take) {
        const auto begun = answer_to("copy (" + text_ + ") to stdout (format binary)");
        if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) fail();
        bool is_wanted = true, is_first = true;
        CopiedRow row;
        char* bytes = nullptr;
        int size = 0;
        while ((size = PQgetCopyData(connection_, &bytes, 0)) > 0) {
            const std::unique_ptr<char, void (*)(void*)> held(bytes, PQfreemem);
            std::string_view message(bytes, static_cast<std::size_t>(size));
            if (std::exchange(is_first, false)) message = without_header(message);
            if (message.empty() || !is_wanted) continue;
            const auto count = static_cast<std::int16_t>(CopiedRow::big_endian(message.substr(0, 2)));
            if (count == -1) continue;  // the end
            if (message.size() < 2 || !row.read(message.substr(2), count)) throw std::runtime_error("COPY gave no row");
            // What comes after the last row wanted is read, and dropped: the connection is used again.
            is_wanted = take(row);
        }
        if (size == -2) fail();
        bool is_good = true;
        while (const auto end = next_answer()) is_good = is_good && PQresultStatus(end.get()) == PGRES_COMMAND_OK;
        if (!is_good) fail();
    }

private:
    using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;
    Answer answer_to(const std::string& statement) { return {PQexec(connection_, statement.c_str()), PQclear}; }
    Answer next_answer() { return {PQgetResult(connection_), PQclear}; }
    [[noreturn]] void fail() const { throw std::runtime_error(PQerrorMessage(connection_)); }

    static std::string_view without_header(std::string_view message) {
        constexpr std::size_t fixed = 19;
        if (message.size() < fixed || !message.starts_with("PGCOPY\n")) throw std::runtime_error("COPY began with something else");
        const auto more = CopiedRow::big_endian(message.substr(15, 4));
        return message.substr(std::min<std::size_t>(fixed + more, message.size()));
    }

    /// COPY takes no values, so they stand in the statement.
    std::string with_values(const Question& ask) {
        std::string out;
        const std::string_view text = ask.text;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] != '$') {
                out += text[at];
                continue;
            }
            std::size_t place = 0;
            const auto* const end = std::from_chars(text.data() + at + 1, text.data() + text.size(), place).ptr;
            out += literal(ask.values().at(place - 1));
            at = static_cast<std::size_t>(end - text.data()) - 1;
        }
        return out;
    }
    std::string literal(const std::variant<std::int64_t, std::string>& value) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
        const auto& given = std::get<std::string>(value);
        const std::unique_ptr<char, void (*)(void*)> quoted(PQescapeLiteral(connection_, given.data(), given.size()), PQfreemem);
        if (!quoted) fail();
        return quoted.get();
    }

    PGconn* connection_;
    std::string text_;
};

void each_row(soci::session& sql, const Question& ask, const Take& take) {
    if (ask.dialect() == Dialect::postgresql) return each_row_on_postgresql(sql, ask, take);
    SqliteStatement(sql, ask).each(take);
}

std::string list_of(const std::vector<std::int64_t>& numbers) {
    std::string out;
    for (const auto each : numbers) {
        if (!out.empty()) out += ',';
        out += std::to_string(each);
    }
    return out;
}

/// What a row must be besides: of SQLite's rows it is asked, PostgreSQL is told.
bool fits(const KeyScan& scan, NumberKey key) { return !scan.fits || scan.fits(key); }

/// Conditions, each after an "and".
std::string conditions(const KeyScan& scan, Question& ask) {
    std::string out;
    const auto add = [&out](const std::string& condition) { out += " and " + condition; };
    if (!scan.only_classes.empty()) add("class_id = any((" + ask.value("{" + list_of(scan.only_classes) + "}") + ")::bigint[])");
    if (!scan.only_tenants.empty()) add("tenant_id = any((" + ask.value("{" + list_of(scan.only_tenants) + "}") + ")::bigint[])");
    if (!scan.number_has.empty()) add("strpos(number, " + ask.value(scan.number_has) + ") > 0");
    for (const auto& tag : scan.tags) add("strpos(' ' || tags || ' ', " + ask.value(" " + tag + " ") + ") > 0");
    return out;
}

/// "id >= ... and id < ...", or what is always true. @param column  with a "+" before it SQLite looks for no index
std::string from_and_to(const KeyScan& scan, const std::string& column = "id") {
    std::string out;
    if (scan.from != 0) out = column + " >= " + std::to_string(scan.from);
    if (scan.to != 0) out += (out.empty() ? "" : " and ") + column + " < " + std::to_string(scan.to);
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

std::vector<NumberKey> number_keys(soci::session& sql, Dialect dialect, const KeyScan& scan) {
    Question ask(dialect);
    if (dialect == Dialect::postgresql) {
        const auto wanted = ask.value("{" + list_of(scan.tenants) + "}");
        ask.text = "select found.id from unnest((" + wanted + ")::bigint[]) as wanted(one) cross join lateral (select id from numbers where " +
                   "tenant_id = wanted.one and " + from_and_to(scan) + conditions(scan, ask) + in_order(scan) + limited(scan) +
                   ") as found" + in_order(scan, "found.id") + limited(scan);
        return ask_keys(sql, ask);
    }
    std::vector<NumberKey> out;
    ask.text = "select id from numbers where tenant_id = " + ask.value(0) + " and " + from_and_to(scan) + in_order(scan);
    const ReadTogether together(sql);
    SqliteStatement statement(sql, ask);
    for (const auto each : scan.tenants) {
        statement.bind(1, each);
        int found = 0;
        statement.each([&](const Row& row) {
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
        ask.text = "select used_key, id from numbers where " + where + " and " + from_and_to(scan, "+id") + order;
    } else {
        auto from = std::string("numbers where ") + where;
        if (scan.look_at_most != 0)
            from = "(select * from " + from + order + " limit " + std::to_string(scan.look_at_most) + ") as near where true";
        ask.text = "select used_key, id from " + from + " and " + from_and_to(scan) + conditions(scan, ask) + order + limited(scan);
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
    if (dialect == Dialect::sqlite && lie_together) {
        const bool descending = keys.front() > keys.back();
        const auto from = ask.value(std::min(keys.front(), keys.back()));
        ask.text = std::string(kept_mark) + "select " + std::string(row_columns) + " from numbers where id between " + from + " and " +
                   ask.value(std::max(keys.front(), keys.back())) + " order by id" + (descending ? " desc" : "");
        auto wanted = keys.begin();
        SqliteStatement(sql, ask, Keep::yes).each([&](const Row& row) {
            const auto key = row.number(0);
            while (wanted != keys.end() && (descending ? *wanted > key : *wanted < key)) ++wanted;
            if (wanted != keys.end() && *wanted == key) out.push_back(read_row(row));
            return wanted != keys.end();
        });
        return out;
    }
    if (dialect == Dialect::sqlite) {
        ask.text = std::string(kept_mark) + "select " + std::string(row_columns) + " from numbers where id = " + ask.value(0);
        const ReadTogether together(sql);
        SqliteStatement statement(sql, ask, Keep::yes);
        for (const auto key : keys) {
            statement.bind(1, key);
            statement.each([&out](const Row& row) {
                out.push_back(read_row(row));
                return false;
            });
        }
        return out;
    }
    ask.text = "select " + std::string(row_columns) + " from numbers where id = any((" + ask.value("{" + list_of(keys) + "}") + ")::bigint[])";
    each_row(sql, ask, [&out](const Row& row) {
        out.push_back(read_row(row));
        return true;
    });
    std::unordered_map<NumberKey, std::size_t> at;
    for (std::size_t each = 0; each < keys.size(); ++each) at.emplace(keys[each], each);
    std::ranges::sort(out, {}, [&at](const NumberRow& row) { return at.at(row.key); });
    return out;
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
        PostgresCopy(sql, ask).each(one);
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
        ask.text = columns + " from numbers where " + from_and_to(scan) + in_order(scan);
        each_row(sql, ask, [&](const Row& row) { return take(line(row)); });
        return;
    }
    Question ask(dialect);
    ask.text = columns + " from numbers where " + from_and_to(scan) + conditions(scan, ask) + in_order(scan) + limited(scan);
    PostgresCopy(sql, ask).each([&](const CopiedRow& row) { return take(line(row)); });
}

void forget_statements(soci::session& sql) {
    auto* connection = static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
    for (auto* each = sqlite_api::sqlite3_next_stmt(connection, nullptr); each != nullptr;) {
        auto* next = sqlite_api::sqlite3_next_stmt(connection, each);
        if (is_kept(each)) sqlite_api::sqlite3_finalize(each);
        each = next;
    }
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
