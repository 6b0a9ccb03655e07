// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kit/program.hpp"

namespace porteur::sim {

/// The invented carrier acme: numbers, orders and ports over plain JSON, without idempotency unless
/// it is started with --idempotent.
Program acme_program();

}  // namespace porteur::sim
