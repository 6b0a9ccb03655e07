// SPDX-License-Identifier: Apache-2.0
#pragma once

// Single cells of an import, for the sources of this folder. Nobody else includes it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/model/common.hpp>

#include "tables/csv_reader.hpp"

namespace porteur::tables {

// In characters, as people count.
inline constexpr std::size_t name_size_max = 200;

/// Without blanks and line ends around it.
std::string_view trimmed(std::string_view text);

/// True for UTF-8 of more characters than that.
bool is_longer(std::string_view text, std::size_t character_count_max);

/// At most 60 bytes and an ellipsis, never half a character: what is shown of a bad cell.
std::string cut(std::string_view text);

/// What is wrong with a cell that could not be read, and what to do.
std::string sentence_of(CellFault fault);

struct Cost {
    std::string amount, currency;
};
/// The amount "1.50" and the currency "CAD" of "1.50", "1,50", "$1.50", "1.50 CAD", "CAD 1.50".
/// Nothing if it is none.
std::optional<Cost> read_cost(std::string_view cell);

/// "toll_free", "Toll-free", "sans frais". Nothing if it is none.
std::optional<NumberType> read_number_type(std::string_view cell);

/// Tags, which are words, with blanks, commas, semicolons or bars between them; each once, in the
/// order of their letters, as the inventory keeps them. Gives what is wrong.
std::string read_tags(std::string_view cell, std::vector<std::string_view>& tags);

}  // namespace porteur::tables
