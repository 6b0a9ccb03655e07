// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace porteur {

/// The English sides of a compiled catalog, which Boost.Locale looks up but does not list. A plural
/// form follows its singular after a zero byte; a context stands before its word, with \4 between.
/// Of other bytes: nothing.
/// @source GNU gettext manual, "The Format of GNU MO Files"
/// @threads any
std::vector<std::string_view> names_in(std::string_view catalog);

}  // namespace porteur
