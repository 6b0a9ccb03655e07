// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs of the comparison with carriers' lists in the store, each with its change set, and the
// decisions on it that still stand.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/number_sync.hpp"
#include "store/people_book.hpp"

namespace porteur {

struct SyncQuery {
    std::string account;  ///< empty: any
    Id before = 0;        ///< 0: from the newest
    int limit = 50;
    /// Only those of `whole` accounts, and those with a row of one of these; nothing: any.
    std::optional<std::vector<std::int64_t>> holders;
    std::vector<std::string> whole;
};

struct SyncRowQuery {
    Id sync = 0;
    std::optional<std::vector<std::int64_t>> holders;  ///< of one of these; nothing: of anybody
    std::optional<SyncWhat> what;
    std::optional<bool> open;
    std::vector<NumberKey> keys;  ///< these alone; empty: any
    NumberKey after = 0;          ///< 0: from the first
    int limit = 100;
};

/// @threads any; blocks. @errors unavailable: the store
class SyncBook {
public:
    explicit SyncBook(StoreAccess& access) : access_(access) {}

    /// @param audit  none: nobody wished it
    Result<void> begin(
        const NumberSync& sync, const std::optional<AuditEntry>& audit,
        const Remember<NumberSync>& remember
    );
    /// Adds to a run's change set, in several transactions: a run that is cut off leaves a part,
    /// and has failed.
    Result<void> put(const std::vector<NumberSyncRow>& rows);
    /// How it stands now. Once it is done or held, what is open of earlier runs of the account is
    /// replaced by it.
    struct Ending {
        Instant drop_before{};        ///< rows that were replaced before it go
        std::vector<NumberKey> over{};  ///< decisions that stand no more: forgotten once it is done, kept while it is held
        std::optional<IdempotencyRecord> kept{};  ///< the answer to whoever wished that
    };
    Result<void> end(const NumberSync& sync, const Ending& ending);

    Result<std::optional<NumberSync>> sync(Id id);
    /// The newest first.
    Result<std::vector<NumberSync>> syncs(const SyncQuery& query);
    /// What was under way when the last daemon ended.
    Result<std::vector<NumberSync>> running();
    /// The newest run of each account.
    Result<std::map<std::string, NumberSync>> newest();
    Result<std::map<SyncWhat, SyncRowCount>> counts(
        Id sync, const std::optional<std::vector<std::int64_t>>& holders
    );
    /// In the order of the numbers.
    Result<std::vector<NumberSyncRow>> rows(const SyncRowQuery& query);
    /// The decisions that stand: standing_of() at each.
    Result<std::map<NumberKey, std::string>> standing(const std::string& account);
    /// What is still to be decided of these numbers in the account's comparisons before this one: standing_of() at each.
    Result<std::map<NumberKey, std::string>> open_before(const NumberSync& sync, const std::vector<NumberKey>& keys);
    /// How numbers were held when they were last seen to have vanished: a row's `before`.
    Result<std::map<NumberKey, std::string>> before_vanishing(const std::vector<NumberKey>& keys);

    /// A wish that begins, before anything is decided: decisions are written with the numbers
    /// (number_book.hpp), and how far the wish came with them.
    /// @param wish  none: the request has no key
    Result<void> begin_wish(const AuditEntry& audit, const std::optional<SyncWishSoFar>& wish);
    /// One that was begun and has no answer yet.
    Result<std::optional<SyncWishSoFar>> wish(std::int64_t tenant, const std::string& key);
    /// A record of the audit log, and an answer that is kept; the wish under its key has ended.
    Result<void> note(
        const std::optional<AuditEntry>& audit, const std::optional<IdempotencyRecord>& kept
    );

private:
    StoreAccess& access_;
};

}  // namespace porteur
