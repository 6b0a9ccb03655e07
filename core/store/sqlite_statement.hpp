// SPDX-License-Identifier: Apache-2.0
#pragma once

// A statement of SQLite's own, for what SOCI would prepare or copy once more each time.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace soci {
class session;
}
namespace sqlite_api {
struct sqlite3;
struct sqlite3_stmt;
}

namespace porteur {

/// Whether a statement stays with its connection, prepared, for the next who has the same question: for few and frequent
/// questions, over connections of StoreAccess::read_with() alone, which finalizes them before it closes one.
enum class Keep { no, yes };

/// Throws std::runtime_error with SQLite's words.
/// @threads  the session's
class SqliteStatement {
public:
    /// A row of an answer; valid until the next one.
    class Row {
    public:
        explicit Row(sqlite_api::sqlite3_stmt* statement) : statement_(statement) {}
        std::int64_t number(int column) const;
        std::string_view text(int column) const;
        bool is_null(int column) const;

    private:
        sqlite_api::sqlite3_stmt* statement_;
    };

    SqliteStatement(soci::session& sql, const std::string& text, Keep keep = Keep::no);
    ~SqliteStatement();
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    /// @param place  of the placeholder, from 1
    void bind(int place, std::int64_t number);
    /// @param text  is not copied: it must outlive the statement
    void bind(int place, const std::string& text);
    /// Runs it from its start, while `take` says that it wants more.
    void each(const std::function<bool(const Row&)>& take);

private:
    sqlite_api::sqlite3_stmt* kept(const std::string& text) const;
    void check(bool is_good) const;

    sqlite_api::sqlite3* connection_;
    bool is_kept_;
    sqlite_api::sqlite3_stmt* statement_ = nullptr;
};

/// Before a connection to SQLite is closed: it would stay open with what is kept.
void forget_statements(soci::session& sql);

}  // namespace porteur
