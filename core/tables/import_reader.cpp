// SPDX-License-Identifier: Apache-2.0
// Rows go through three stations: CsvReader cuts the file into cells; the first rows wait until the
// columns are known; then rows are gathered in batches, whose numbers are checked together and
// whose other cells one by one.
#include "tables/import_reader.hpp"

#include <algorithm>
#include <cstring>
#include <memory_resource>
#include <vector>

#include <porteur/phrase.hpp>

#include "domain/inventory.hpp"
#include "domain/number_limits.hpp"
#include "tables/csv_cell.hpp"
#include "tables/import_cells.hpp"
#include "tables/seen_numbers.hpp"
#include "tables/words.hpp"

namespace porteur::tables {
namespace {

/// Rows that are looked at to tell the columns.
constexpr std::size_t sample_row_count = 40;

/// Tells rows apart that say different things: eight bytes at a time, with the size, so that
/// "a","b" is not "ab","".
std::uint64_t mixed(std::uint64_t into, std::string_view text) {
    const auto size = text.size();
    for (;;) {
        std::uint64_t piece = 0;
        if (!text.empty())
            std::memcpy(&piece, text.data(), std::min<std::size_t>(text.size(), sizeof piece));
        into = (into ^ piece) * 0x9E3779B97F4A7C15U;
        into ^= into >> 32U;
        if (text.size() <= sizeof piece) break;
        text.remove_prefix(sizeof piece);
    }
    return (into ^ size) * 0xC2B2AE3D27D4EB4FU;
}

}  // namespace

class ImportReader::Work {
public:
    Work(ImportOptions options, RowHandler on_rows, FindingHandler on_finding)
        : options_(std::move(options)),
          on_rows_(std::move(on_rows)),
          on_finding_(std::move(on_finding)),
          reader_([this](const CsvRow& row) { return take(row); }, options_.limits) {}

    Result<void> append(std::string_view bytes) { return reader_.append(bytes); }
    Result<void> finish() {
        if (auto done = reader_.finish(); !done) return done;
        if (!started_)
            if (auto done = start(); !done) return done;
        return give();
    }

    ImportCounts counts;
    ImportColumns columns;

private:
    struct Held {
        std::size_t row;
        std::vector<std::string> cells;
        std::vector<FaultyCell> faults;
    };
    /// A row of the batch: its cells lie in the arena.
    struct Gathered {
        std::size_t row;
        std::span<std::string_view> cells;
        std::span<FaultyCell> faults;
    };

    template <class T>
    std::span<T> place_for(std::size_t count) {
        auto* const at = static_cast<T*>(arena_.allocate(count * sizeof(T) + 1, alignof(T)));
        std::uninitialized_default_construct_n(at, count);
        return {at, count};
    }
    std::string_view kept(std::string_view text) {
        if (text.empty()) return {};
        const auto place = place_for<char>(text.size());
        std::memcpy(place.data(), text.data(), text.size());
        return {place.data(), place.size()};
    }

    Result<void> take(const CsvRow& row) {
        if (started_) return gather(row.row, row.cells, row.faults);
        auto& held = held_.emplace_back();
        held.row = row.row;
        held.faults.assign(row.faults.begin(), row.faults.end());
        for (const auto cell : row.cells) held.cells.emplace_back(cell);
        return held_.size() < sample_row_count ? Result<void>{} : start();
    }

    Result<void> start() {
        std::vector<std::vector<std::string>> sample;
        for (const auto& each : held_) {
            auto& cells = sample.emplace_back();
            for (const auto& cell : each.cells) cells.emplace_back(restored(cell, room_));
        }
        auto found = detect_columns(options_.columns, sample, options_.region);
        if (!found) return std::unexpected(found.error());
        columns = std::move(*found);
        number_column_ = static_cast<std::size_t>(
            std::ranges::find(columns.columns, ImportField::number, &ImportColumn::field) -
            columns.columns.begin()
        );
        started_ = true;
        std::vector<std::string_view> cells;
        for (std::size_t index = columns.has_header ? 1 : 0; index < held_.size(); ++index) {
            cells.assign(held_[index].cells.begin(), held_[index].cells.end());
            if (auto done = gather(held_[index].row, cells, held_[index].faults); !done)
                return done;
        }
        held_.clear();
        return {};
    }

