// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kit/program.hpp"

namespace porteur::sim {

/// Genesys Cloud SMS numbers: search, purchase by API, and the desk that takes purchases by mail
/// for the countries that want documents.
/// @source  the Platform API file genesys.json; the help centre for the purchase by mail
Program genesys_program();

}  // namespace porteur::sim
