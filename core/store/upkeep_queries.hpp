// SPDX-License-Identifier: Apache-2.0
#pragma once

// The statements of upkeep.hpp. As queries.hpp, they throw what SOCI throws.

#include <vector>

#include "store/upkeep.hpp"

namespace soci {
class session;
}

namespace porteur::queries {

std::map<std::string, Instant> penalties(soci::session& sql);
void keep_penalty(soci::session& sql, const std::string& account, Instant until);

/// What a look found; `old` may go.
struct OldKeys {
    std::vector<KeyPlace> old;
    KeyPlace last;
    bool more = false;
};
OldKeys old_keys(
    soci::session& sql, const Seal& seal, const KeyPlace& after, Instant before, int limit
);
void drop_key(soci::session& sql, const KeyPlace& key);

std::vector<Id> old_mails(soci::session& sql, Instant before, int limit);
void empty_mail(soci::session& sql, const Seal& seal, Id mail);

}  // namespace porteur::queries
