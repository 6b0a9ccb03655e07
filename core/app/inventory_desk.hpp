// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inventory as the API sees it.

#include "api/number_services.hpp"
#include "store/store.hpp"

namespace porteur {

/// @threads any
class InventoryDesk final : public NumberServices {
public:
    explicit InventoryDesk(Store& store) : store_(store) {}

private:
    [[maybe_unused]] Store& store_;
};

}  // namespace porteur
