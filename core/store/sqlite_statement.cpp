// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_statement.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <stdexcept>

namespace porteur {
namespace {

using namespace sqlite_api;

/// Begins a kept statement: SQLite's own modules have statements of theirs on the same connection.
constexpr std::string_view kept_mark = "/* kept */ ";

bool is_kept(sqlite3_stmt* statement) {
    const char* text = sqlite3_sql(statement);
    return text != nullptr && std::string_view(text).starts_with(kept_mark);
}

sqlite3* connection_of(soci::session& sql) {
    return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

}  // namespace

std::int64_t SqliteStatement::Row::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view SqliteStatement::Row::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool SqliteStatement::Row::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

SqliteStatement::SqliteStatement(soci::session& sql, const std::string& text, Keep keep)
    : connection_(connection_of(sql)), is_kept_(keep == Keep::yes) {
    if (is_kept_) statement_ = kept(text);
    if (statement_) return;
    const auto whole = is_kept_ ? std::string(kept_mark) + text : text;
    check(sqlite3_prepare_v2(connection_, whole.c_str(), -1, &statement_, nullptr) == SQLITE_OK);
}

SqliteStatement::~SqliteStatement() {
    // A text that is bound lives no longer than the question.
    if (!is_kept_ || sqlite3_reset(statement_) != SQLITE_OK || sqlite3_clear_bindings(statement_) != SQLITE_OK)
        sqlite3_finalize(statement_);
}

void SqliteStatement::bind(int place, std::int64_t number) {
    check(sqlite3_bind_int64(statement_, place, number) == SQLITE_OK);
}

void SqliteStatement::bind(int place, const std::string& text) {
    check(sqlite3_bind_text(statement_, place, text.c_str(), static_cast<int>(text.size()), nullptr) == SQLITE_OK);
}

void SqliteStatement::each(const std::function<bool(const Row&)>& take) {
    const Row row(statement_);
    for (;;) {
        const int step = sqlite3_step(statement_);
        if (step == SQLITE_DONE) break;
        check(step == SQLITE_ROW);
        if (!take(row)) break;
    }
    sqlite3_reset(statement_);
}

/// There are few.
sqlite3_stmt* SqliteStatement::kept(const std::string& text) const {
    for (auto* each = sqlite3_next_stmt(connection_, nullptr); each; each = sqlite3_next_stmt(connection_, each))
        if (!sqlite3_stmt_busy(each) && porteur::is_kept(each) && std::string_view(sqlite3_sql(each)).substr(kept_mark.size()) == text) return each;
    return nullptr;
}

void SqliteStatement::check(bool is_good) const {
    if (!is_good) throw std::runtime_error(sqlite3_errmsg(connection_));
}

void forget_statements(soci::session& sql) {
    auto* connection = connection_of(sql);
    for (auto* each = sqlite3_next_stmt(connection, nullptr); each != nullptr;) {
        auto* next = sqlite3_next_stmt(connection, each);
        if (is_kept(each)) sqlite3_finalize(each);
        each = next;
    }
}

}  // namespace porteur
