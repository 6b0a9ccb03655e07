// SPDX-License-Identifier: Apache-2.0
#pragma once

// The accounts of an installation as a tree: the system above all, VARs below it, companies and
// professionals below a VAR or, where nobody resells, below the system. It is small (a name and a
// few numbers for each), so that all of it lies in memory: every request asks it how two accounts
// stand to each other. A tree never changes; a change makes another one (TenantsNow).

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <porteur/result.hpp>

#include "domain/roles.hpp"

namespace porteur {

/// The account at the top. The installation makes it with its store; nobody makes a second one.
inline constexpr std::int64_t system_tenant = 1;

/// An account.
struct Tenant {
    std::int64_t id = 0;
    std::int64_t parent = 0;  ///< 0: none, which is the system's alone
    TenantKind kind = TenantKind::system;
    std::string name;
    bool disabled = false;  ///< nobody signs in, no token of it holds; what it has stays
    std::int64_t version = 1;

    friend bool operator==(const Tenant&, const Tenant&) = default;
};

/// Whether an account of one kind may stand directly below one of another. @threads any
bool may_stand_below(TenantKind parent, TenantKind kind) noexcept;

/// Who holds something, seen from an account: what a list asks of each of its rows.
struct Holder {
    Relation relation = Relation::other;  ///< of the holder to that account
    const Tenant* customer = nullptr;     ///< as TenantTree::customer_of()
    const Tenant* var = nullptr;          ///< as TenantTree::var_of()
};

/// @threads any
class TenantTree {
public:
    /// The system alone.
    TenantTree();
    /// In any order.
    /// @errors  internal: no system, an account without its parent or of a kind that cannot stand
    /// there
    static Result<TenantTree> make(std::vector<Tenant> tenants);

    /// Null: there is none.
    const Tenant* find(std::int64_t tenant) const noexcept;
    /// Empty: there is none.
    std::string_view name_of(std::int64_t tenant) const noexcept;
    /// How `other` stands to `home`; an account that does not exist stands beside.
    Relation relation(std::int64_t home, std::int64_t other) const noexcept;
    /// The same as relation(), customer_of() and var_of(), in one go. Valid as long as the tree.
    Holder holder(std::int64_t home, std::int64_t tenant) const noexcept;
    /// The VAR that an account is or stands below; nothing where nobody resells.
    std::optional<std::int64_t> var_of(std::int64_t tenant) const noexcept;
    /// The account itself where it is a company's or a professional's: the customer that a number
    /// is used by. Nothing for the system and for VARs, and for what does not exist.
    std::optional<std::int64_t> customer_of(std::int64_t tenant) const noexcept;
    /// All accounts under one, without itself, by id.
    std::vector<std::int64_t> below(std::int64_t tenant) const;
    /// Whether an account or one above it is disabled; so is one that does not exist.
    bool is_disabled(std::int64_t tenant) const noexcept;
    /// By id.
    std::span<const Tenant> all() const noexcept { return tenants_; }

private:
    explicit TenantTree(std::vector<Tenant> sorted);

    std::vector<Tenant> tenants_;                           ///< by id
    std::unordered_map<std::int64_t, std::size_t> places_;  ///< where each stands in tenants_
};

/// The tree as it is now, for whoever reads it while it changes. Only the part that keeps accounts
/// in the store calls take(). @threads any
class TenantsNow {
public:
    TenantsNow() : tree_(std::make_shared<const TenantTree>()) {}

    /// Good for one request or one page: it does not change under the reader.
    std::shared_ptr<const TenantTree> tree() const {
        const std::lock_guard lock(mutex_);
        return tree_;
    }
    void take(TenantTree tree) {
        auto fresh = std::make_shared<const TenantTree>(std::move(tree));
        const std::lock_guard lock(mutex_);
        tree_.swap(fresh);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const TenantTree> tree_;
};

}  // namespace porteur
