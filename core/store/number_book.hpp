// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inventory's tables. A list is made in two steps: first the keys, from memory or by the index that
// leads to them (a tenant's; that of the names in their order), then the rows of those that are shown. Which way that is
// decides inventory/inventory_list.hpp; here each way is one statement. Written by one thread, in
// transactions beside the orders' writer.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/inventory.hpp"
#include "domain/number_following.hpp"
#include "domain/number_job.hpp"
#include "domain/number_sync.hpp"
#include "store/store.hpp"

namespace porteur {

struct StoredClass {
    std::int64_t id = 0;
    NumberClass shared;
};

/// How many numbers of a class a tenant holds.
struct NumberCount {
    std::int64_t class_id = 0;
    std::int64_t tenant = 0;
    std::int64_t count = 0;
};

/// Keys in their order, along one index.
struct KeyScan {
    std::vector<std::int64_t> tenants;  ///< of keys(): whose

    NumberKey from = 0;                ///< the first that may be given
    NumberKey to = 0;                  ///< the first beyond; 0: no end
    bool descending = false;
    int limit = 100;
    bool is_short = false;             ///< of each_line(): leaves custom, cost, order and first call empty
    std::int64_t look_at_most = 0;     ///< of by_user(): names; 0: any number

    // What else it must be, said twice: SQLite asks whether a number fits, PostgreSQL is told, as what it
    // sends has a way to go.
    std::function<bool(NumberKey)> fits;     ///< none: any
    std::vector<std::int64_t> only_classes;  ///< empty: any
    std::vector<std::int64_t> only_tenants;  ///< empty: any
    std::string number_has;                  ///< digits
    std::vector<std::string> tags;           ///< all of them
};

/// A place in the order of used_by.
struct UsedPlace {
    std::string used_key;  ///< folded
    NumberKey key = 0;
};

struct NumberWrite {
    std::optional<NumberRow> before;  ///< none: it is new
    NumberRow after;
};

/// What one transaction changes.
struct NumberChanges {
    std::vector<StoredClass> new_classes;
    std::vector<NumberWrite> rows;
    std::vector<NumberCount> counts;  ///< as they are then
    std::vector<NumberEvent> history;
    std::vector<NumberRow> removed;    ///< undone: they are there no more
    std::optional<NumberJob> job;      ///< as it stands then
    std::vector<JobResult> results;
    std::vector<JobBefore> befores;
    std::vector<NumberFollow> follows;  ///< how far orders are with these numbers
    std::optional<Id> followed;         ///< the last line of a timeline that the inventory has followed
    std::vector<SyncRowDecided> decided;   ///< of comparisons with carriers' lists
    std::vector<SyncStanding> standing;    ///< of them
    std::optional<SyncWishSoFar> wish;     ///< whose decisions they are, as far as it came; begun before (sync_book.hpp)
};

/// A row as an export reads it, each text valid until the next row.
struct NumberLine {
    NumberKey key = 0;
    std::int64_t class_id = 0;
    std::int64_t tenant = 0;
    std::string_view used_by, features, tags, custom, cost;
    Id order = 0;
    std::optional<std::int64_t> first_call;  ///< milliseconds since 1970, UTC
};

/// @threads any, but write() one at a time; blocks. @errors unavailable: the store does not answer, or
/// another daemon has taken it over
class NumberBook {
public:
    virtual ~NumberBook() = default;

    virtual Result<std::vector<StoredClass>> classes() = 0;
    virtual Result<std::vector<NumberCount>> counts() = 0;
    /// Where each number stands, in the order of the keys; the texts are valid until the next.
    using TakePlace =
        std::function<void(NumberKey key, std::int64_t class_id, std::int64_t tenant, std::string_view tags, std::string_view used_key)>;
    virtual Result<void> each_place(const TakePlace& take) = 0;

    /// Of the scan's tenants, merged.
    virtual Result<std::vector<NumberKey>> keys(const KeyScan& scan) = 0;
    /// In the order of used_by; numbers that nobody uses are left out. Of the scan: limit, look_at_most,
    /// descending and what a row must be. @param after  the place before the first; empty key: from the start
    virtual Result<std::vector<UsedPlace>> by_user(const KeyScan& scan, const UsedPlace& after) = 0;
    /// The rows of these keys, in the order of the keys given; one that is not there is left out.
    /// @param lie_together  the keys are in order, and few others lie between them
    virtual Result<std::vector<NumberRow>> rows(const std::vector<NumberKey>& keys, bool lie_together = false) = 0;
    /// The rows of keys(), from the same reading of the store.
    virtual Result<std::vector<NumberRow>> rows_along(const KeyScan& scan) = 0;
    /// The rows along the keys, at most the scan's limit of them, one after another from one reading of
    /// the store. May give rows that are none of those wished: whoever takes them looks.
    /// @param take  says whether it wants more
    virtual Result<void> each_line(const KeyScan& scan, const std::function<bool(const NumberLine&)>& take) = 0;
    /// The newest first.
    virtual Result<std::vector<NumberEvent>> history(NumberKey key, int limit) = 0;

    /// Durable when it returns; all of it or nothing.
    virtual Result<void> write(const NumberChanges& changes) = 0;
};

/// @param store  outlives it
std::unique_ptr<NumberBook> open_number_book(Store& store);

}  // namespace porteur
