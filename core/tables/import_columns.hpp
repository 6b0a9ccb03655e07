// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::tables {

/// What a column of an import may say of a number.
enum class ImportField : std::uint8_t {
    number,
    used_by,
    use_type,
    company,
    var,
    provider,
    country,
    type,
    tags,
    state,
    cost,
    currency,
    custom,    ///< a field of the user's own, named by its header
    left_out,  ///< what the system itself says (status, updated, ...), and what nobody could name
};

/// "used_by". @threads any
std::string_view word_of(ImportField field);

struct ImportColumn {
    ImportField field = ImportField::left_out;
    std::string name;    ///< the header as it stands in the file; without one, "column C"
    std::string custom;  ///< the name of a custom field
};

struct ImportColumns {
    std::vector<ImportColumn> columns;
    bool has_header = false;
};

/// Finds out what the columns of a file are.
///
/// A header names them in English or French ("Used by", "Utilisé par"); what it names otherwise
/// becomes a custom field. Without a header the contents tell: numbers, use types, countries,
/// types, states. What stays is left out.
///
/// @param map     what the user says, and it wins:
/// "number=2,used_by=Name,custom.floor=5,left_out=Notes"; columns by
///                their place from 1, or by their header
/// @param sample  the first rows of the file
/// @param region  of numbers without a country code
/// @errors  invalid_input: the map has a word or a column that does not exist, or a column twice;
/// there is no column of
///          numbers
/// @threads any
Result<ImportColumns> detect_columns(
    std::string_view map, const std::vector<std::vector<std::string>>& sample,
    std::string_view region
);

/// A header made comparable: small letters without accents, blanks and signs. "Utilisé par" ->
/// "utilisepar".
std::string plain_header(std::string_view header);

}  // namespace porteur::tables
