// SPDX-License-Identifier: Apache-2.0
#pragma once

// The writer's statements: how each record of a Commit becomes rows. Prepared once for a connection.

#include <functional>
#include <memory>
#include <vector>

#include "domain/commit.hpp"
#include "store/bulk.hpp"
#include "store/seal.hpp"

namespace porteur {

/// @threads  the writer thread only
class Writer {
public:
    using BulkMaker = std::function<std::unique_ptr<Bulk>(BulkShape)>;
    Writer(const BulkMaker& make, const Seal& seal);

    /// Writes one commit's rows; on PostgreSQL they leave with send().
    void put(const Commit& commit);
    /// Sends what is not sent, without waiting.
    void send();
    /// Waits for what was sent. Throws what the database says against it, or std::runtime_error when a row to be
    /// changed is not there.
    void check();
    /// Forgets what was not sent (after a failure).
    void clear();

private:
    void put_order(const Order& order);
    void change_order(const Order& order, bool moved_only);
    void put_operation(const Operation& operation);
    void change_operation(const Operation& operation);
    void put_mail(const OutboxMail& mail);
    void put_received(const InboxMail& mail);
    void change_received(const InboxMail& mail);
    std::string sealed(const std::string& plain, std::string_view place, Id id) const;
    void put_event(const InboundEvent& event);
    void compact(Id operation);
    void put_id(std::size_t which, Id id);
    Bulk& bulk(std::size_t which) { return *bulks_[which]; }

    const Seal& seal_;
    std::vector<std::unique_ptr<Bulk>> bulks_;
    std::vector<long long> expected_;  ///< rows to be changed, for each update
    std::vector<bool> used_;
};

}  // namespace porteur
