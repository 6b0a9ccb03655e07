// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of all numbers without asking the store: the classes there are, how many numbers of each
// class each tenant holds, and of each number what lists filter by. Lists are planned and found with it,
// filters count with it.

#include <functional>
#include <map>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "inventory/number_index.hpp"
#include "store/number_book.hpp"

namespace porteur {

/// Adds up to a change of the counts.
class CountChanges {
public:
    void add(std::int64_t class_id, std::int64_t tenant, std::int64_t by) { by_[{class_id, tenant}] += by; }
    const std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>& all() const noexcept { return by_; }

private:
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> by_;
};

/// @threads any; one thread at a time changes it
class NumberDirectory {
public:
    /// Reads all of it from the book. @errors as the book
    Result<void> load(NumberBook& book);

    NumberClass shared(std::int64_t class_id) const;
    /// Calls `see` for each class that has a number, with how many it has.
    template <class See>
    void each_class(See see) const {
        const std::shared_lock lock(mutex_);
        for (const auto& [id, entry] : classes_)
            if (entry.count != 0) see(id, entry.shared, entry.count);
    }
    /// Calls `see` for each class of which a tenant holds a number, with how many it holds.
    template <class See>
    void each_class_of(std::int64_t tenant, See see) const {
        const std::shared_lock lock(mutex_);
        const auto found = tenants_.find(tenant);
        if (found == tenants_.end()) return;
        for (const auto& [id, count] : found->second.by_class)
            if (count != 0) see(id, classes_.at(id).shared, count);
    }
    std::int64_t total() const;
    std::int64_t count_of(std::int64_t tenant) const;

    /// In the order of the numbers, by what the index knows of them.
    IndexHits find(const IndexWish& wish) const;
    /// In the order of the names; of a wish, or of these numbers.
    NameHits by_name(const IndexWish& wish, const NameWish& wanted) const;
    NameHits by_name(const std::vector<NumberKey>& keys, const NameWish& wanted) const;
    /// What is known of each; those that are not there are left out.
    std::vector<IndexHit> find(const std::vector<NumberKey>& keys) const;
    /// Says of one number after another whether it is there and wished, wherever it stands and whoever uses it.
    std::function<bool(NumberKey)> test(const IndexWish& wish) const;

    /// The class's id; where there is none yet it is made and added to `made`, to be stored with what needs it.
    std::int64_t id_of(const NumberClass& shared, std::vector<StoredClass>& made);
    /// The counts as they are after these changes, for the store; take() makes them true here.
    std::vector<NumberCount> after(const CountChanges& changes) const;
    void take(const NumberChanges& written);
    /// Forgets classes that were made and could not be stored.
    void forget(const std::vector<StoredClass>& made);

private:
    struct Entry {
        NumberClass shared;
        std::int64_t count = 0;
    };
    struct Held {
        std::int64_t count = 0;
        std::unordered_map<std::int64_t, std::int64_t> by_class;
    };
    /// Under the lock.
    void put(const NumberCount& count);

    mutable std::shared_mutex mutex_;
    std::map<std::int64_t, Entry> classes_;
    std::map<NumberClass, std::int64_t> ids_;
    std::unordered_map<std::int64_t, Held> tenants_;
    std::int64_t total_ = 0;
    NumberIndex index_;
};

}  // namespace porteur
