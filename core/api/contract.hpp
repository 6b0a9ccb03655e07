// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace porteur {

/// openapi.json of this folder, as it was when this was built: what the API promises. @threads any
std::string_view openapi_json();

}  // namespace porteur
