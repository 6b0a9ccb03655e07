// SPDX-License-Identifier: Apache-2.0
#pragma once

// One transaction carries many commits, and an order often changes in two of them: its row is
// written once.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "domain/commit.hpp"

namespace porteur {

/// The orders and operations that a transaction's commits write, each once, as the last commit
/// leaves it. Points into the commits, which must stay where they are.
/// @threads one at a time
class RowChanges {
public:
    struct OrderRow {
        const Order* last = nullptr;  ///< as it stands in the end
        const Order* made =
            nullptr;  ///< as it came, with its request; null: its row is there already
        const Order* progress = nullptr;  ///< with the newest progress; null: no commit changes it
        std::int64_t seen = 0;            ///< the version that the first change goes over
    };
    struct OperationRow {
        const Operation* last = nullptr;
        bool is_new = false;
    };

    /// Throws std::runtime_error when a change does not go over the version just below.
    void add(const Commit& commit);
    void clear();

    const std::vector<OrderRow>& orders() const noexcept { return orders_; }
    const std::vector<OperationRow>& operations() const noexcept { return operations_; }

private:
    void add_made(const Order& order);
    void add_change(const Order& order, bool with_progress);
    void add_operation(const Operation& operation, bool is_new);

    std::vector<OrderRow> orders_;
    std::vector<OperationRow> operations_;
    std::unordered_map<Id, std::size_t> order_at_, operation_at_;
};

}  // namespace porteur
