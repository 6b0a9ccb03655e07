// SPDX-License-Identifier: Apache-2.0
// The accounts that people belong to: made, moved, renamed and disabled by whoever stands above them.
#include <porteur/phrase.hpp>

#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "app/people_desk.hpp"

namespace porteur {

using desk::check_reach;
using desk::no_account;
using desk::refused;

Async<Result<Tenant>> PeopleDesk::add_tenant(
    Caller caller, TenantWish wish, std::optional<AnswerKept<Tenant>> kept
) {
    co_return co_await desk::on<Result<Tenant>>(changes_, [this, caller, wish, kept] {
        return add_tenant_now(caller, wish, kept);
    });
}

Result<Tenant> PeopleDesk::add_tenant_now(
    const Caller& caller, TenantWish wish, const std::optional<AnswerKept<Tenant>>& kept
) {
    const auto known = tree();
    const auto above = wish.parent.value_or(caller.tenant);
    if (auto fits = check_reach(*known, caller, Right::manage_tenants, above, no_account(above));
        !fits)
        return std::unexpected(fits.error());
    const auto parent_kind = known->find(above)->kind;
    if (!may_stand_below(parent_kind, *wish.kind))
        return refused(
            "/kind: " +
            phrase("a {1} cannot stand below a {2}", word_of(*wish.kind), word_of(parent_kind))
        );
    auto made = book_.add_tenant(
        desk::change_by(caller, parts_.now()),
        {.id = 0,
         .parent = above,
         .kind = *wish.kind,
         .name = std::move(*wish.name),
         .disabled = false,
         .version = 1},
        desk::remembered(caller, kept, parts_.now)
    );
    if (made)
        if (auto read = read_tree(); !read) return std::unexpected(std::move(read).error());
    return made;
}

Async<Result<Tenant>> PeopleDesk::change_tenant(
    Caller caller, std::int64_t id, std::optional<std::int64_t> if_version, TenantWish wish,
    std::optional<AnswerKept<Tenant>> kept
) {
    co_return co_await desk::on<Result<Tenant>>(changes_, [this, caller, id, if_version, wish, kept] {
        return change_tenant_now(caller, id, if_version, wish, kept);
    });
}

Result<Tenant> PeopleDesk::change_tenant_now(
    const Caller& caller, std::int64_t id, std::optional<std::int64_t> if_version,
    const TenantWish& wish, const std::optional<AnswerKept<Tenant>>& kept
) {
    const auto known = tree();
    if (auto fits = check_reach(*known, caller, Right::manage_tenants, id, no_account(id)); !fits)
        return std::unexpected(fits.error());
    if (wish.parent)
        if (auto fits = check_reach(
                *known, caller, Right::manage_tenants, *wish.parent, no_account(*wish.parent)
            );
            !fits)
            return std::unexpected(fits.error());
    const bool is_own = id == caller.tenant;
    auto affected = known->below(id);
    affected.push_back(id);
    const auto changed = [&](Tenant& tenant) -> Result<void> {
        if (wish.name) tenant.name = *wish.name;
        if (wish.parent && *wish.parent != tenant.parent) {
            if (is_own)
                return refused(
                    "/parent: " + phrase("one's own account is moved by whoever is above it")
                );
            const auto kind = known->find(*wish.parent)->kind;
            if (!may_stand_below(kind, tenant.kind))
                return refused(
                    "/parent: " +
                    phrase("a {1} cannot stand below a {2}", word_of(tenant.kind), word_of(kind))
                );
            tenant.parent = *wish.parent;
        }
        if (wish.disabled && *wish.disabled != tenant.disabled) {
            if (is_own)
                return refused(
                    "/disabled: " + phrase("one's own account is disabled by whoever is above it")
                );
            tenant.disabled = *wish.disabled;
        }
        return {};
    };
    auto made =
        book_.change_tenant(desk::change_by(caller, parts_.now()), id, if_version, changed, affected, desk::remembered(caller, kept, parts_.now));
    if (made)
        if (auto read = read_tree(); !read) return std::unexpected(std::move(read).error());
    return made;
}

}  // namespace porteur
