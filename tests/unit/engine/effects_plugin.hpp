// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/plugin.h>

namespace porteur::testing {

/// A plugin that asks for what acme never does. Its operation `purchase` does what the order's
/// reference names; effects_plugin.cpp has the list.
const porteur_plugin* effects_plugin();

}  // namespace porteur::testing
