// SPDX-License-Identifier: Apache-2.0
#include "store/bulk.hpp"

#include <soci/soci.h>

#include <deque>

namespace porteur {
namespace {

std::string joined(const std::vector<Column>& columns, std::size_t from, std::string_view before,
                   std::string_view middle, std::string_view separator) {
    std::string out;
    for (std::size_t at = from; at < columns.size(); ++at) {
        if (!out.empty()) out += separator;
        out += before;
        out += columns[at].name;
        if (!middle.empty()) {
            out += middle;
            out += columns[at].name;
        }
    }
    return out;
}

/// What an insert does with a row whose key is there already.
std::string replaced(const BulkShape& shape) {
    if (shape.key_columns == 0) return {};
    std::string keys;
    std::string values;
    for (std::size_t at = 0; at < shape.columns.size(); ++at) {
        const std::string name(shape.columns[at].name);
        if (at < static_cast<std::size_t>(shape.key_columns))
            keys += (at > 0 ? ", " : "") + name;
        else
            values += (values.empty() ? "" : ", ") + name + " = excluded." + name;
    }
    // PostgreSQL and SQLite say it alike.
    return " on conflict (" + keys + ") do update set " + values;
}

// A carrier's words may be in any bytes; a text column holds UTF-8 without NUL. What is neither is
// shown as "?", because refusing the row would lose the order's change with it.
bool is_clean(std::string_view text) {
    for (const char letter : text)
        if (static_cast<unsigned char>(letter) >= 0x80 || letter == '\0') return false;
    return true;
}

std::size_t utf8_length_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto lead = byte(at);
    if (lead == 0) return 0;
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t index = at + 1; index < at + length; ++index)
        if ((byte(index) & 0xC0) != 0x80) return 0;
    // Overlong forms, surrogates, and beyond U+10FFFF.
    if ((lead == 0xE0 && byte(at + 1) < 0xA0) || (lead == 0xED && byte(at + 1) > 0x9F) ||
        (lead == 0xF0 && byte(at + 1) < 0x90) || (lead == 0xF4 && byte(at + 1) > 0x8F))
        return 0;
    return length;
}

std::string cleaned(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto length = utf8_length_at(text, at);
        if (length == 0)
            out += '?';
        else
            out.append(text, at, length);
        at += length == 0 ? 1 : length;
    }
    return out;
}

// ------------------------------------------------------------------ SQLite: row by row

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
        if (is_clean(value))
            cells_[at_].text = value;
        else
            cells_[at_].text = cleaned(value);
        cells_[at_++].state = soci::i_ok;
    }
    void null() override { cells_[at_++].state = soci::i_null; }
    void end_row() override {
        at_ = 0;
        statement_.execute(true);
        changed_ += statement_.get_affected_rows();
    }
    long long flush() override { return std::exchange(changed_, 0); }
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
            out += std::string(at > keys ? ", " : "") + std::string(columns[at].name) + " = ?" + std::to_string(at + 1);
        out += " where ";
        for (std::size_t at = 0; at < keys; ++at)
            out += std::string(at > 0 ? " and " : "") + std::string(columns[at].name) + " = ?" + std::to_string(at + 1);
        for (std::size_t at = keys; at < columns.size(); ++at)
            if (columns[at].name == shape_.counter)
                out += " and " + std::string(shape_.counter) + " = ?" + std::to_string(at + 1) + " - 1";
        return out;
    }

    BulkShape shape_;
    std::deque<Cell> cells_;
    std::size_t at_ = 0;
    long long changed_ = 0;
    soci::statement statement_;
};

// ------------------------------------------------------------------ PostgreSQL: one array a column

class ArrayByColumn final : public Bulk {
public:
    ArrayByColumn(soci::session& sql, BulkShape shape) : shape_(std::move(shape)), statement_(sql) {
        arrays_.resize(shape_.columns.size());
        clear();
        for (auto& array : arrays_) statement_.exchange(soci::use(array));
        statement_.alloc();
        statement_.prepare(sql_text());
        statement_.define_and_bind();
    }
    void number(std::int64_t value) override { place() += std::to_string(value); }
    void text(std::string_view given) override {
        std::string mended;
        if (!is_clean(given)) mended = cleaned(given);
        const std::string_view value = mended.empty() ? given : mended;
        auto& out = place();
        out += '"';
        std::size_t clean = 0;
        for (std::size_t at = 0; at < value.size(); ++at) {
            if (value[at] != '"' && value[at] != '\\') continue;
            out.append(value, clean, at - clean);
            out += '\\';
            clean = at;
        }
        out.append(value, clean, value.size() - clean);
        out += '"';
    }
    void null() override { place() += "NULL"; }
    void end_row() override {
        at_ = 0;
        ++rows_;
    }
    long long flush() override {
        if (rows_ == 0) return 0;
        for (auto& array : arrays_) array += '}';
        statement_.execute(true);
        const auto changed = statement_.get_affected_rows();
        clear();
        return changed;
    }
    void clear() override {
        at_ = 0;
        rows_ = 0;
        for (auto& array : arrays_) array = "{";
    }

private:
    std::string& place() {
        auto& out = arrays_[at_++];
        if (rows_ > 0) out += ',';
        return out;
    }
    std::string sql_text() const {
        const auto& columns = shape_.columns;
        std::string arrays;
        for (const auto& column : columns) {
            if (!arrays.empty()) arrays += ", ";
            arrays += "cast(:" + std::string(column.name) +
                      (column.type == ColumnType::number ? " as bigint[])" : " as text[])");
        }
        if (shape_.verb == BulkShape::Verb::insert)
            return "insert into " + std::string(shape_.table) + " (" + joined(columns, 0, "", "", ", ") +
                   ") select * from unnest(" + arrays + ")" + replaced(shape_);
        const bool erases = shape_.verb == BulkShape::Verb::erase;
        const auto keys = erases ? columns.size() : static_cast<std::size_t>(shape_.key_columns);
        std::string where;
        for (std::size_t at = 0; at < keys; ++at)
            where += std::string(at > 0 ? " and " : "") + "t." + std::string(columns[at].name) + " = v." +
                     std::string(columns[at].name);
        if (!shape_.counter.empty())
            where += " and t." + std::string(shape_.counter) + " = v." + std::string(shape_.counter) + " - 1";
        if (erases)
            return "delete from " + std::string(shape_.table) + " as t using unnest(" + arrays + ") as v(" +
                   joined(columns, 0, "", "", ", ") + ") where " + where;
        return "update " + std::string(shape_.table) + " as t set " + joined(columns, keys, "", " = v.", ", ") +
               " from unnest(" + arrays + ") as v(" + joined(columns, 0, "", "", ", ") + ") where " + where;
    }

    BulkShape shape_;
    std::vector<std::string> arrays_;
    std::size_t at_ = 0;
    std::size_t rows_ = 0;
    soci::statement statement_;
};

}  // namespace

std::unique_ptr<Bulk> Bulk::make(soci::session& sql, Dialect dialect, BulkShape shape) {
    if (dialect == Dialect::sqlite) return std::make_unique<RowByRow>(sql, std::move(shape));
    return std::make_unique<ArrayByColumn>(sql, std::move(shape));
}

}  // namespace porteur
