// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "api/number_services.hpp"
#include "api/request.hpp"

namespace porteur::handlers {

/// The words that say which numbers are meant, and in which order: of the list, of exports.
inline constexpr std::string_view number_query_words =
    "filter status state provider tenant tag country type use_type number used_by company var "
    "provider_has q sort";

/// Those of them that say which.
inline constexpr std::string_view number_filter_words =
    "filter status state provider tenant tag country type use_type number used_by company var provider_has q";

/// Reads the latter. @param is_customer  whether the caller's account is a company's or a professional's
/// @errors as read_list_query()
Result<NumberFilter> read_number_filter(const Request& request, bool is_customer);

/// A parameter that says what cannot be. @param expected  a sentence's end: "true or false"
std::unexpected<Error> wrong(std::string_view parameter, std::string_view seen, std::string_view expected);

/// Reads them, and limit and cursor, from a request's query. @errors invalid_input: names the
/// parameter
Result<InventoryQuery> read_list_query(const Request& request, bool is_customer);

}  // namespace porteur::handlers
