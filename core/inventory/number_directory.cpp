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
    tenants_.clear();
    total_ = 0;
    for (const auto& each : *classes) {
        classes_[each.id].shared = each.shared;
        ids_[each.shared] = each.id;
    }
    for (const auto& each : *counts) put(each);
    index_.clear();
    return book.each_place([this](NumberKey key, std::int64_t class_id, std::int64_t tenant, std::string_view tags, std::string_view used_key) {
        index_.put(key, class_id, tenant, tags, used_key);
    });
}

void NumberDirectory::put(const NumberCount& count) {
    auto& holder = tenants_[count.tenant];
    auto& now = holder.by_class[count.class_id];
    const auto by = count.count - now;
    now = count.count;
    holder.count += by;
    classes_[count.class_id].count += by;
    total_ += by;
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

std::int64_t NumberDirectory::count_of(std::int64_t tenant) const {
    const std::shared_lock lock(mutex_);
    const auto found = tenants_.find(tenant);
    return found == tenants_.end() ? 0 : found->second.count;
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
        if (const auto found = tenants_.find(place.second); found != tenants_.end())
            if (const auto held = found->second.by_class.find(place.first); held != found->second.by_class.end()) now = held->second;
        out.push_back({place.first, place.second, now + by});
    }
    return out;
}

void NumberDirectory::take(const NumberChanges& written) {
    const std::unique_lock lock(mutex_);
    for (const auto& each : written.counts) put(each);
    for (const auto& [_, row] : written.rows) index_.put(row.key, row.class_id, row.tenant, row.tags, folded(row.used_by));
    for (const auto& each : written.removed) index_.remove(each.key);
}

IndexHits NumberDirectory::find(const IndexWish& wish) const {
    const std::shared_lock lock(mutex_);
    return index_.find(wish);
}

NameHits NumberDirectory::by_name(const IndexWish& wish, const NameWish& wanted) const {
    const std::shared_lock lock(mutex_);
    return index_.by_name(wish, wanted);
}

NameHits NumberDirectory::by_name(const std::vector<NumberKey>& keys, const NameWish& wanted) const {
    const std::shared_lock lock(mutex_);
    return index_.by_name(keys, wanted);
}

std::vector<IndexHit> NumberDirectory::find(const std::vector<NumberKey>& keys) const {
    std::vector<IndexHit> out;
    out.reserve(keys.size());
    const std::shared_lock lock(mutex_);
    for (const auto key : keys)
        if (const auto found = index_.find(key)) out.push_back(*found);
    return out;
}

std::function<bool(NumberKey)> NumberDirectory::test(const IndexWish& wish) const {
    const std::shared_lock lock(mutex_);
    return [this, test = index_.test(wish)](NumberKey key) {
        const std::shared_lock reading(mutex_);
        return index_.fits(key, *test);
    };
}

void NumberDirectory::forget(const std::vector<StoredClass>& made) {
    const std::unique_lock lock(mutex_);
    for (const auto& each : made) {
        ids_.erase(each.shared);
        classes_.erase(each.id);
    }
}

}  // namespace porteur
