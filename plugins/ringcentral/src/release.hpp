// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the gaining side gets of RingCentral's: a cover letter with the list of numbers, and the
// documents that go along.

#include "paperwork.hpp"

namespace ringcentral {

/// The packet of an order, in the customer's language. A document that is too old stays behind, and
/// the packet's problems say so; the PIN is in no letter.
/// @threads any
porteur::ReleasePacket packet_of(
    const porteur::PortOrder& order, std::chrono::sys_days today, const Rules& rules
);

}  // namespace ringcentral
