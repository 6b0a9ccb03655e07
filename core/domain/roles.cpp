// SPDX-License-Identifier: Apache-2.0
#include "domain/roles.hpp"

#include <algorithm>
#include <array>

namespace porteur {
namespace {

constexpr std::array roles{Role::system_administrator, Role::var_administrator, Role::company_administrator,
                           Role::professional,         Role::operator_token,    Role::reader_token};

constexpr std::array rights{
    Right::view_carriers,   Right::view_carrier_lists, Right::view_orders,   Right::place_orders,   Right::view_numbers,  Right::add_numbers,
    Right::assign_numbers,  Right::release_numbers,    Right::set_options,   Right::report_calls,   Right::view_people,   Right::manage_people,
    Right::manage_tenants,  Right::view_audit,         Right::view_webhooks, Right::manage_webhooks,
    Right::manage_plugins};

/// How far a right reaches.
enum class Reach { nowhere, own, tree };

using enum Reach;

// In the order of Role: system administrator, VAR, company, professional, operator's token, reader's token.
constexpr Reach reach_of(Role role, Right right) noexcept {
    using Row = std::array<Reach, roles.size()>;
    const auto row = [right]() -> Row {
        switch (right) {
            case Right::view_carriers: return {own, own, own, own, own, own};
            case Right::view_carrier_lists: return {own, nowhere, nowhere, nowhere, own, own};
            case Right::view_orders: return {own, own, own, own, own, own};
            case Right::place_orders: return {nowhere, own, own, own, own, nowhere};
            case Right::view_numbers: return {tree, tree, own, own, tree, tree};
            case Right::add_numbers: return {nowhere, tree, nowhere, nowhere, tree, nowhere};
            case Right::assign_numbers: return {nowhere, tree, own, nowhere, tree, nowhere};
            case Right::release_numbers: return {nowhere, tree, own, own, tree, nowhere};
            case Right::set_options: return {nowhere, tree, own, own, tree, nowhere};
            case Right::report_calls: return {nowhere, nowhere, nowhere, nowhere, tree, nowhere};
            case Right::view_people: return {tree, tree, own, own, tree, nowhere};
            case Right::manage_people: return {tree, tree, own, own, tree, nowhere};
            case Right::manage_tenants: return {tree, tree, nowhere, nowhere, tree, nowhere};
            case Right::view_audit: return {tree, tree, own, own, tree, nowhere};
            case Right::view_webhooks: return {own, own, own, own, own, own};
            case Right::manage_webhooks: return {own, own, own, own, own, nowhere};
            case Right::manage_plugins: return {own, nowhere, nowhere, nowhere, own, nowhere};
        }
        return {};
    }();
    return row[static_cast<std::size_t>(role)];
}

}  // namespace

bool may(Role role, Right right, Relation relation) noexcept {
    switch (relation) {
        case Relation::own: return reach_of(role, right) != nowhere;
        case Relation::below: return reach_of(role, right) == tree;
        case Relation::other: return false;
    }
    return false;
}

Role administrator_of(TenantKind kind) noexcept {
    switch (kind) {
        case TenantKind::system: return Role::system_administrator;
        case TenantKind::var: return Role::var_administrator;
        case TenantKind::company: return Role::company_administrator;
        case TenantKind::professional: return Role::professional;
    }
    return Role::professional;
}

std::span<const Role> all_roles() noexcept { return roles; }
std::span<const Right> all_rights() noexcept { return rights; }

std::string_view word_of(Role role) noexcept {
    switch (role) {
        case Role::system_administrator: return "system_administrator";
        case Role::var_administrator: return "var_administrator";
        case Role::company_administrator: return "company_administrator";
        case Role::professional: return "professional";
        case Role::operator_token: return "operator_token";
        case Role::reader_token: return "reader_token";
    }
    return {};
}

std::string_view word_of(Right right) noexcept {
    switch (right) {
        case Right::view_carriers: return "view_carriers";
        case Right::view_carrier_lists: return "view_carrier_lists";
        case Right::view_orders: return "view_orders";
        case Right::place_orders: return "place_orders";
        case Right::view_numbers: return "view_numbers";
        case Right::add_numbers: return "add_numbers";
        case Right::assign_numbers: return "assign_numbers";
        case Right::release_numbers: return "release_numbers";
        case Right::set_options: return "set_options";
        case Right::report_calls: return "report_calls";
        case Right::view_people: return "view_people";
        case Right::manage_people: return "manage_people";
        case Right::manage_tenants: return "manage_tenants";
        case Right::view_audit: return "view_audit";
        case Right::view_webhooks: return "view_webhooks";
        case Right::manage_webhooks: return "manage_webhooks";
        case Right::manage_plugins: return "manage_plugins";
    }
    return {};
}

std::string_view word_of(TenantKind kind) noexcept {
    switch (kind) {
        case TenantKind::system: return "system";
        case TenantKind::var: return "var";
        case TenantKind::company: return "company";
        case TenantKind::professional: return "professional";
    }
    return {};
}

std::optional<TenantKind> tenant_kind_of(std::string_view word) noexcept {
    for (const auto kind : {TenantKind::system, TenantKind::var, TenantKind::company, TenantKind::professional})
        if (word_of(kind) == word) return kind;
    return std::nullopt;
}

}  // namespace porteur
