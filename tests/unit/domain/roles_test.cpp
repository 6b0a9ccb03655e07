// SPDX-License-Identifier: Apache-2.0
#include "domain/roles.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

TEST(Roles, never_reach_an_account_above_or_beside) {
    for (const auto role : all_roles())
        for (const auto right : all_rights())
            EXPECT_FALSE(may(role, right, Relation::other)) << word_of(role) << " " << word_of(right);
}

TEST(Roles, reach_below_only_what_they_reach_in_their_own_account) {
    for (const auto role : all_roles())
        for (const auto right : all_rights())
            EXPECT_TRUE(may(role, right, Relation::own) || !may(role, right, Relation::below)) << word_of(role) << " " << word_of(right);
}

TEST(Roles, a_system_administrator_sees_every_number_and_manages_none) {
    const auto system = Role::system_administrator;
    EXPECT_TRUE(may(system, Right::view_numbers, Relation::below));
    for (const auto right : {Right::add_numbers, Right::assign_numbers, Right::release_numbers, Right::set_options, Right::place_orders})
        EXPECT_FALSE(may(system, right, Relation::own) || may(system, right, Relation::below)) << word_of(right);
}

TEST(Roles, a_var_administrator_manages_the_numbers_of_its_customers) {
    for (const auto right : {Right::add_numbers, Right::assign_numbers, Right::release_numbers, Right::set_options})
        EXPECT_TRUE(may(Role::var_administrator, right, Relation::below)) << word_of(right);
}

TEST(Roles, a_token_that_only_looks_changes_nothing) {
    for (const auto right : all_rights())
        if (!word_of(right).starts_with("view_")) EXPECT_FALSE(may(Role::reader_token, right, Relation::own)) << word_of(right);
}

TEST(Roles, each_has_a_word_of_its_own) {
    for (const auto kind : {TenantKind::system, TenantKind::var, TenantKind::company, TenantKind::professional})
        EXPECT_EQ(tenant_kind_of(word_of(kind)), kind);
    EXPECT_FALSE(tenant_kind_of("reseller"));
}

}  // namespace
}  // namespace porteur
