// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "domain/contract.hpp"
#include "domain/order.hpp"

namespace porteur {

/// What an operation sent to a carrier, and what came back: one HTTP exchange, or one mail. Secrets
/// and documents are put in later, where it leaves, so they are not in it.
struct Exchange {
    Instant at{};                  ///< when it was written down, just before it left
    std::optional<Instant> ended;  ///< nothing: under way, or its outcome is lost
    Effect sent;
    std::optional<Completion> answered;
    bool is_lost = false;  ///< its outcome will never be known
};

}  // namespace porteur
