// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <porteur/result.hpp>

#include "api/request.hpp"

namespace porteur {

/// Among the names of read_query(): any other one is taken, and left out.
inline constexpr std::string_view any_other_parameter = "*";

/// Reads a query ("a=1&b=x%20y"), as forms write it: "+" is a blank.
///
/// @param known  the names that are taken, with blanks between
/// @errors   invalid_input: a name that is not known or stands there twice, a broken %-code, a
/// control
///           byte, bytes that are not UTF-8
/// @threads  any
Result<Fields> read_query(std::string_view query, std::string_view known);

}  // namespace porteur
