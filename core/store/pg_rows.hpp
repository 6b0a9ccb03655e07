// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of PostgreSQL in its binary form: of a statement that stays prepared on its connection, or
// of COPY. Planning a question costs the server more than answering it, and digits cost both sides.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct pg_conn;
struct pg_result;

namespace porteur::queries {

/// A bigint, a text, or a bigint[].
using PgValue = std::variant<std::int64_t, std::string, std::vector<std::int64_t>>;

/// A row whose numbers are integers, none of them negative where it is shorter than a bigint; valid
/// until the next one.
class PgRow {
public:
    std::int64_t number(int column) const {
        return static_cast<std::int64_t>(big_endian(text(column)));
    }
    std::string_view text(int column) const { return fields_[static_cast<std::size_t>(column)]; }
    std::optional<std::int64_t> maybe(int column) const {
        return text(column).data() ? std::optional(number(column)) : std::nullopt;
    }

    /// The fields of a tuple of COPY. @return false: it is not as it must be
    bool read_tuple(std::string_view bytes, int count);
    void read_answer(const pg_result* answer, int row);

    static std::uint64_t big_endian(std::string_view bytes) {
        std::uint64_t out = 0;
        for (const char byte : bytes) out = out << 8U | static_cast<unsigned char>(byte);
        return out;
    }

private:
    std::vector<std::string_view> fields_;  ///< null: without data()
};

/// Says whether it wants more.
using TakePgRow = std::function<bool(const PgRow&)>;

/// Asks with a statement that stays prepared on the connection for the next who asks with the same
/// text; of more than some dozens of texts, the one that was asked longest ago goes.
/// @param text  has "$1" and on with their types, such as "$1::bigint", and says of what it gives
/// that it is bigint or text
/// @throws std::runtime_error with the server's words
void each_prepared(
    pg_conn* connection, const std::string& text, const std::vector<PgValue>& values,
    const TakePgRow& take
);

/// Many rows as they come, none of which waits for the last one.
/// @throws std::runtime_error with the server's words
/// @source PostgreSQL 15, COPY, "Binary Format"
void each_copied(
    pg_conn* connection, const std::string& text, const std::vector<PgValue>& values,
    const TakePgRow& take
);

}  // namespace porteur::queries
