// SPDX-License-Identifier: Apache-2.0
#pragma once

// A query whose columns are read by position, for the sources of this folder that keep small
// tables.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soci {
class session;
}

namespace porteur::rows {

struct Cell {
    long long number = 0;
    std::string text;
    bool null = false;
    bool is_null() const { return null; }
};
using Row = std::vector<Cell>;

/// What stands for the placeholders of a query, in their order.
class Values {
public:
    struct Value {
        bool is_text = false;
        Cell cell;
    };
    Values& number(long long value) {
        all.push_back({.is_text = false, .cell = {.number = value, .text = {}, .null = false}});
        return *this;
    }
    Values& number(const std::optional<long long>& value) {
        all.push_back(
            {.is_text = false, .cell = {.number = value.value_or(0), .text = {}, .null = !value}}
        );
        return *this;
    }
    Values& text(std::string value) {
        all.push_back(
            {.is_text = true, .cell = {.number = 0, .text = std::move(value), .null = false}}
        );
        return *this;
    }
    std::vector<Value> all;
};

/// Runs a query whose columns are given as 'n' (number) and 't' (text), and calls `each` for every
/// row. Throws what SOCI throws. @threads the session's
void read(
    soci::session& sql, const std::string& query, std::string_view columns, const Values& values,
    const std::function<void(const Row&)>& each
);

/// Runs a statement. @return how many rows it changed
long long change(soci::session& sql, const std::string& text, const Values& values = {});

/// A statement that is run for many rows, prepared once. Values as of change(), of the same kinds each time.
/// @threads the session's
class Prepared {
public:
    Prepared(soci::session& sql, const std::string& text, const Values& kinds);
    ~Prepared();
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

    /// @return how many rows it changed
    long long run(const Values& values);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace porteur::rows
