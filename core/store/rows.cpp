// SPDX-License-Identifier: Apache-2.0
#include "store/rows.hpp"

#include <soci/soci.h>

namespace porteur::rows {
namespace {

/// The values where SOCI reads them: they stay in place while the statement runs.
class Bound {
public:
    Bound(soci::statement& statement, const Values& values)
        : values_(values.all), states_(values_.size()) {
        for (std::size_t at = 0; at < values_.size(); ++at) {
            auto& [is_text, cell] = values_[at];
            if (is_text)
                statement.exchange(soci::use(cell.text));
            else
                statement.exchange(soci::use(cell.number, states_[at]));
        }
        look_at_nulls();
    }
    /// @param values  of the same kinds
    void take(const Values& values) {
        for (std::size_t at = 0; at < values_.size(); ++at) values_[at].cell = values.all.at(at).cell;
        look_at_nulls();
    }

private:
    void look_at_nulls() {
        for (std::size_t at = 0; at < values_.size(); ++at)
            states_[at] = values_[at].cell.null ? soci::i_null : soci::i_ok;
    }

    std::vector<Values::Value> values_;
    std::vector<soci::indicator> states_;
};

}  // namespace

void read(
    soci::session& sql, const std::string& query, std::string_view columns, const Values& values,
    const std::function<void(const Row&)>& each
) {
    Row cells(columns.size());
    std::vector<soci::indicator> states(columns.size(), soci::i_ok);
    soci::statement statement(sql);
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (columns[at] == 'n')
            statement.exchange(soci::into(cells[at].number, states[at]));
        else
            statement.exchange(soci::into(cells[at].text, states[at]));
    }
    const Bound bound(statement, values);
    statement.alloc();
    statement.prepare(query);
    statement.define_and_bind();
    for (bool there = statement.execute(true); there; there = statement.fetch()) {
        for (std::size_t at = 0; at < columns.size(); ++at)
            cells[at].null = states[at] == soci::i_null;
        each(cells);
    }
}

struct Prepared::Parts {
    soci::statement statement;
    Bound bound;
    Parts(soci::session& sql, const Values& kinds) : statement(sql), bound(statement, kinds) {}
};

Prepared::Prepared(soci::session& sql, const std::string& text, const Values& kinds)
    : parts_(std::make_unique<Parts>(sql, kinds)) {
    parts_->statement.alloc();
    parts_->statement.prepare(text);
    parts_->statement.define_and_bind();
}

Prepared::~Prepared() = default;

long long Prepared::run(const Values& values) {
    parts_->bound.take(values);
    parts_->statement.execute(true);
    return parts_->statement.get_affected_rows();
}

long long change(soci::session& sql, const std::string& text, const Values& values) {
    return Prepared(sql, text, values).run(values);
}

}  // namespace porteur::rows
