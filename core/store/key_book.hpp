// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a store knows of the keys that it is sealed with, and sealing it anew under another. The keys themselves
// are not in it, but for one: while the master key is changed, the one of before lies here, sealed by the new one, so
// that whoever has the new one reads everything. docs/decisions/0029.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/audit.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// One key of a store.
struct StoreKey {
    std::string id;
    bool is_current = false;  ///< what is written is sealed by it
    std::string sealed;       ///< of one of before: the key, sealed by the one of now, for place_of_key()
    Instant since{};
    std::int64_t taken_by = 0;  ///< the hold (StoreAccess::fence()) of the daemon that last seals by it
};
/// Where the sealed one stands, as Seal has it.
std::string place_of_key(std::string_view id);

/// A column whose texts are sealed.
struct SealedColumn {
    struct Key {
        const char* name;
        bool is_text = false;
    };
    const char* table;
    const char* column;
    const char* place;          ///< what Seal is told before the key's values
    std::vector<Key> keys;      ///< of a row, in the order of an index
    std::size_t placed_from = 0;  ///< the first of them that is in the place
    int rows_at_once = 1000;    ///< fewer where the texts are long
};
/// All of them: whoever adds a sealed column adds it here. @threads any
std::span<const SealedColumn> sealed_columns();

/// What sealing rows anew came to.
struct RowsResealed {
    std::int64_t done = 0;
    std::vector<std::string> closed;  ///< where something stands that no key opens: "orders.request|17"; the first few
    std::int64_t closed_count = 0;
};

/// @threads any; blocks. @errors unavailable: the store
class KeyBook {
public:
    explicit KeyBook(StoreAccess& access) : access_(access) {}

    /// The current one first; none in a store that nobody has begun to work on since keys have ids.
    Result<std::vector<StoreKey>> keys();
    /// Whether anything sealed that stands in the store opens; nothing where nothing stands there.
    Result<std::optional<bool>> opens_anything();
    /// Records the store's first key, unless one is there.
    /// @param kept    what hangs on that key for ever, by name; they are sealed here
    /// @param beside  for a program beside the daemon
    Result<void> record_first(const std::string& id, const std::vector<std::pair<std::string, std::string>>& kept, Instant now, bool beside);
    /// What was recorded with the first key; nothing where it is not there.
    Result<std::optional<std::string>> kept(const std::string& name);

    /// From now on the store is to be sealed by another key.
    /// @param old_sealed  the one of now, sealed by it
    /// @errors  rejected: the current key is not `old_id` any more
    Result<void> begin(const std::string& old_id, const std::string& old_sealed, const std::string& id, const AuditEntry& entry);
    /// Says that the daemon seals by the current key, and that all it sealed by another is written. After this no
    /// change of its is under way that began before.
    Result<void> mark_taken(const std::string& id);
    /// The hold of the daemon that came last; as StoreAccess::fence() is to it.
    Result<std::int64_t> newest_hold();
    /// Seals anew whatever does not begin with `beginning`, beside a daemon that writes, which is never waited for.
    /// @param told  how many are done; when it says no, the rest is left
    Result<RowsResealed> seal_anew(const std::string& beginning, const std::function<bool(std::int64_t)>& told);
    /// How many texts do not begin so.
    Result<std::int64_t> left(const std::string& beginning);
    /// Forgets the keys of before.
    Result<void> finish(const AuditEntry& entry);

private:
    Result<RowsResealed> seal_column_anew(const SealedColumn& column, const std::string& beginning, RowsResealed so_far,
                                          const std::function<bool(std::int64_t)>& told, bool& goes_on);

    StoreAccess& access_;
};

}  // namespace porteur
