// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/number_services.hpp"

namespace porteur::testing {

/// The inventory as the API sees it, in memory.
class FakeNumbers final : public NumberServices {};

}  // namespace porteur::testing
