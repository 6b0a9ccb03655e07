// SPDX-License-Identifier: Apache-2.0
#pragma once

// The store's own connections, for the parts of this folder that keep other tables than the orders':
// the inventory, the people. Each has an interface of its own (number_book.hpp, people_book.hpp).

#include <functional>
#include <memory>

#include "store/dialect.hpp"
#include "store/store.hpp"
#include "store/write_session.hpp"

namespace soci {
class session;
}

namespace porteur {

/// @threads any; blocks. What the function throws is an Error of the kind unavailable.
class StoreAccess {
public:
    virtual ~StoreAccess() = default;

    virtual Dialect dialect() const = 0;
    virtual const Seal& seal() const = 0;
    /// Runs it over one of the reading connections.
    virtual Result<void> read_with(const std::function<void(soci::session&)>& ask) = 0;
    /// Runs it in a transaction beside the writer, which waits for no longer than that takes; nothing
    /// is written once another daemon has taken the store over.
    virtual Result<void> change_with(const std::function<void(soci::session&)>& apply) = 0;
    /// A connection that writes many rows, in transactions of its own; as long as its lease() is
    /// fence(), the store is still ours.
    virtual Result<std::unique_ptr<WriteSession>> write_session() = 0;
    virtual long long fence() const = 0;
    /// As change_with, for a program beside the daemon: `porteurd user create`.
    virtual Result<void> change_beside(const std::function<void(soci::session&)>& apply) = 0;
};

/// Runs a read that gives a value. @errors as read_with()
template <class T, class Ask>
Result<T> asked(StoreAccess& access, Ask ask) {
    T found{};
    auto done = access.read_with([&](soci::session& sql) { found = ask(sql); });
    if (!done) return std::unexpected(std::move(done).error());
    return found;
}

/// Keeps the answer to a request under its key, in the transaction under way. Throws what SOCI throws.
void keep_answer(soci::session& sql, const Seal& seal, const IdempotencyRecord& answer);

/// The same store.
StoreAccess& access_of(Store& store);

}  // namespace porteur
