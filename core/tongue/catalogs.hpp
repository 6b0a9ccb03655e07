// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace porteur {

/// The bytes of config/locale/fr.po as msgfmt compiles it; the source is made by the build.
/// @threads any
std::string_view catalog_fr() noexcept;

}  // namespace porteur
