// SPDX-License-Identifier: Apache-2.0
#include "domain/number_rules.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

class NumberRules : public ::testing::Test {
protected:
    // 1 System; VARs 2 and 3; 10 and 11 companies of 2, 14 of 3.
    TenantTree tree = *TenantTree::make(
        {{1, 0, TenantKind::system, "System"},
         {2, 1, TenantKind::var, "North"},
         {3, 1, TenantKind::var, "South"},
         {10, 2, TenantKind::company, "Acme"},
         {11, 2, TenantKind::company, "Bakery"},
         {14, 3, TenantKind::company, "Far"}}
    );
    static NumberForm held_by(std::int64_t tenant, NumberState state) {
        NumberForm number;
        number.row.key = *number_key("+15145550100");
        number.row.tenant = tenant;
        number.shared.state = state;
        return number;
    }
    static NumberWish to(std::int64_t tenant) { return {.action = NumberAction::assign, .tenant = tenant, .use = {}, .used_by = {}, .note = {}, .tags_added = {}, .tags_removed = {}, .custom = {}, .features = {}}; }
    static NumberWish used_by(std::string name) {
        auto wish = to(0);
        wish.use = UseType::user;
        wish.used_by = std::move(name);
        return wish;
    }
    static NumberWish only(NumberAction action) {
        auto wish = to(0);
        wish.action = action;
        return wish;
    }
    void expect_refused(const NumberWish& wish, NumberForm number, bool from_above = true) {
        const auto before = number;
        const auto done = carry_out(wish, from_above, tree, number);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, ErrorKind::invalid_input);
        EXPECT_EQ(number.row, before.row);
        EXPECT_EQ(number.shared, before.shared);
    }
};

TEST_F(NumberRules, a_number_of_the_pool_goes_to_a_company_and_is_assigned) {
    auto number = held_by(2, NumberState::available);
    EXPECT_EQ(carry_out(to(10), true, tree, number), true);
    EXPECT_EQ(number.row.tenant, 10);
    EXPECT_EQ(number.shared.state, NumberState::assigned);
    EXPECT_EQ(carry_out(to(10), true, tree, number), false) << "the second time changes nothing";
}

TEST_F(NumberRules, a_number_goes_from_no_customer_to_another_without_being_unassigned) {
    expect_refused(to(11), held_by(10, NumberState::assigned));
}

TEST_F(NumberRules, a_number_of_one_var_does_not_go_to_the_customer_of_another) { expect_refused(to(14), held_by(2, NumberState::available)); }

TEST_F(NumberRules, a_use_needs_an_account_with_users_and_both_words) {
    expect_refused(used_by("Anna"), held_by(2, NumberState::available));
    auto nameless = used_by("");
    expect_refused(nameless, held_by(10, NumberState::assigned));
    auto number = held_by(10, NumberState::in_service);
    EXPECT_EQ(carry_out(used_by("Anna"), false, tree, number), true);
    EXPECT_EQ(number.row.used_by, "Anna");
    EXPECT_EQ(number.shared.state, NumberState::in_service);
    expect_refused(used_by("Bob"), number, false);
}

TEST_F(NumberRules, unassigning_from_within_leaves_it_with_the_company_and_from_above_takes_it_back) {
    auto number = held_by(10, NumberState::assigned);
    number.row.used_by = "Anna";
    number.shared.use = UseType::user;
    auto within = number;
    EXPECT_EQ(carry_out(only(NumberAction::unassign), false, tree, within), true);
    EXPECT_EQ(within.row.tenant, 10);
    EXPECT_TRUE(within.row.used_by.empty());
    EXPECT_EQ(carry_out(only(NumberAction::unassign), true, tree, number), true);
    EXPECT_EQ(number.row.tenant, 2);
    EXPECT_EQ(number.shared.state, NumberState::available);
    EXPECT_EQ(number.shared.use, UseType::none);
}

TEST_F(NumberRules, numbers_that_leave_or_are_gone_are_assigned_to_nobody) {
    for (const auto state : {NumberState::discovered, NumberState::suspended, NumberState::port_out_pending, NumberState::ported_out,
                             NumberState::releasing, NumberState::aging, NumberState::released, NumberState::missing, NumberState::failed})
        expect_refused(to(10), held_by(2, state));
}

TEST_F(NumberRules, only_an_available_number_is_reserved_and_only_a_reserved_one_is_not) {
    auto number = held_by(2, NumberState::available);
    auto wish = only(NumberAction::reserve);
    wish.note = "for Acme";
    EXPECT_EQ(carry_out(wish, true, tree, number), true);
    EXPECT_EQ(number.shared.state, NumberState::reserved);
    EXPECT_EQ(number.row.note, "for Acme");
    EXPECT_EQ(carry_out(only(NumberAction::unreserve), true, tree, number), true);
    EXPECT_EQ(number.shared.state, NumberState::available);
    expect_refused(only(NumberAction::unreserve), number);
    expect_refused(wish, held_by(10, NumberState::assigned));
}

TEST_F(NumberRules, tags_are_each_once_in_order_and_of_few_letters) {
    EXPECT_EQ(tags_with("vip night", {"night", "all"}, {"vip"}), "all night");
    EXPECT_FALSE(tags_with("", {"two words"}, {}));
    EXPECT_FALSE(tags_with("", {""}, {}));
    EXPECT_FALSE(tags_with("", {std::string(41, 'a')}, {}));
}

TEST_F(NumberRules, a_field_is_set_and_taken_away) {
    auto number = held_by(10, NumberState::assigned);
    auto wish = only(NumberAction::options);
    wish.custom = {{"floor", "2"}, {"desk", "b"}};
    EXPECT_EQ(carry_out(wish, false, tree, number), true);
    EXPECT_EQ(number.row.custom, R"({"desk":"b","floor":"2"})");
    wish.custom = {{"desk", ""}};
    EXPECT_EQ(carry_out(wish, false, tree, number), true);
    EXPECT_EQ(number.row.custom, R"({"floor":"2"})");
}

TEST_F(NumberRules, each_action_has_a_word_and_a_right) {
    for (const auto action : {NumberAction::assign, NumberAction::unassign, NumberAction::reserve, NumberAction::unreserve, NumberAction::options})
        EXPECT_EQ(number_action_of(word_of(action)), action);
    EXPECT_EQ(right_of(NumberAction::assign), Right::assign_numbers);
    EXPECT_FALSE(number_action_of("steal"));
}

}  // namespace
}  // namespace porteur
