// SPDX-License-Identifier: Apache-2.0
#pragma once

// The wait between an answer that tells nothing and the look-up of what became of the request. Include it
// where an adapter sends ONCE.

#include <chrono>
#include <string>

#include <porteur/effects.hpp>
#include <porteur/http.hpp>
#include <porteur/op.hpp>

namespace porteur {

/// Waits as the descriptor's settle where the host has not: after an answer that tells neither yes nor
/// no. After a lost one (in doubt) the host has waited, and this returns at once. What was sent may
/// become real even where the order is called off meanwhile: then the time is waited for anew, as
/// STEP-called-off, and what comes after it still looks.
///
/// @param settle  the descriptor's
/// @return        whether the order goes on; false: look, and send nothing more for it
/// @threads       [op]
inline Op<bool> settle_unless_in_doubt(
    const Answer& answer, std::string step, std::chrono::seconds settle
) {
    if (answer.in_doubt()) co_return true;
    try {
        co_await sleep_for(step, settle);
        co_return true;
    } catch (const Failure& failure) {
        if (failure.error.kind != ErrorKind::cancelled) throw;
    }
    co_await sleep_for(step + "-called-off", settle);
    co_return false;
}

}  // namespace porteur
