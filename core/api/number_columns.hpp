// SPDX-License-Identifier: Apache-2.0
#pragma once

// The columns of numbers as a file: which there are, and what stands in each.

#include <string>
#include <string_view>
#include <vector>

#include "api/number_services.hpp"
#include "tables/table.hpp"
#include "tongue/tongue.hpp"

namespace porteur::handlers {

enum class NumberField {
    number,
    used_by,
    use_type,
    company,
    var,
    provider,
    status,
    state,
    country,
    type,
    features,
    tags,
    cost,
    currency,
    order,
    first_call,
    custom
};

/// A column that is asked for.
struct NumberColumn {
    NumberField field;
    std::string custom;  ///< the key of a custom field
};

/// The words of columns, with commas between; empty: the usual ones.
/// @param is_customer  companies and professionals see no VARs, and know whose numbers theirs are
/// @errors invalid_input: names the parameter "columns" @threads any
Result<std::vector<NumberColumn>> read_columns(std::string_view text, bool is_customer);

/// The title of a column by its word, English, to be put into a language. @threads any
std::string_view title_of_column(std::string_view word);

/// With their titles in a language. @threads any
std::vector<tables::Column> titled(const std::vector<NumberColumn>& wanted, const Tongue& tongue);

/// The cells of one row after another. @threads one at a time
class NumberCells {
public:
    explicit NumberCells(std::vector<NumberColumn> wanted)
        : wanted_(std::move(wanted)), cells_(wanted_.size()), rooms_(wanted_.size()) {}

    /// Valid until the next row, and no longer than what `number` refers to.
    tables::Row of(const NumberRead& number);

private:
    std::vector<NumberColumn> wanted_;
    std::vector<std::string_view> cells_;
    std::vector<std::string> rooms_;  ///< of cells that are made
};

}  // namespace porteur::handlers
