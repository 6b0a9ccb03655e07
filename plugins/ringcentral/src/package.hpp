// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a customer has to gather before numbers can leave RingCentral, English and French, each item
// with where it is found.
// @source CARRIERS.md 1.2; where things are found: OpenPhone's page "Portage depuis RingCentral",
//         read 2026-11

#include "paperwork.hpp"

namespace ringcentral {

/// The whole package. @threads any
porteur::Requirements package(const Rules& rules);

}  // namespace ringcentral
