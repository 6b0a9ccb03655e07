// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/bulk.hpp"

namespace porteur {

/// The columns' names from `from` on, each with what stands before and, where `middle` is not empty, with
/// that and the name once more: "state = v.state".
std::string joined(
    const std::vector<Column>& columns, std::size_t from, std::string_view before,
    std::string_view middle, std::string_view separator
);

/// What an insert does with a row whose key is there already: the rest of it is replaced. Empty where the shape names no key.
std::string replaced(const BulkShape& shape);

/// A carrier's words may be in any bytes; a text column holds UTF-8 without NUL. What is neither becomes "?",
/// because refusing the row would lose the order's change with it.
void clean(std::string& text);

}  // namespace porteur
