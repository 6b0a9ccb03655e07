// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <porteur/json.hpp>

namespace porteur::testing {

/// The value that a "#/components/..." reference names; null where there is none.
const json::value* referenced(const json::value& contract, std::string_view reference);

/// What in `value` is not as `schema` has it, one line for each finding. Of JSON Schema it knows
/// what openapi.json uses: $ref, type, enum, const, properties, required, additionalProperties,
/// items, anyOf, pattern, minLength, maxLength, minimum, maximum, minItems; a word that it does not
/// know is a finding too.
std::vector<std::string> breaches(
    const json::value& contract, const json::value& schema, const json::value& value,
    std::string where = ""
);

}  // namespace porteur::testing