    Result<void> gather(
        std::size_t row, std::span<const std::string_view> cells, std::span<const FaultyCell> faults
    ) {
        if (std::ranges::all_of(cells, [](std::string_view cell) { return trimmed(cell).empty(); }))
            return {};
        ++counts.rows;
        Gathered each{.row = row, .cells = place_for<std::string_view>(cells.size()), .faults = {}};
        for (std::size_t column = 0; column < cells.size(); ++column)
            each.cells[column] = kept(trimmed(restored(cells[column], room_)));
        if (!faults.empty()) {
            each.faults = place_for<FaultyCell>(faults.size());
            std::ranges::copy(faults, each.faults.begin());
        }
        batch_.push_back(each);
        return batch_.size() < options_.batch_size ? Result<void>{} : give();
    }

    Result<void> give() {
        texts_.clear();
        for (const auto& each : batch_)
            texts_.push_back(
                number_column_ < each.cells.size() ? each.cells[number_column_] : std::string_view{}
            );
        checked_.resize(texts_.size());
        numbering::check_all(texts_, options_.region, options_.threads, checked_);
        rows_.clear();
        for (std::size_t index = 0; index < batch_.size(); ++index)
            if (auto done = judge(batch_[index], checked_[index]); !done) return done;
        const auto done = rows_.empty() ? Result<void>{} : on_rows_(rows_);
        counts.good += rows_.size();
        batch_.clear();
        arena_.release();
        return done;
    }

    Result<void> report(
        const Gathered& from, std::size_t column, std::string sentence, bool repeated = false
    ) {
        ImportFinding finding{
            .row = from.row,
            .column = column_letters(column),
            .column_name =
                column < columns.columns.size() ? columns.columns[column].name : std::string(),
            .value = column < from.cells.size() ? cut(from.cells[column]) : std::string(),
            .sentence = std::move(sentence),
            .repeated = repeated,
        };
        if (!repeated) ++counts.bad_cells;
        return on_finding_(finding);
    }

    Result<void> judge(const Gathered& from, const numbering::CheckedNumber& number) {
        const auto bad_before = counts.bad_cells;
        for (const auto& fault : from.faults)
            if (auto done = report(from, fault.column, sentence_of(fault.fault)); !done)
                return done;
        const auto has_fault = [&](std::size_t column) {
            return holds(from.faults, column, &FaultyCell::column);
        };
        for (auto column = columns.columns.size(); column < from.cells.size(); ++column)
            if (!from.cells[column].empty() && !has_fault(column))
                if (auto done = report(
                        from, column,
                        phrase("the row has a cell beyond the last column; look for a separator "
                               "too many before it")
                    );
                    !done)
                    return done;

        ImportRow row;
        row.row = from.row;
        row.number = number;
        row.provider = options_.provider;
        row.type = number.type;
        row.country = number.country();
        custom_.clear();
        if (!number.is_valid() && !has_fault(number_column_))
            if (auto done = report(from, number_column_, numbering::sentence_of(number)); !done)
                return done;
        std::uint64_t content = 0xCBF29CE484222325U;
        for (std::size_t column = 0; column < std::min(columns.columns.size(), from.cells.size());
             ++column) {
            const auto& about = columns.columns[column];
            const auto cell = from.cells[column];
            if (about.field != ImportField::left_out && about.field != ImportField::number)
                content = mixed(content, cell);
            if (cell.empty() || has_fault(column)) continue;
            if (auto sentence = read_cell(about, cell, row); !sentence.empty())
                if (auto done = report(from, column, std::move(sentence)); !done) return done;
        }
        // A cost without currency has that of its own column, then the default.
        if (!row.cost_amount.empty() && row.cost_currency.empty())
            row.cost_currency = options_.currency;
        if (!custom_.empty()) {
            const auto place =
                place_for<std::pair<std::string_view, std::string_view>>(custom_.size());
            std::ranges::copy(custom_, place.begin());
            row.custom = place;
        }
        if (counts.bad_cells != bad_before) {
            ++counts.bad;
            return {};
        }
        if (const auto* first = seen_.see(number.key(), {from.row, content})) {
            const bool same = first->content == content;
            ++(same ? counts.repeated : counts.bad);
            return report(
                from, number_column_,
                same ? phrase(
                           "row {1:n} has this number already, with the same values; this row adds "
                           "nothing",
                           first->row
                       )
                     : phrase(
                           "row {1:n} has this number already, with other values; keep one of the "
                           "two rows",
                           first->row
                       ),
                same
            );
        }
        rows_.push_back(row);
        return {};
    }

