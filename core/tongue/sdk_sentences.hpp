// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace porteur {

/// What the SDK's own readers say (porteur/json.hpp), which stay free of phrase(), as every plugin
/// compiles them. A test has them say each of these. @threads any
std::span<const std::string_view> sdk_sentences() noexcept;

}  // namespace porteur
