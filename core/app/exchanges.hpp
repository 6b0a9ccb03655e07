// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "api/exchange.hpp"
#include "domain/commit.hpp"

namespace porteur {

/// The exchanges with carriers in an operation's journal, in the order in which they left. Of an
/// operation of long ago only a summary is kept: none.
/// @errors  internal: the journal cannot be read
/// @threads any
Result<std::vector<Exchange>> exchanges_of(const StoredOperation& stored);

/// Takes the order's PIN and account number out of them wherever they stand as text; of the account
/// number the end stays. One that is a number of the order is no secret.
/// @threads any
void hide_own_secrets(std::vector<Exchange>& exchanges, const Order& order, const std::string& pin);

}  // namespace porteur
