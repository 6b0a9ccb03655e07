// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/inspection.hpp"

namespace porteur {

/// `porteurd doctor`: settings, permissions, clock, carriers, mail, store, disk and versions, each with what mends it. Changes nothing, sends no
/// credential but those of the mailboxes, and needs no running porteurd.
/// @param config   where the settings are  @param version  of this porteurd
/// @threads        one; blocks, for at most 10 s for each carrier and mail server
Inspection examine(const std::string& config, const std::string& version);

}  // namespace porteur
