// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kit/program.hpp"

namespace porteur::sim {

/// RingCentral: the account, its address and service, and the number inventory.
/// @source  the official API file ringcentral.json and the developer guide
Program ringcentral_program();

}  // namespace porteur::sim
