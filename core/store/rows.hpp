// SPDX-License-Identifier: Apache-2.0
#pragma once

// A query whose columns are read by position, for the sources of this folder that keep small
// tables.

#include <soci/soci.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::rows {

struct Cell {
    long long number = 0;
    std::string text;
    soci::indicator state = soci::i_ok;
    bool is_null() const { return state == soci::i_null; }
};
using Row = std::vector<Cell>;

/// What stands for the placeholders of a query, in their order: numbers and texts as they come.
class Values {
public:
    Values& number(long long value) {
        values_.push_back({value, {}, soci::i_ok});
        texts_.push_back(false);
        return *this;
    }
    Values& number(const std::optional<long long>& value) {
        values_.push_back({value.value_or(0), {}, value ? soci::i_ok : soci::i_null});
        texts_.push_back(false);
        return *this;
    }
    Values& text(std::string value) {
        values_.push_back({0, std::move(value), soci::i_ok});
        texts_.push_back(true);
        return *this;
    }
    void bind(soci::statement& statement) {
        for (std::size_t at = 0; at < values_.size(); ++at) {
            auto& each = values_[at];
            if (texts_[at])
                statement.exchange(soci::use(each.text));
            else
                statement.exchange(soci::use(each.number, each.state));
        }
    }

private:
    std::vector<Cell> values_;
    std::vector<bool> texts_;
};

/// Runs a query whose columns are given as 'n' (number) and 't' (text), and calls `each` for every
/// row.
template <class Each>
void read(
    soci::session& sql, const std::string& query, std::string_view columns, Values values, Each each
) {
    Row cells(columns.size());
    soci::statement statement(sql);
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (columns[at] == 'n')
            statement.exchange(soci::into(cells[at].number, cells[at].state));
        else
            statement.exchange(soci::into(cells[at].text, cells[at].state));
    }
    values.bind(statement);
    statement.alloc();
    statement.prepare(query);
    statement.define_and_bind();
    if (statement.execute(true)) do
            each(cells);
        while (statement.fetch());
}

/// Runs a statement. @return how many rows it changed
inline long long change(soci::session& sql, const std::string& text, Values values = {}) {
    soci::statement statement(sql);
    values.bind(statement);
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
    statement.execute(true);
    return statement.get_affected_rows();
}

}  // namespace porteur::rows
