// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"

namespace porteur::sim {

/// Reads JSON text; nothing when it is none.
std::optional<json::value> read_json(std::string_view text);

/// The member of an object, or null when the value is no object or has no such member (or JSON
/// null).
const json::value* member(const json::value& value, std::string_view name);

std::optional<std::string> text_of(const json::value& value, std::string_view name);
std::optional<std::int64_t> whole_of(const json::value& value, std::string_view name);
std::optional<double> number_of(const json::value& value, std::string_view name);
bool flag_of(const json::value& value, std::string_view name);  ///< false when absent

/// The member as a list of strings; nothing when it is absent, no array or holds another type.
std::optional<std::vector<std::string>> texts_of(const json::value& value, std::string_view name);
/// The member as a list of whole numbers; as above.
std::optional<std::vector<std::int64_t>> wholes_of(const json::value& value, std::string_view name);

json::array to_array(const std::vector<std::string>& texts);
json::array to_array(const std::vector<std::int64_t>& wholes);

}  // namespace porteur::sim
