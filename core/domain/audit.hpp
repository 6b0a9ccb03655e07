// SPDX-License-Identifier: Apache-2.0
#pragma once

// The audit log: who did what to what, in whose account, and as whom. Each record's hash covers its
// own text and the hash of the one before, so that none can be changed, left out, put elsewhere or
// cut off without that being seen (store/audit_chain.hpp). Records hold no secrets: whoever makes
// one leaves passwords, PINs and tokens out of `before` and `after`.

#include <cstdint>
#include <string>

#include "domain/order.hpp"

namespace porteur {

/// What somebody did.
struct AuditEntry {
    Instant at{};
    std::string who;  ///< "@alice" for a person, a token's name, "porteurd" for its command line
    Id person = 0;    ///< 0: no person
    std::int64_t home = 0;  ///< the account of whoever did it
    std::int64_t tenant =
        0;                ///< the account in which it was done; another one where it was entered
    std::string action;   ///< "tenant.created", "user.password_changed", "port.submit_wanted"
    std::string kind;     ///< of the object: "tenant", "user", "token", "number", "port"
    std::string object;   ///< its id; a number as "+15145550100"
    std::string before;   ///< canonical JSON; empty: there was nothing, or it is not said
    std::string after;    ///< the same, of what is now
    std::string address;  ///< where the request came from; empty: from this machine's command line

    friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

/// An entry in its place.
struct AuditRecord {
    std::int64_t position = 0;  ///< 1 and on, without a gap
    AuditEntry entry;
    std::string hash;  ///< lower-case hex
};

/// The text of a record that its hash covers: canonical JSON with the keys action, address, after,
/// at (milliseconds since 1970), before, home, kind, n (the position), object, person, tenant, who.
/// @threads any
std::string audit_text(std::int64_t position, const AuditEntry& entry);
/// The same, written behind what `out` holds: for the loop that makes millions.
void append_audit_text(std::string& out, std::int64_t position, const AuditEntry& entry);

}  // namespace porteur
