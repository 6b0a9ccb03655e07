// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kit/program.hpp"

namespace porteur::sim {

/// ThinkTel / Distributel uControl: SIP trunks, DIDs, rate centers, 911 records, port-in requests.
/// @source  the uControl REST API (rest.svc), file thinktel.json of 2024-08
Program thinktel_program();

}  // namespace porteur::sim
