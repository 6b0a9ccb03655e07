// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a store knows of being put back from a backup.

#include <optional>
#include <string_view>

#include "domain/audit.hpp"
#include "domain/restore_mark.hpp"
#include "store/store_access.hpp"

namespace soci {
class session;
}

namespace porteur {

/// A table that stands in a PostgreSQL database while a backup is put back there, and is in the way of every porteurd.
inline constexpr std::string_view being_restored = "being_restored";

/// Whether it stands there. Throws what SOCI throws. @threads the session's
bool is_half_restored(soci::session& sql);

/// @threads any; blocks. @errors unavailable: the store
class RestoreBook {
public:
    explicit RestoreBook(StoreAccess& access) : access_(access) {}

    /// Of the last time; nothing where the store was never put back.
    Result<std::optional<RestoreMark>> last();
    /// Whether a person has said of an order, since then, what became of it at the carrier.
    Result<bool> is_let_go(Id order, Instant since);
    /// Marks the store, which no daemon has yet, and ends all sessions, those too that were ended since the backup.
    Result<void> mark(const RestoreMark& mark, const AuditEntry& entry);

private:
    StoreAccess& access_;
};

}  // namespace porteur
