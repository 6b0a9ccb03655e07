// SPDX-License-Identifier: Apache-2.0
#include "store/row_changes.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace porteur {
namespace {

Order order(Id id, std::int64_t version, std::string progress = "{}") {
    Order out;
    out.id = id;
    out.version = version;
    out.request = "as it came";
    out.progress = std::move(progress);
    return out;
}

Operation operation(Id id, Operation::State state) {
    Operation out;
    out.id = id;
    out.state = state;
    return out;
}

Commit makes(Order made) {
    Commit out;
    out.new_orders.push_back(std::move(made));
    return out;
}

Commit changes(Order changed) {
    Commit out;
    out.changed_orders.push_back(std::move(changed));
    return out;
}

Commit moves(Order moved) {
    Commit out;
    out.moved_orders.push_back(std::move(moved));
    return out;
}

TEST(RowChanges, WriteAnOrderThatIsMadeAndChangedOnceWithWhatEachCommitGave) {
    const auto made = makes(order(1, 1));
    const auto changed = changes(order(1, 2, "said"));
    const auto moved = moves(order(1, 3));
    RowChanges rows;
    for (const auto* each : {&made, &changed, &moved}) rows.add(*each);

    ASSERT_EQ(rows.orders().size(), 1);
    const auto& row = rows.orders().front();
    EXPECT_EQ(row.made, &made.new_orders.front()) << "the request comes with the first";
    EXPECT_EQ(row.progress->progress, "said") << "an order that only moves says nothing of its progress";
    EXPECT_EQ(row.last->version, 3);
}

TEST(RowChanges, GoOverTheVersionThatTheFirstChangeHasSeen) {
    const auto first = moves(order(1, 7));
    const auto second = moves(order(1, 8));
    RowChanges rows;
    rows.add(first);
    rows.add(second);
    ASSERT_EQ(rows.orders().size(), 1);
    EXPECT_EQ(rows.orders().front().seen, 6);
    EXPECT_EQ(rows.orders().front().last->version, 8);
    EXPECT_EQ(rows.orders().front().made, nullptr);
    EXPECT_EQ(rows.orders().front().progress, nullptr) << "the progress in the store stays";
}

TEST(RowChanges, RefuseAChangeThatGoesOverOneItHasNotSeen) {
    const auto first = changes(order(1, 7));
    RowChanges rows;
    rows.add(first);
    for (const std::int64_t version : {7, 9}) {
        const auto wrong = changes(order(1, version));
        EXPECT_THROW(rows.add(wrong), std::runtime_error);
    }
}

TEST(RowChanges, RefuseAnOrderOrAnOperationThatIsMadeTwice) {
    const auto made = makes(order(1, 1));
    RowChanges rows;
    rows.add(made);
    EXPECT_THROW(rows.add(made), std::runtime_error);

    Commit begun;
    begun.new_operations.push_back(operation(2, Operation::State::open));
    rows.add(begun);
    EXPECT_THROW(rows.add(begun), std::runtime_error);
}

TEST(RowChanges, WriteAnOperationThatBeginsAndEndsOnce) {
    Commit begun, ended;
    begun.new_operations.push_back(operation(2, Operation::State::open));
    ended.changed_operations.push_back(operation(2, Operation::State::done));
    ended.changed_operations.push_back(operation(3, Operation::State::failed));
    RowChanges rows;
    rows.add(begun);
    rows.add(ended);
    ASSERT_EQ(rows.operations().size(), 2);
    EXPECT_TRUE(rows.operations()[0].is_new);
    EXPECT_EQ(rows.operations()[0].last->state, Operation::State::done);
    EXPECT_FALSE(rows.operations()[1].is_new);
}

TEST(RowChanges, ForgetThemAllForTheNextTransaction) {
    const auto made = makes(order(1, 1));
    RowChanges rows;
    rows.add(made);
    rows.clear();
    EXPECT_TRUE(rows.orders().empty());
    const auto later = moves(order(1, 5));
    rows.add(later);
    EXPECT_EQ(rows.orders().front().made, nullptr);
}

}  // namespace
}  // namespace porteur
