// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reads of what goes out by itself: web hooks, and the list of what is due. As queries.hpp,
// they throw what SOCI throws.

#include "store/store.hpp"

namespace soci {
class session;
}

namespace porteur::queries {

std::vector<Webhook> webhooks(soci::session& sql, const Seal& seal);
std::vector<Order> open_orders(
    soci::session& sql, const Seal& seal, std::int64_t tenant, Id after, int limit
);
std::vector<DueOrder> next_looks(soci::session& sql, std::int64_t tenant, int limit);

}  // namespace porteur::queries
