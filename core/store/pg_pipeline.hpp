// SPDX-License-Identifier: Apache-2.0
#pragma once

// Statements that leave for PostgreSQL without waiting for one another: a transaction of ten statements
// costs two round trips instead of ten. libpq's pipeline mode, over a connection that SOCI has opened.

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct pg_conn;

namespace porteur {

/// @threads  one at a time; the connection is this object's alone as long as it lives
class PgPipeline {
public:
    /// What a parameter is; both are sent as arrays in PostgreSQL's binary form.
    enum class Parameter { numbers, texts, text };

    /// @param connection  lent; must outlive this
    explicit PgPipeline(pg_conn* connection);
    ~PgPipeline();
    PgPipeline(const PgPipeline&) = delete;
    PgPipeline& operator=(const PgPipeline&) = delete;

    /// Waits for the answer. Throws std::runtime_error with the server's words.
    void prepare(const std::string& name, const std::string& sql, std::span<const Parameter> parameters);

    /// Sends a prepared statement and does not wait. Throws when the connection is gone.
    void send(const std::string& name, std::span<const std::string> values);

    struct Answer {
        long long rows = 0;              ///< changed by the statement
        std::optional<long long> value;  ///< of a query: its one number, if it is not null
    };
    /// The answer to the oldest statement that has none yet. Throws std::runtime_error with the server's words
    /// when that, or one before it, was refused: the transaction is spoilt then, and nothing after it was done.
    Answer receive();

    /// Sends a statement that ends a transaction: what comes behind it is not touched by what was refused before.
    void send_last(const std::string& name);
    /// Waits for its answer, which is the oldest.
    void receive_last();

    /// Gives up what was sent and rolls back. Throws when the connection is gone.
    void roll_back();

    bool is_cut_off() const noexcept;

private:
    void check(int ok);
    void drain();

    pg_conn* connection_;
    std::deque<std::string> waiting_;  ///< names of the statements without an answer
    bool pushed_ = true;               ///< the server was told to answer all that was sent
};

/// A column of a batch as a binary array parameter.
class PgArray {
public:
    explicit PgArray(bool of_numbers);
    void number(long long value);
    void text(std::string_view value);
    void null();
    void clear();
    /// The whole, valid until the next change.
    const std::string& bytes();

private:
    void length(std::size_t size);

    std::string bytes_;
    bool of_numbers_;
    bool has_null_ = false;
    std::int32_t count_ = 0;
};

}  // namespace porteur
