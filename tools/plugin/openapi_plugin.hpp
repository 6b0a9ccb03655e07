// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "new_plugin.hpp"
#include "openapi.hpp"

namespace porteur::plugin_tool {

/// Puts the structs, requests and tests of an API beside what a new plugin has, and its address into the descriptor.
/// @errors  internal: the template has no place for them
Result<void> add_api(const OpenApi& api, const std::string& name, WrittenPlugin& plugin);

}  // namespace porteur::plugin_tool
