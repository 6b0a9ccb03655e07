// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tenants, people, sessions and tokens as the API sees them.

#include "api/people_services.hpp"
#include "store/store.hpp"

namespace porteur {

/// @threads any
class PeopleDesk final : public PeopleServices {
public:
    explicit PeopleDesk(Store& store) : store_(store) {}

private:
    [[maybe_unused]] Store& store_;
};

}  // namespace porteur
