// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the store keeps beside the orders' own commits: until when carriers want to be left alone,
// and what is old enough to go. Small and rare, each in a transaction of its own on the caller's
// thread, which the store's writer does not wait for longer than that takes.

#include <map>
#include <string>

#include "store/store.hpp"

namespace porteur {

/// Where a look at the answers kept under Idempotency-Keys stands.
struct KeyPlace {
    std::int64_t tenant = 0;
    std::string key;
};

/// What one look at them did.
struct KeysLookedAt {
    int dropped = 0;
    KeyPlace last;      ///< where the next look begins
    bool more = false;  ///< whether there is a next one
};

/// @threads any; blocks. @errors unavailable: the store does not answer, or another daemon has
/// taken it over
class Upkeep {
public:
    virtual ~Upkeep() = default;

    /// Until when each account's carrier wants to be left alone, past times too.
    virtual Result<std::map<std::string, Instant>> penalties() = 0;
    virtual Result<void> keep_penalty(const std::string& account, Instant until) = 0;

    /// Looks at `limit` keys after a place and drops those that came before an instant. One whose
    /// answer names an order that has not ended stays: its repeat must not make a second one.
    virtual Result<KeysLookedAt> drop_keys(const KeyPlace& after, Instant before, int limit) = 0;
    /// Empties mails that a person dismissed before an instant and that belong to no order, at most
    /// `limit`: sender, subject, text and files go; that they came, and what became of them, stays,
    /// so that none is taken twice.
    /// @return how many
    virtual Result<int> empty_mails(Instant before, int limit) = 0;
};

/// The same store.
Upkeep& upkeep_of(Store& store);

}  // namespace porteur
