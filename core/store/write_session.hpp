// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one connection that writes, with what differs between the two databases: how a transaction begins,
// how it asks whether the shards are still ours, and what a failed commit means.

#include <memory>
#include <optional>
#include <string>

#include "store/bulk.hpp"
#include "store/dialect.hpp"
#include "store/writer.hpp"

namespace soci {
class session;
}

namespace porteur {

/// @threads  the writer thread only
class WriteSession {
public:
    /// @param session  open, with the lease taken
    /// @param holder   the name under which the lease is held
    /// @param fenced   whether the session has the hold itself, and is ended by whoever takes over. One that has not
    ///                 keeps who takes over from beginning, from its begin() to its end.
    static std::unique_ptr<WriteSession> make(
        std::unique_ptr<soci::session> session, Dialect dialect, const std::string& holder, const Seal& seal, bool fenced
    );
    virtual ~WriteSession() = default;

    virtual void begin() = 0;
    /// Valid as long as this.
    virtual Writer& writer() = 0;
    /// Rows of another table than the orders'; must not outlive this. @param name  unique among them
    virtual std::unique_ptr<Bulk> bulk(const std::string& name, BulkShape shape) = 0;
    /// The sum of the epochs of our leases, as this transaction sees it; nothing when there is none. After
    /// writer().send().
    virtual std::optional<long long> lease() = 0;
    /// On PostgreSQL the commit is under way when this returns, and the next transaction may begin behind it; on
    /// SQLite it has happened. Throws std::runtime_error when the transaction certainly did not happen. When that
    /// is not certain, the process ends.
    virtual void commit() = 0;
    /// Waits for the commit that is under way. Whether it happened when its connection is lost only a restart can
    /// tell: the process ends.
    virtual void committed() = 0;
    virtual void roll_back() noexcept = 0;
    /// The connection is gone, and the lock with it.
    virtual bool is_cut_off() const noexcept = 0;
};

/// Ends the process without running anything more: what is on the disk is the truth now.
[[noreturn]] void give_up(const std::string& why);

}  // namespace porteur
