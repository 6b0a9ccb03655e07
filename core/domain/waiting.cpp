// SPDX-License-Identifier: Apache-2.0
#include "domain/waiting.hpp"

#include "domain/rule_words.hpp"

namespace porteur {

using namespace rules;

namespace {

bool has_key(const Order& order) { return order.progress.find(waits_since_key) != order.progress.npos; }

}  // namespace

bool was_looked_at_while_waiting(const Order& order) {
    const bool waits = order.delivery == Delivery::waiting_for_person || order.delivery == Delivery::retry_at;
    return waits && has_key(order);
}

Instant waits_since(const Order& order) {
    if (!was_looked_at_while_waiting(order)) return order.updated;
    const auto progress = object_from(order.progress);
    const auto* since = progress.if_contains(waits_since_key);
    return since && since->is_int64() ? Instant{std::chrono::milliseconds{since->get_int64()}} : order.updated;
}

void keep_waits_since(const Order& before, Order& next) {
    const bool waited = before.delivery == Delivery::waiting_for_person || was_looked_at_while_waiting(before);
    const bool waits = next.delivery == Delivery::waiting_for_person || next.delivery == Delivery::retry_at;
    const bool as_before = waited && waits && before.state == next.state && before.stage == next.stage;
    if (!as_before && !has_key(next)) return;
    auto progress = object_from(next.progress);
    progress.erase(waits_since_key);
    if (as_before) progress[waits_since_key] = waits_since(before).time_since_epoch().count();
    next.progress = canonical(progress);
}

}  // namespace porteur
