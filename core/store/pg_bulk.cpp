// SPDX-License-Identifier: Apache-2.0
// PostgreSQL: one array a column, one statement a batch.
#include <fmt/format.h>

#include <utility>

#include "store/bulk.hpp"
#include "store/column_text.hpp"
#include "store/pg_pipeline.hpp"

namespace porteur {
namespace {

class ArrayByColumn final : public Bulk {
public:
    ArrayByColumn(PgPipeline& pipeline, std::string name, BulkShape shape)
        : pipeline_(pipeline), name_(std::move(name)), shape_(std::move(shape)) {
        std::vector<PgPipeline::Parameter> parameters;
        for (const auto& column : shape_.columns) {
            const bool numbers = column.type == ColumnType::number;
            arrays_.emplace_back(numbers);
            parameters.push_back(
                numbers ? PgPipeline::Parameter::numbers : PgPipeline::Parameter::texts
            );
        }
        pipeline_.prepare(name_, sql_text(), parameters);
    }
    void number(std::int64_t value) override { arrays_[at_++].number(value); }
    void text(std::string_view value) override {
        mended_ = value;
        clean(mended_);
        arrays_[at_++].text(mended_);
    }
    void null() override { arrays_[at_++].null(); }
    void end_row() override {
        at_ = 0;
        ++rows_;
    }
    void send() override {
        if (rows_ == 0) return;
        values_.clear();
        for (auto& array : arrays_) values_.push_back(array.bytes());
        pipeline_.send(name_, values_);
        forget_rows();
        sent_ = true;
    }
    long long changed() override {
        return std::exchange(sent_, false) ? pipeline_.receive().rows : 0;
    }
    void clear() override {
        forget_rows();
        sent_ = false;
    }

private:
    void forget_rows() {
        at_ = 0;
        rows_ = 0;
        for (auto& array : arrays_) array.clear();
    }

    std::string sql_text() const {
        const auto& columns = shape_.columns;
        std::string arrays;
        for (std::size_t at = 1; at <= columns.size(); ++at)
            arrays += fmt::format("{}${}", at == 1 ? "" : ", ", at);
        if (shape_.verb == BulkShape::Verb::insert)
            return fmt::format(
                "insert into {} ({}) select * from unnest({}){}", shape_.table,
                joined(columns, 0, "", "", ", "), arrays, replaced(shape_)
            );
        std::string given;
        for (const auto& column : columns) given += fmt::format("{}{}", given.empty() ? "" : ", ", column.given());
        const bool erases = shape_.verb == BulkShape::Verb::erase;
        const auto keys = erases ? columns.size() : static_cast<std::size_t>(shape_.key_columns);
        std::string where;
        for (std::size_t at = 0; at < keys; ++at)
            where +=
                fmt::format("{}t.{} = v.{}", at > 0 ? " and " : "", columns[at].name, columns[at].given());
        if (erases)
            return fmt::format(
                "delete from {} as t using unnest({}) as v({}) where {}", shape_.table, arrays,
                given, where
            );
        std::string changes;
        for (std::size_t at = keys; at < columns.size(); ++at)
            changes += fmt::format(
                fmt::runtime(columns[at].null_keeps ? "{0}{1} = coalesce(v.{1}, t.{1})" : "{0}{1} = v.{1}"),
                at > keys ? ", " : "", columns[at].name
            );
        return fmt::format(
            "update {} as t set {} from unnest({}) as v({}) where {}", shape_.table, changes, arrays, given, where
        );
    }

    PgPipeline& pipeline_;
    std::string name_;
    BulkShape shape_;
    std::vector<PgArray> arrays_;
    std::vector<std::string> values_;
    std::string mended_;
    std::size_t at_ = 0;
    std::size_t rows_ = 0;
    bool sent_ = false;
};

}  // namespace

std::unique_ptr<Bulk> Bulk::on_postgresql(PgPipeline& pipeline, std::string name, BulkShape shape) {
    return std::make_unique<ArrayByColumn>(pipeline, std::move(name), std::move(shape));
}

}  // namespace porteur
