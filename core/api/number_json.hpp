// SPDX-License-Identifier: Apache-2.0
#pragma once

// A number as JSON, written straight into the answer's text: a page has a hundred of them, and there are
// thousands of pages a second.

#include <string>

#include "api/number_services.hpp"

namespace porteur {

/// Appends one object; openapi.json has its schema. Companies and professionals are not shown the VAR above them.
/// @threads any
void append_number(std::string& out, const NumberShown& number, bool with_var);

}  // namespace porteur