    /// Puts a cell into the row; gives what is wrong with it.
    std::string read_cell(const ImportColumn& about, std::string_view cell, ImportRow& row) {
        const auto name = [&](std::string_view& to) -> std::string {
            if (is_longer(cell, name_size_max))
                return phrase(
                    "the text is longer than {1:n} characters; shorten it", name_size_max
                );
            to = cell;
            return {};
        };
        switch (about.field) {
            case ImportField::number:
            case ImportField::left_out:
                return {};
            case ImportField::used_by:
                return name(row.used_by);
            case ImportField::company:
                return name(row.company);
            case ImportField::var:
                return name(row.var);
            case ImportField::provider:
                if (options_.has_provider && !options_.has_provider(cell))
                    return phrase(
                        "no account is called like this; write the name of an account of this "
                        "system"
                    );
                return name(row.provider);
            case ImportField::use_type:
                if (holds(use_types, cell, &Said::word))
                    row.use_type = cell;
                else if (const auto word = word_said(use_types, plain_header(cell)))
                    row.use_type = *word;
                else
                    return phrase("this is no use type; write user, service or group");
                return {};
            case ImportField::type:
                row.type = read_number_type(cell);
                if (row.type) return {};
                // What our own list says where the plan has no word.
                if (cell == "unknown") return {};
                return phrase(
                    "this is no type of number; write local, mobile, national, toll_free, "
                    "shared_cost or short_code"
                );
            case ImportField::state:
                if (!number_state_of(cell))
                    return phrase(
                        "this is no state of a number; write one such as available, assigned or "
                        "in_service"
                    );
                row.state = cell;
                return {};
            case ImportField::country:
                return read_country(cell, row);
            case ImportField::tags:
                return read_tags(cell, row);
            case ImportField::cost: {
                const auto cost = read_cost(cell);
                if (!cost) return phrase("this is no amount; write one as in 1.50 or 1.50 CAD");
                row.cost_amount = kept(cost->amount);
                if (!cost->currency.empty()) row.cost_currency = kept(cost->currency);
                return {};
            }
            case ImportField::currency:
                if (cell.size() != 3 || !std::ranges::all_of(cell, [](char letter) {
                        return letter >= 'A' && letter <= 'Z';
                    }))
                    return phrase("this is no currency; write its three letters, as in CAD");
                if (row.cost_currency.empty()) row.cost_currency = cell;
                return {};
            case ImportField::custom:
                if (cell.size() > field_size_max)
                    return phrase("the text has more than {1:n} bytes; shorten it", field_size_max);
                custom_.emplace_back(about.custom, cell);
                return {};
        }
        return {};
    }

    std::string read_country(std::string_view cell, ImportRow& row) {
        if (row.number.is_valid() && row.number.country() == cell) return {};
        if (!numbering::is_region(cell))
            return phrase("this is no country that has numbers; write its two letters, as in CA");
        if (!row.number.is_valid()) return {};
        if (!numbering::share_country_code(row.number.text(), cell)) {
            if (row.number.country().empty())
                return phrase(
                    "the number belongs to no country; leave the country out, or correct the number"
                );
            return phrase(
                "the number belongs to {1}; correct the number or the country", row.number.country()
            );
        }
        row.country = cell;
        return {};
    }

    std::string read_tags(std::string_view cell, ImportRow& row) {
        std::vector<std::string_view> tags;
        auto sentence = tables::read_tags(cell, tags);
        if (!sentence.empty()) return sentence;
        const auto place = place_for<std::string_view>(tags.size());
        std::ranges::copy(tags, place.begin());
        row.tags = place;
        return {};
    }

    ImportOptions options_;
    RowHandler on_rows_;
    FindingHandler on_finding_;
    CsvReader reader_;
    bool started_ = false;
    std::vector<Held> held_;
    std::string room_;
    std::size_t number_column_ = 0;
    std::pmr::monotonic_buffer_resource arena_{std::size_t{1} << 20};
    std::vector<Gathered> batch_;
    std::vector<std::string_view> texts_;
    std::vector<numbering::CheckedNumber> checked_;
    std::vector<ImportRow> rows_;
    std::vector<std::pair<std::string_view, std::string_view>> custom_;
    SeenNumbers seen_;
};

ImportReader::ImportReader(ImportOptions options, RowHandler on_rows, FindingHandler on_finding)
    : work_(std::make_unique<Work>(std::move(options), std::move(on_rows), std::move(on_finding))) {
}

ImportReader::~ImportReader() = default;

Result<void> ImportReader::append(std::string_view bytes) { return work_->append(bytes); }

Result<void> ImportReader::finish() { return work_->finish(); }

const ImportCounts& ImportReader::counts() const { return work_->counts; }

const ImportColumns& ImportReader::columns() const { return work_->columns; }

}  // namespace porteur::tables
