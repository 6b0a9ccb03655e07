// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/json.hpp>

#include "table.hpp"

namespace porteur::cli {

/// What happened to a number, the newest first, of GET /v1/numbers/{number}/history. @threads any
Table history_table(const json::value& history);

}  // namespace porteur::cli
