// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who may do what, and in whose account: the one place that decides. Everything else asks may().
// docs/roles.md is this table in words; a test compares the two, and another runs every role against
// every route.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace porteur {

/// What a tenant is. The tree is three deep at most: the system, VARs below it, and companies and
/// professionals below a VAR or, where nobody resells, below the system.
enum class TenantKind { system, var, company, professional };

/// As what somebody calls. People are administrators of their tenant, which makes one role for each
/// kind of tenant; programs hold tokens.
enum class Role {
    system_administrator,   ///< sees all, manages no number and no order: for that, enter an account
    var_administrator,      ///< manages the numbers of its companies and professionals, and orders
    company_administrator,  ///< orders and assigns for its own users, services and groups
    professional,           ///< a company of one
    operator_token,         ///< a program of the system's own account, the installation itself:
                            ///< everything. One of another account is its administrator
    reader_token,           ///< a program that only looks
};

/// What may be done, in groups that are always granted together. docs/roles.md says which routes
/// each of them opens.
enum class Right {
    view_carriers,
    view_carrier_lists,  ///< what a carrier has of all customers: in the system's own account alone
    view_orders,
    place_orders,     ///< create, correct, send, cancel, settle, answer, comment; documents and mails
    view_numbers,
    add_numbers,      ///< add, import, reserve, adopt what a carrier's list shows
    assign_numbers,   ///< assign and unassign
    release_numbers,  ///< give back to the carrier
    set_options,      ///< tags, custom fields, features
    report_calls,
    view_people,      ///< tenants, users, members, tokens: who there is
    manage_people,    ///< users, members and tokens of the account
    manage_tenants,   ///< accounts below one's own
    view_audit,
    view_webhooks,
    manage_webhooks,
    manage_plugins,  ///< try, activate and retire builds of plugins: in the system's own account alone
};

/// How the account that something belongs to stands to the caller's.
enum class Relation {
    own,
    below,  ///< under the caller's, at any depth
    other,  ///< above or beside: as if it did not exist
};

/// @threads any
bool may(Role role, Right right, Relation relation) noexcept;

/// The administrator of such a tenant. @threads any
Role administrator_of(TenantKind kind) noexcept;

/// All there are, in the order of their declaration. @threads any
std::span<const Role> all_roles() noexcept;
std::span<const Right> all_rights() noexcept;

/// "var_administrator", "view_numbers", "company": the words of the API. @threads any
std::string_view word_of(Role role) noexcept;
std::string_view word_of(Right right) noexcept;
std::string_view word_of(TenantKind kind) noexcept;
std::optional<TenantKind> tenant_kind_of(std::string_view word) noexcept;

}  // namespace porteur
