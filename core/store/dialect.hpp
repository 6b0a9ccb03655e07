// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace porteur {

/// Which database's SQL is spoken.
enum class Dialect { sqlite, postgresql };

}  // namespace porteur
