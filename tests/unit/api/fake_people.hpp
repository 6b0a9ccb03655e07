// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/people_services.hpp"

namespace porteur::testing {

/// Tenants and people as the API sees them, in memory.
class FakePeople final : public PeopleServices {};

}  // namespace porteur::testing
