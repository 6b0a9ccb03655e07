// SPDX-License-Identifier: Apache-2.0
#pragma once

// The writer's statements: how each record of a Commit becomes rows. Prepared once for a connection.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/commit.hpp"
#include "store/bulk.hpp"
#include "store/row_changes.hpp"
#include "store/seal.hpp"

namespace porteur {

/// @threads  the writer thread only
class Writer {
public:
    using BulkMaker = std::function<std::unique_ptr<Bulk>(BulkShape)>;
    Writer(const BulkMaker& make, const Seal& seal);

    /// Takes one commit more into the transaction; it must stay where it is until send() or clear(). Throws
    /// std::runtime_error when it does not fit those before it.
    void put(const Commit& commit);
    /// Writes the rows of the commits that were put: on SQLite at once, on PostgreSQL without waiting.
    void send();
    /// Waits for what was sent. Throws what the database says against it, or std::runtime_error when a row to be
    /// changed is not there.
    void check();
    /// Forgets what was not sent (after a failure).
    void clear();

private:
    void put_order(const RowChanges::OrderRow& change);
    void change_order(const RowChanges::OrderRow& change);
    void put_operation(const RowChanges::OperationRow& change);
    void change_operation(const Operation& operation);
    void put_mail(const OutboxMail& mail);
    void put_received(const InboxMail& mail);
    void change_received(const InboxMail& mail);
    std::string kept_input(const std::string& input);
    std::string sealed(const std::string& plain, std::string_view place, Id id) const;
    void put_event(const InboundEvent& event);
    void put_settings_of(Bulk& row, const Webhook& webhook);
    static void put_state_of(Bulk& row, const WebhookState& state);
    void put_webhooks(const Commit& commit);
    void compact(Id operation);
    void put_id(std::size_t which, Id id);
    void put_rest(const Commit& commit);
    void forget_commits();
    Bulk& bulk(std::size_t which) { return *bulks_[which]; }

    const Seal& seal_;
    RowChanges rows_;
    std::vector<const Commit*> commits_;
    std::vector<std::unique_ptr<Bulk>> bulks_;
    std::vector<long long> expected_;  ///< rows to be changed, for each update
    std::vector<bool> used_;
    std::set<std::string> tails_;           ///< names of the settings that the store has
    std::vector<std::string> fresh_tails_;  ///< those of this transaction, which may yet fail
};

}  // namespace porteur
