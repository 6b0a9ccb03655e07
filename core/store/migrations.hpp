// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

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

/// What to say of a store that this build is too old for: both versions, and what mends it.
/// @param there  its newest migration
std::string why_too_new(soci::session& sql, int there);

/// Brings the store to the newest migration: all that are due in one transaction, so that a store is as its former porteurd left it
/// until all of it is done. Whoever calls this on a store that has been in use sees to a backup first (app/upgrade.hpp).
/// @param up_to  makes the store of an older porteurd, in tests
/// @errors  unsupported: the store has a migration that this build does not know; internal: a migration failed, and nothing was changed
/// @threads any, one at a time on a store
Result<void> migrate(soci::session& sql, Dialect dialect, int up_to = newest_migration());

}  // namespace porteur
