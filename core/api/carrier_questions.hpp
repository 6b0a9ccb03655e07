// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <porteur/model.hpp>
#include <porteur/result.hpp>

namespace porteur {

/// The query parameter `country`: two capital letters. @errors invalid_input @threads any
Result<std::string> read_country(std::string_view text);

/// The query parameter `number_type`; nothing for an empty text. @errors invalid_input @threads any
Result<std::optional<NumberType>> read_number_type(std::string_view text);

}  // namespace porteur
