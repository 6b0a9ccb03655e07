// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which process holds the store. One does; others stand by and take it over. On SQLite the hold is a lock on a file
// beside the database, which goes with the process. On PostgreSQL it is a lock of the session that writes, which goes
// with that session; and beside it a lease, so that a holder that was stopped, or is cut off from the server, is not
// waited for: when its lease has run out, its session is ended and its hold with it. docs/decisions/0027.

#include <chrono>
#include <memory>
#include <string>

#include <porteur/result.hpp>

#include "store/store.hpp"

namespace soci {
class session;
}

namespace porteur {

/// Whether a porteurd holds a store, by a look that takes nothing and makes no table.
/// @errors  invalid_input: the address is none; unavailable: the server cannot be reached @threads any; blocks
Result<bool> is_held(const std::string& address);

class StoreLock {
public:
    /// Connects to nothing yet.
    /// @errors  invalid_input: the address is none
    static Result<std::unique_ptr<StoreLock>> make(const StoreSettings& settings);
    virtual ~StoreLock() = default;

    /// One try, which waits for 300 ms at most. @return whether the store is ours now
    /// @errors  unavailable: the lock file or the server cannot be reached
    virtual Result<bool> take() = 0;
    /// Who has it, as the last try saw; where that cannot be known, both are empty.
    virtual Seat holder() const = 0;
    /// Whether nobody can have taken the store over: the lease has not run out by this machine's own clock (where there
    /// is one), the server has not ended the session, the lock file is the one that was locked. A look of a microsecond,
    /// which waits for nobody. What must not happen twice is done only while it is so. @threads any
    virtual bool is_ours() const noexcept = 0;
    /// Whether the hold is gone in a way that no transaction sees: the lock file was removed. Only a restart takes it
    /// again. @threads any, also after stop_renewing()
    virtual bool was_taken_away() const noexcept = 0;
    /// The session that has the lock, for the writer; once. Null on SQLite.
    virtual std::unique_ptr<soci::session> give_session() = 0;
    /// Renews no more, and lets the process live on however old the lease is: what is queued is still written, as
    /// long as nobody has taken the store over. Nobody asks is_ours() any more.
    virtual void stop_renewing() = 0;
};

}  // namespace porteur
