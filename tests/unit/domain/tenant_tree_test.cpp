// SPDX-License-Identifier: Apache-2.0
#include "domain/tenant_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porteur {
namespace {

using enum TenantKind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t north = 10, south = 11;                   // VARs
constexpr std::int64_t bakery = 20, dentist = 21, florist = 22;  // customers
constexpr std::int64_t direct = 30;                              // a company that no VAR has

std::vector<Tenant> installation() {
    return {
        {.id = bakery, .parent = north, .kind = company, .name = "Bakery"},
        {.id = dentist, .parent = north, .kind = professional, .name = "Dentist"},
        {.id = florist, .parent = south, .kind = company, .name = "Florist"},
        {.id = direct, .parent = system_tenant, .kind = company, .name = "Direct"},
        {.id = north, .parent = system_tenant, .kind = var, .name = "North"},
        {.id = south, .parent = system_tenant, .kind = var, .name = "South"},
        {.id = system_tenant, .parent = 0, .kind = TenantKind::system, .name = "System"}
    };
}

TenantTree tree() { return TenantTree::make(installation()).value(); }

TEST(TenantTree, knows_one_s_own_account_what_is_below_and_nothing_else) {
    const auto known = tree();
    for (const auto& each : known.all()) EXPECT_EQ(known.relation(each.id, each.id), Relation::own);
    EXPECT_EQ(known.relation(system_tenant, bakery), Relation::below);
    EXPECT_EQ(known.relation(north, bakery), Relation::below);
    EXPECT_EQ(known.relation(north, florist), Relation::other);  // a neighbour's customer
    EXPECT_EQ(known.relation(north, south), Relation::other);    // beside
    EXPECT_EQ(known.relation(bakery, north), Relation::other);   // above
    EXPECT_EQ(known.relation(bakery, system_tenant), Relation::other);
    EXPECT_EQ(known.relation(north, direct), Relation::other);
}

TEST(TenantTree, has_an_absent_account_stand_beside_every_other) {
    const auto known = tree();
    EXPECT_EQ(known.relation(system_tenant, 999), Relation::other);
    EXPECT_EQ(known.relation(999, 999), Relation::other);
    EXPECT_EQ(known.relation(0, system_tenant), Relation::other);
    EXPECT_EQ(known.name_of(999), "");
    EXPECT_THAT(known.below(999), IsEmpty());
}

TEST(TenantTree, names_the_var_and_the_customer_of_an_account) {
    const auto known = tree();
    EXPECT_EQ(known.var_of(bakery), north);
    EXPECT_EQ(known.var_of(north), north);
    EXPECT_EQ(known.var_of(direct), std::nullopt);
    EXPECT_EQ(known.var_of(system_tenant), std::nullopt);
    EXPECT_EQ(known.customer_of(dentist), dentist);
    EXPECT_EQ(known.customer_of(north), std::nullopt);
    EXPECT_EQ(known.name_of(florist), "Florist");
}

TEST(TenantTree, lists_what_is_below_at_any_depth) {
    const auto known = tree();
    EXPECT_THAT(known.below(north), ElementsAre(bakery, dentist));
    EXPECT_THAT(
        known.below(system_tenant), ElementsAre(north, south, bakery, dentist, florist, direct)
    );
    EXPECT_THAT(known.below(bakery), IsEmpty());
}

TEST(TenantTree, disables_with_an_account_all_that_is_below_it) {
    auto tenants = installation();
    for (auto& each : tenants)
        if (each.id == north) each.disabled = true;
    const auto known = TenantTree::make(tenants).value();
    EXPECT_TRUE(known.is_disabled(north));
    EXPECT_TRUE(known.is_disabled(bakery));
    EXPECT_FALSE(known.is_disabled(florist));
    EXPECT_TRUE(known.is_disabled(999));
}

TEST(TenantTree, is_the_system_alone_in_a_new_installation) {
    const TenantTree fresh;
    ASSERT_EQ(fresh.all().size(), 1U);
    EXPECT_EQ(fresh.all().front().name, "System");
}

TEST(TenantTree, refuses_what_cannot_stand_where_it_stands) {
    const auto with = [](Tenant wrong) {
        auto tenants = installation();
        tenants.push_back(std::move(wrong));
        return TenantTree::make(std::move(tenants));
    };
    EXPECT_FALSE(with({.id = 40, .parent = bakery, .kind = company, .name = "below a company"}));
    EXPECT_FALSE(with({.id = 40, .parent = north, .kind = var, .name = "a VAR's VAR"}));
    EXPECT_FALSE(with({.id = 40, .parent = 999, .kind = company, .name = "an orphan"}));
    EXPECT_FALSE(with({.id = 40, .parent = 0, .kind = TenantKind::system, .name = "a second system"}
    ));
    EXPECT_FALSE(with({.id = bakery, .parent = north, .kind = company, .name = "twice"}));
    EXPECT_FALSE(TenantTree::make({}));
    EXPECT_TRUE(with({.id = 40, .parent = north, .kind = company, .name = "a customer"}));
}

TEST(TenantsNow, leaves_a_reader_the_tree_that_it_began_with) {
    TenantsNow now;
    const auto before = now.tree();
    now.take(tree());
    EXPECT_EQ(before->all().size(), 1U);
    EXPECT_EQ(now.tree()->all().size(), 7U);
}

}  // namespace
}  // namespace porteur
