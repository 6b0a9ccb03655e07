// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of all numbers without looking at one: the classes there are, and how many numbers of
// each class each tenant holds. Lists are planned with it, filters count with it.

#include <map>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

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
    /// Reads both from the book. @errors as the book
    Result<void> load(NumberBook& book);

    NumberClass shared(std::int64_t class_id) const;
    /// Calls `see` for each class that has or had a number, with its numbers by tenant.
    template <class See>
    void each(See see) const {
        const std::shared_lock lock(mutex_);
        for (const auto& [id, entry] : classes_) see(id, entry.shared, entry.by_tenant);
    }
    std::int64_t total() const;

    /// The class's id; where there is none yet it is made and added to `made`, to be stored with what needs it.
    std::int64_t id_of(const NumberClass& shared, std::vector<StoredClass>& made);
    /// The counts as they are after these changes, for the store; take() makes them true here.
    std::vector<NumberCount> after(const CountChanges& changes) const;
    void take(const std::vector<NumberCount>& counts);
    /// Forgets classes that were made and could not be stored.
    void forget(const std::vector<StoredClass>& made);

private:
    struct Entry {
        NumberClass shared;
        std::unordered_map<std::int64_t, std::int64_t> by_tenant;
    };

    mutable std::shared_mutex mutex_;
    std::map<std::int64_t, Entry> classes_;
    std::map<NumberClass, std::int64_t> ids_;
    std::int64_t total_ = 0;
};

}  // namespace porteur
