// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace porteur::tables {

enum class ColumnKind : std::uint8_t {
    text,
    number,  ///< telephone numbers in E.164 form
    amount,  ///< 1.50, -1.50: set to the right on paper
};

/// One column of a list that leaves as CSV or PDF.
struct Column {
    std::string word = {};   ///< "used_by": what programs call it
    std::string title = {};  ///< "Used by": what stands above it
    float width = 1;         ///< its share of a page
    ColumnKind kind = ColumnKind::text;
};

/// One cell for each column, as UTF-8. The texts are the caller's until the call returns.
using Row = std::span<const std::string_view>;

}  // namespace porteur::tables
