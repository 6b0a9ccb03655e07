// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the inventory. Threads and errors as in services.hpp.

#include "api/services.hpp"
#include "domain/inventory.hpp"

namespace porteur {

class NumberServices {
public:
    virtual ~NumberServices() = default;
};

}  // namespace porteur
