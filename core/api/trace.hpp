// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "api/exchange.hpp"
#include "domain/waterfall.hpp"

namespace porteur {

/// A step of an operation, with all that is known of when it happened. What was in it is left out, but for a head.
struct TraceStep {
    Exchange exchange;
    std::optional<Instant> lost;      ///< since when its outcome counts as lost
    std::vector<TimeLeft> left = {};  ///< as StepTimes has them
    bool left_is_whole = false;
};

struct TracedOperation {
    Operation operation;
    std::vector<TraceStep> steps;  ///< none: it took none, or of an old one only a summary is kept
};

/// What is known of the operations of an order.
struct OrderTrace {
    Instant now{};
    std::vector<TracedOperation> operations;  ///< the oldest first
    bool is_whole = true;                     ///< none is left out
};

}  // namespace porteur
