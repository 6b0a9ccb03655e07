// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "numbering/checked_number.hpp"

namespace porteur::numbering {

/// check() by libphonenumber's own functions alone: every verdict of ours is compared with it by a
/// test, and what Plans does not decide comes here. About 80,000 a second. @threads any
CheckedNumber check_by_library(std::string_view text, std::string_view region);

}  // namespace porteur::numbering
