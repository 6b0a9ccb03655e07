// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of tenants, people, sessions, tokens and the audit log. Threads and errors as in
// services.hpp.

#include "api/services.hpp"

namespace porteur {

class PeopleServices {
public:
    virtual ~PeopleServices() = default;
};

}  // namespace porteur
