// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/result.hpp>

#include "store/dialect.hpp"

namespace soci {
class session;
}

namespace porteur {

/// The number of the newest migration this build knows.
int newest_migration() noexcept;

/// How many migrations of this build come after a number; not every number has one.
int migrations_after(int number) noexcept;

/// The number of the newest migration that this store has; 0 if it has none.
int newest_migration_of(soci::session& sql);

/// Brings the store to the newest migration, each one in a transaction of its own.
/// @param up_to  makes the store of an older porteurd, in tests
/// @errors  unsupported: the store has a migration that this build does not know
/// @threads any, one at a time on a store
Result<void> migrate(soci::session& sql, Dialect dialect, int up_to = newest_migration());

}  // namespace porteur
