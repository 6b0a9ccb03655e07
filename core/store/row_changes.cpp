// SPDX-License-Identifier: Apache-2.0
#include "store/row_changes.hpp"

#include <stdexcept>
#include <string>

namespace porteur {

void RowChanges::add(const Commit& commit) {
    for (const auto& each : commit.new_orders) add_made(each);
    for (const auto& each : commit.changed_orders) add_change(each, true);
    for (const auto& each : commit.moved_orders) add_change(each, false);
    for (const auto& each : commit.new_operations) add_operation(each, true);
    for (const auto& each : commit.changed_operations) add_operation(each, false);
}

void RowChanges::add_made(const Order& order) {
    if (!order_at_.try_emplace(order.id, orders_.size()).second)
        throw std::runtime_error("order " + std::to_string(order.id) + " is made twice");
    orders_.push_back({.last = &order, .made = &order, .progress = &order, .seen = 0});
}

void RowChanges::add_change(const Order& order, bool with_progress) {
    const auto [found, first] = order_at_.try_emplace(order.id, orders_.size());
    if (first)
        orders_.push_back(
            {.last = nullptr, .made = nullptr, .progress = nullptr, .seen = order.version - 1}
        );
    auto& row = orders_[found->second];
    if (!first && row.last->version != order.version - 1)
        throw std::runtime_error(
            "a change of order " + std::to_string(order.id) + " goes over version " +
            std::to_string(row.last->version) + ", which it has not seen"
        );
    row.last = &order;
    if (with_progress) row.progress = &order;
}

void RowChanges::add_operation(const Operation& operation, bool is_new) {
    const auto [found, first] = operation_at_.try_emplace(operation.id, operations_.size());
    if (first)
        operations_.push_back({&operation, is_new});
    else if (is_new)
        throw std::runtime_error("operation " + std::to_string(operation.id) + " is made twice");
    else
        operations_[found->second].last = &operation;
}

void RowChanges::clear() {
    orders_.clear();
    operations_.clear();
    order_at_.clear();
    operation_at_.clear();
}

}  // namespace porteur
