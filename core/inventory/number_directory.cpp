// SPDX-License-Identifier: Apache-2.0
#include "inventory/number_directory.hpp"

#include <mutex>

namespace porteur {

Result<void> NumberDirectory::load(NumberBook& book) {
    const auto classes = book.classes();
    if (!classes) return std::unexpected(classes.error());
    const auto counts = book.counts();
    if (!counts) return std::unexpected(counts.error());
    const std::unique_lock lock(mutex_);
    classes_.clear();
    ids_.clear();
    total_ = 0;
    for (const auto& each : *classes) {
        classes_[each.id].shared = each.shared;
        ids_[each.shared] = each.id;
    }
    for (const auto& each : *counts) {
        classes_[each.class_id].by_tenant[each.tenant] = each.count;
        total_ += each.count;
    }
    return {};
}

NumberClass NumberDirectory::shared(std::int64_t class_id) const {
    const std::shared_lock lock(mutex_);
    const auto found = classes_.find(class_id);
    return found == classes_.end() ? NumberClass{} : found->second.shared;
}

std::int64_t NumberDirectory::total() const {
    const std::shared_lock lock(mutex_);
    return total_;
}

std::int64_t NumberDirectory::id_of(const NumberClass& shared, std::vector<StoredClass>& made) {
    const std::unique_lock lock(mutex_);
    if (const auto found = ids_.find(shared); found != ids_.end()) return found->second;
    const auto id = classes_.empty() ? 1 : classes_.rbegin()->first + 1;
    classes_[id].shared = shared;
    ids_[shared] = id;
    made.push_back({id, shared});
    return id;
}

std::vector<NumberCount> NumberDirectory::after(const CountChanges& changes) const {
    const std::shared_lock lock(mutex_);
    std::vector<NumberCount> out;
    for (const auto& [place, by] : changes.all()) {
        if (by == 0) continue;
        std::int64_t now = 0;
        if (const auto found = classes_.find(place.first); found != classes_.end())
            if (const auto held = found->second.by_tenant.find(place.second); held != found->second.by_tenant.end()) now = held->second;
        out.push_back({place.first, place.second, now + by});
    }
    return out;
}

void NumberDirectory::take(const std::vector<NumberCount>& counts) {
    const std::unique_lock lock(mutex_);
    for (const auto& each : counts) {
        auto& now = classes_[each.class_id].by_tenant[each.tenant];
        total_ += each.count - now;
        now = each.count;
    }
}

void NumberDirectory::forget(const std::vector<StoredClass>& made) {
    const std::unique_lock lock(mutex_);
    for (const auto& each : made) {
        ids_.erase(each.shared);
        classes_.erase(each.id);
    }
}

}  // namespace porteur
