// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a carrier's account has that an order may name, beside the targets of a port: in the
// carrier's own words, as lists for a person to read and choose from. Include it where an adapter
// has `discover`.

#include <string>
#include <vector>

#include <boost/describe.hpp>

namespace porteur {

/// Input of `discover`.
struct DiscoveryQuery {
    std::string what;  ///< one list by its name; empty: all that are short
    std::string area;  ///< where a list has areas: an area code, a country, a part of one ("CA-AB")
};
BOOST_DESCRIBE_STRUCT(DiscoveryQuery, (), (what, area))

/// Answer of `discover`: some of these. A list "holidays" with the columns "date" (as in
/// 2026-12-25) and "name" also tells the host on which days this carrier does not work.
struct DiscoveryList {
    std::string name;  ///< "providers"
    std::string label_en, label_fr;
    std::vector<std::string> columns;            ///< names of the cells of each row
    std::vector<std::vector<std::string>> rows;  ///< as many cells as there are columns
};
BOOST_DESCRIBE_STRUCT(DiscoveryList, (), (name, label_en, label_fr, columns, rows))

}  // namespace porteur
