// SPDX-License-Identifier: Apache-2.0
#include "store/bulk.hpp"

#include <soci/soci.h>

#include <deque>

#include "store/column_text.hpp"

namespace porteur {
namespace {

struct Cell {
    long long number = 0;
    std::string text;
    soci::indicator state = soci::i_ok;
};

class RowByRow final : public Bulk {
public:
    RowByRow(soci::session& sql, BulkShape shape) : shape_(std::move(shape)), statement_(sql) {
        cells_.resize(shape_.columns.size());
        for (std::size_t at = 0; at < cells_.size(); ++at) {
            if (shape_.columns[at].type == ColumnType::number)
                statement_.exchange(soci::use(cells_[at].number, cells_[at].state));
            else
                statement_.exchange(soci::use(cells_[at].text, cells_[at].state));
        }
        statement_.alloc();
        statement_.prepare(sql_text());
        statement_.define_and_bind();
    }
    void number(std::int64_t value) override {
        cells_[at_].number = value;
        cells_[at_++].state = soci::i_ok;
    }
    void text(std::string_view value) override {
        cells_[at_].text = value;
        clean(cells_[at_].text);
        cells_[at_++].state = soci::i_ok;
    }
    void null() override { cells_[at_++].state = soci::i_null; }
    void end_row() override {
        at_ = 0;
        statement_.execute(true);
        changed_ += statement_.get_affected_rows();
    }
    void send() override {}
    long long changed() override { return std::exchange(changed_, 0); }
    void clear() override {
        at_ = 0;
        changed_ = 0;
    }

private:
    std::string sql_text() const {
        const auto& columns = shape_.columns;
        if (shape_.verb == BulkShape::Verb::insert)
            return "insert into " + std::string(shape_.table) + " (" + joined(columns, 0, "", "", ", ") +
                   ") values (" + joined(columns, 0, ":", "", ", ") + ")" + replaced(shape_);
        if (shape_.verb == BulkShape::Verb::erase) {
            std::string out = "delete from " + std::string(shape_.table) + " where ";
            for (std::size_t at = 0; at < columns.size(); ++at)
                out += std::string(at > 0 ? " and " : "") + std::string(columns[at].name) + " = :" + std::string(columns[at].name);
            return out;
        }
        // The key's values come first in the text order of use(), so they are numbered: ?1 in the where.
        std::string out = "update " + std::string(shape_.table) + " set ";
        const auto keys = static_cast<std::size_t>(shape_.key_columns);
        for (std::size_t at = keys; at < columns.size(); ++at)
            out += std::string(at > keys ? ", " : "") + std::string(columns[at].name) + " = " +
                   (columns[at].null_keeps ? "coalesce(?" + std::to_string(at + 1) + ", " + std::string(columns[at].name) + ")"
                                           : "?" + std::to_string(at + 1));
        out += " where ";
        for (std::size_t at = 0; at < keys; ++at)
            out += std::string(at > 0 ? " and " : "") + std::string(columns[at].name) + " = ?" + std::to_string(at + 1);
        return out;
    }

    BulkShape shape_;
    std::deque<Cell> cells_;
    std::size_t at_ = 0;
    long long changed_ = 0;
    soci::statement statement_;
};

}  // namespace

std::unique_ptr<Bulk> Bulk::on_sqlite(soci::session& sql, BulkShape shape) {
    return std::make_unique<RowByRow>(sql, std::move(shape));
}

}  // namespace porteur
