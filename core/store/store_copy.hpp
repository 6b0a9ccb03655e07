// SPDX-License-Identifier: Apache-2.0
#pragma once

// A copy of a store as it stands at one instant, while its porteurd goes on writing.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/order.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// What a store has, for whoever copies it or looks at a copy.
struct StoreContents {
    int migration = 0;
    Id newest_id = 0;                         ///< as Store::newest_id()
    std::map<std::string, std::int64_t> rows; ///< of each table
    std::string key_id;                       ///< of the key that it was to be sealed with; empty: it says none
    std::vector<std::string> documents;       ///< SHA-256 of each that is named, once, in order
};

/// How much of how much is done: pages, files or bytes.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Copies an SQLite store, by SQLite's backup API, page by page under one read transaction: in a store
/// with a write-ahead log nobody waits for that, and the copy is of the instant at which it began. (Without
/// that transaction each commit of the daemon would have the API begin again, and under load it would
/// never end.) VACUUM INTO would give a smaller file, but makes every tree anew, and tells no progress.
///
/// @param to  is made; one file, durable when this returns
/// @errors    unavailable: one of both cannot be read or written
/// @threads   any; blocks
Result<void> copy_sqlite_store(const std::filesystem::path& from, const std::filesystem::path& to, const Progress& told);

/// @errors unavailable: it is no store, or cannot be read @threads any; blocks
Result<StoreContents> contents_of_sqlite(const std::filesystem::path& file);
Result<StoreContents> contents_of(StoreAccess& access);

/// A PostgreSQL store held still: pg_dump with its snapshot sees what contents() counts.
/// @threads one; blocks
class HeldStore {
public:
    /// @param address  as StoreSettings has it
    /// @errors         unavailable: the server
    static Result<std::unique_ptr<HeldStore>> open(const std::string& address);
    virtual ~HeldStore() = default;

    /// What `pg_dump --snapshot` takes; good for as long as this lives.
    virtual const std::string& snapshot() const = 0;
    virtual Result<StoreContents> contents() = 0;
};

/// What a restore does to a PostgreSQL database beside pg_restore. @errors unavailable: the server @threads any; blocks
/// How many tables stand where a store would be.
Result<std::int64_t> table_count_of_postgresql(const std::string& address);
/// From now on no porteurd takes the database for a store, until RestoreBook::mark() ends that.
Result<void> begin_restoring(const std::string& address);
/// A database beside the one of the address. @param name  of letters, digits and _
Result<void> make_database(const std::string& address, const std::string& name);
Result<void> drop_database(const std::string& address, const std::string& name);

/// The newest migration of a store, by a look that changes nothing. @param address  as StoreSettings has it
/// @errors unavailable: it does not answer, or is none @threads any; blocks
Result<int> migration_of(const std::string& address);
/// The id of the key that a store is to be sealed with, by such a look; empty where it says none. @errors as migration_of()
Result<std::string> key_id_of_store(const std::string& address);

/// Which orders of a store do not fit their operations, in sentences: one that names an operation which is not
/// there or has ended, and an open operation that no order names. @errors unavailable: the store
Result<std::vector<std::string>> misfits_of(StoreAccess& access, std::size_t most);

/// Opens all that is sealed by the order: requests, progress, secrets, and the journals of what is open.
/// @return how many orders  @errors internal: what does not open; unavailable: the store
Result<std::int64_t> open_all_sealed(Store& store);

}  // namespace porteur
