// SPDX-License-Identifier: Apache-2.0
#pragma once

// One statement for many rows: on SQLite a prepared statement run row by row (a few microseconds
// each), on PostgreSQL one statement a batch, by unnest over one array for each column.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soci {
class session;
}

namespace porteur {

class PgPipeline;

enum class ColumnType { number, text };

struct Column {
    std::string_view name;
    ColumnType type;
    bool null_keeps = false;    ///< update: a null leaves what is there
    std::string_view given_as = {};  ///< update: what the given value is called, where the column stands twice

    std::string_view given() const noexcept { return given_as.empty() ? name : given_as; }
};

/// What a bulk statement does with its rows.
struct BulkShape {
    enum class Verb { insert, update, erase };
    Verb verb;
    std::string_view table;
    std::vector<Column> columns;
    /// update: the first so many columns name the row, and a row that differs in one of them is not changed; erase: all
    /// do; insert: a row of these is replaced, 0: there is none
    int key_columns = 1;
};

/// Takes rows value by value, in column order.
/// @threads  one at a time; belongs to the session it was made with
class Bulk {
public:
    static std::unique_ptr<Bulk> on_sqlite(soci::session& sql, BulkShape shape);
    /// @param name  of the prepared statement, unique on this connection
    static std::unique_ptr<Bulk> on_postgresql(PgPipeline& pipeline, std::string name, BulkShape shape);
    virtual ~Bulk() = default;

    virtual void number(std::int64_t value) = 0;
    virtual void text(std::string_view value) = 0;
    virtual void null() = 0;
    /// The row is complete. On SQLite it is written at once.
    virtual void end_row() = 0;
    /// Sends what is not sent yet, without waiting.
    virtual void send() = 0;
    /// The number of rows changed since the last call; waits for it. Throws what the database says against it.
    virtual long long changed() = 0;
    /// Forgets rows that were not written (after a failure).
    virtual void clear() = 0;

    void optional_number(const std::optional<std::int64_t>& value) { value ? number(*value) : null(); }
};

}  // namespace porteur
