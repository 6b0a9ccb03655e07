// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/plugin.h>

namespace porteur::testing {

/// A plugin with all that a port order may want of its two carriers: preflight, split (numbers of +1800
/// travel alone), submit, check, supplement, cancel, and check_release. Each asks the carrier once and gives
/// the answer's body on; an order with the comment "by hand" waits for a person before it is sent.
const porteur_plugin* porting_plugin();

}  // namespace porteur::testing
