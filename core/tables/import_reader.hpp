// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <porteur/result.hpp>

#include "numbering/checked_number.hpp"
#include "tables/csv_reader.hpp"
#include "tables/import_columns.hpp"

namespace porteur::tables {

/// One good row. The texts are valid until the handler returns.
struct ImportRow {
    std::size_t row = 0;  ///< as a spreadsheet counts them
    numbering::CheckedNumber number;
    std::string_view used_by, company, var, provider;
    std::string_view use_type,
        state;  ///< words of the API, as use_type_of() and number_state_of() read them
    std::string_view
        country;  ///< of the number, or that of the cell where both share a country code (+1 800)
    std::optional<NumberType> type;  ///< of the cell, else of the number's plan
    std::string_view cost_amount;    ///< "1.50"
    std::string_view cost_currency;  ///< "CAD"; the default where the file has none
    std::span<const std::string_view> tags;
    std::span<const std::pair<std::string_view, std::string_view>>
        custom;  ///< filled fields: name, value
};

/// Something that a person should know of a cell.
struct ImportFinding {
    std::size_t row = 0;
    std::string column = {};       ///< "B"
    std::string column_name = {};  ///< "Number"
    std::string value = {};        ///< as it was read, cut after 60 bytes
    std::string sentence = {};     ///< what is wrong and what to do
    bool repeated = false;         ///< no fault: the row says again what an earlier one said
};

struct ImportOptions {
    std::string region = {};        ///< of numbers without a country code: "CA"
    std::string columns = {};       ///< the user's map, as detect_columns() takes it
    std::string currency = "USD";   ///< of costs that name none
    std::string provider = {};      ///< of rows that name none
    unsigned threads = 0;           ///< for checking numbers; 0: as many as there are cores
    std::size_t batch_size = 4096;  ///< rows that are checked and given at a time
    CsvLimits limits = {};
    /// False for a provider that no account has; unset: any name will do.
    std::function<bool(std::string_view)> has_provider = {};
};

struct ImportCounts {
    std::size_t rows = 0;  ///< with something in them, without the header
    std::size_t good = 0;
    std::size_t bad = 0;       ///< with at least one bad cell
    std::size_t repeated = 0;  ///< that say again what an earlier one said
    std::size_t bad_cells = 0;
};

/// Reads a file of numbers, whatever its form of CSV, and checks every cell. Each row becomes one
/// thing: a good row, a repeated one, or findings for each bad cell; none is dropped in silence.
/// Findings of a batch of rows come before its good rows. Memory: a batch, and 24 to 36 bytes for
/// each number seen.
/// @threads one at a time
class ImportReader {
public:
    using RowHandler = std::function<Result<void>(std::span<const ImportRow>)>;
    using FindingHandler = std::function<Result<void>(const ImportFinding&)>;

    ImportReader(ImportOptions options, RowHandler on_rows, FindingHandler on_finding);
    ~ImportReader();

    /// @errors invalid_input: no CSV, or no column of numbers; a row that cannot be read at all,
    /// with its number; the handlers'
    Result<void> append(std::string_view bytes);
    Result<void> finish();

    const ImportCounts& counts() const;
    /// What was found out of the columns; empty until the first rows were read.
    const ImportColumns& columns() const;

private:
    class Work;
    std::unique_ptr<Work> work_;
};

}  // namespace porteur::tables
