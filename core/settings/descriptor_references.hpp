// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "domain/descriptor.hpp"

namespace porteur {

class TableReader;

/// Complains about what one table of a descriptor says of another that is not so: names of secrets
/// and settings that lead nowhere, addresses that the plugin may not reach.
/// @param in  the whole document, already read into `descriptor`
void check_references(TableReader& in, const Descriptor& descriptor);

}  // namespace porteur
