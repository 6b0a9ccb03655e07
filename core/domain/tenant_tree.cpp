// SPDX-License-Identifier: Apache-2.0
#include "domain/tenant_tree.hpp"

#include <algorithm>
#include <utility>

#include <porteur/phrase.hpp>

namespace porteur {

bool may_stand_below(TenantKind parent, TenantKind kind) noexcept {
    switch (kind) {
        case TenantKind::system:
            return false;
        case TenantKind::var:
            return parent == TenantKind::system;
        case TenantKind::company:
        case TenantKind::professional:
            return parent == TenantKind::system || parent == TenantKind::var;
    }
    return false;
}

TenantTree::TenantTree()
    : TenantTree(std::vector{Tenant{
          .id = system_tenant,
          .parent = 0,
          .kind = TenantKind::system,
          .name = "System",
          .disabled = false
      }}) {}

TenantTree::TenantTree(std::vector<Tenant> sorted) : tenants_(std::move(sorted)) {
    places_.reserve(tenants_.size());
    for (std::size_t at = 0; at < tenants_.size(); ++at) places_.emplace(tenants_[at].id, at);
}

Result<TenantTree> TenantTree::make(std::vector<Tenant> tenants) {
    std::ranges::sort(tenants, {}, &Tenant::id);
    TenantTree tree(std::move(tenants));
    for (const auto& each : tree.tenants_) {
        const bool is_system = each.id == system_tenant;
        const auto* parent = tree.find(each.parent);
        const bool fits = is_system ? each.kind == TenantKind::system && each.parent == 0
                                    : parent && may_stand_below(parent->kind, each.kind);
        if (!fits)
            return failure(
                ErrorKind::internal,
                phrase(
                    "account {1} cannot stand below account {2}; the store is damaged", each.id,
                    each.parent
                )
            );
    }
    if (!tree.find(system_tenant) || tree.places_.size() != tree.tenants_.size())
        return failure(
            ErrorKind::internal,
            "the accounts have no system above them, or one of them twice; the store is damaged"
        );
    return tree;
}

const Tenant* TenantTree::find(std::int64_t tenant) const noexcept {
    const auto found = places_.find(tenant);
    return found == places_.end() ? nullptr : &tenants_[found->second];
}

std::string_view TenantTree::name_of(std::int64_t tenant) const noexcept {
    const auto* found = find(tenant);
    return found ? std::string_view(found->name) : std::string_view();
}

Relation TenantTree::relation(std::int64_t home, std::int64_t other) const noexcept {
    // No cycle is possible: each step up goes to a kind that stands higher.
    for (const auto* at = find(other); at; at = find(at->parent))
        if (at->id == home) return home == other ? Relation::own : Relation::below;
    return Relation::other;
}

Holder TenantTree::holder(std::int64_t home, std::int64_t tenant) const noexcept {
    Holder out;
    const auto* first = find(tenant);
    if (first && (first->kind == TenantKind::company || first->kind == TenantKind::professional)) out.customer = first;
    for (const auto* at = first; at; at = at->parent == 0 ? nullptr : find(at->parent)) {
        if (at->id == home) out.relation = at == first ? Relation::own : Relation::below;
        if (at->kind == TenantKind::var) out.var = at;
    }
    return out;
}

std::optional<std::int64_t> TenantTree::var_of(std::int64_t tenant) const noexcept {
    for (const auto* at = find(tenant); at; at = find(at->parent))
        if (at->kind == TenantKind::var) return at->id;
    return std::nullopt;
}

std::optional<std::int64_t> TenantTree::customer_of(std::int64_t tenant) const noexcept {
    const auto* found = find(tenant);
    const bool is_customer =
        found && (found->kind == TenantKind::company || found->kind == TenantKind::professional);
    return is_customer ? std::optional(tenant) : std::nullopt;
}

std::vector<std::int64_t> TenantTree::below(std::int64_t tenant) const {
    std::vector<std::int64_t> found;
    for (const auto& each : tenants_)
        if (relation(tenant, each.id) == Relation::below) found.push_back(each.id);
    return found;
}

bool TenantTree::is_disabled(std::int64_t tenant) const noexcept {
    const auto* at = find(tenant);
    if (!at) return true;
    for (; at; at = find(at->parent))
        if (at->disabled) return true;
    return false;
}

}  // namespace porteur
