// SPDX-License-Identifier: Apache-2.0
#include "store/row_shapes.hpp"

namespace porteur {

using enum ColumnType;
using Verb = BulkShape::Verb;

std::vector<BulkShape> row_shapes() {
    std::vector<BulkShape> all(which_count);
    all[new_order] = {Verb::insert, "orders",
        {{"id", number}, {"tenant_id", number}, {"shard", number}, {"kind", text}, {"reference", text},
         {"account", text}, {"losing_account", text}, {"state", text}, {"delivery", text}, {"stage", text},
         {"due_at", number}, {"open_operation", number}, {"attempt", number}, {"tries", number},
         {"carrier_id", text}, {"version", number}, {"created_at", number}, {"updated_at", number},
         {"submitted_at", number}, {"request", text}, {"progress", text}, {"problem", text},
         {"at_rest", number}, {"parent_id", number}}, 0};
    all[changed_order] = {Verb::update, "orders",
        {{"id", number}, {"version", number, false, "seen"}, {"state", text}, {"delivery", text}, {"stage", text},
         {"due_at", number}, {"open_operation", number}, {"attempt", number}, {"tries", number}, {"carrier_id", text},
         {"version", number}, {"updated_at", number}, {"submitted_at", number}, {"progress", text, true},
         {"problem", text}, {"at_rest", number}}, 2};
    all[amended_order] = {Verb::update, "orders", {{"id", number}, {"request", text}}, 1};
    all[new_operation] = {Verb::insert, "operations",
        {{"id", number}, {"order_id", number}, {"tenant_id", number}, {"shard", number}, {"account", text},
         {"name", text}, {"build", text}, {"state", text}, {"input", text}, {"output", text},
         {"deaths", number}, {"began_at", number}, {"ended_at", number}}, 0};
    all[changed_operation] = {Verb::update, "operations",
        {{"id", number}, {"build", text}, {"state", text}, {"output", text}, {"deaths", number}, {"ended_at", number}}, 1};
    all[journal_piece] = {Verb::insert, "journal",
        {{"operation_id", number}, {"position", number}, {"tenant_id", number}, {"payload", text}}, 0};
    all[timeline_entry] = {Verb::insert, "timeline",
        {{"id", number}, {"order_id", number}, {"tenant_id", number}, {"at", number}, {"source", text},
         {"kind", text}, {"text", text}, {"data", text}}, 0};
    all[order_secret] = {Verb::insert, "order_secrets",
        {{"order_id", number}, {"name", text}, {"tenant_id", number}, {"value", text}}, 2};
    all[idempotency_record] = {Verb::insert, "idempotency",
        {{"tenant_id", number}, {"idempotency_key", text}, {"fingerprint", text}, {"status", number},
         {"body", text}, {"at", number}}, 0};
    all[new_mail] = {Verb::insert, "outbox",
        {{"operation_id", number}, {"seq", number}, {"tenant_id", number}, {"order_id", number},
         {"message_id", text}, {"phase", text}, {"reply", text}, {"recipients", text}, {"mime", text},
         {"hash", text}, {"tries", number}, {"updated_at", number}, {"reply_token", text}}, 0};
    all[changed_mail] = {Verb::update, "outbox",
        {{"operation_id", number}, {"seq", number}, {"phase", text}, {"reply", text}, {"tries", number},
         {"updated_at", number}}, 2};
    all[bounced_mail] = {Verb::update, "outbox", {{"operation_id", number}, {"seq", number}, {"bounce", text}}, 2};
    all[new_received] = {Verb::insert, "inbox",
        {{"id", number}, {"mailbox", text}, {"uid", text}, {"tenant_id", number}, {"received_at", number},
         {"sender", text}, {"subject", text}, {"message_id", text}, {"order_id", number}, {"matched_by", text},
         {"reason", text}, {"proposals", text}, {"reading", text}, {"raw", text}, {"state", text},
         {"updated_at", number}}, 0};
    all[changed_received] = {Verb::update, "inbox",
        {{"id", number}, {"tenant_id", number}, {"order_id", number}, {"matched_by", text}, {"reason", text},
         {"proposals", text}, {"reading", text}, {"state", text}, {"updated_at", number}}, 1};
    all[new_event] = {Verb::insert, "inbound_events",
        {{"id", number}, {"tenant_id", number}, {"account", text}, {"source", text}, {"keys", text}, {"body", text},
         {"at", number}, {"taken_by", number}}, 0};
    all[new_event_key] = {Verb::insert, "inbound_event_keys", {{"event_id", number}, {"lookup", number}}, 0};
    all[taken_event] = {Verb::update, "inbound_events", {{"id", number}, {"taken_by", number}}, 1};
    all[new_wait] = {Verb::insert, "awaited_events",
        {{"operation_id", number}, {"seq", number}, {"order_id", number}, {"tenant_id", number}, {"lookup", number}}, 0};
    all[compacted_operation] = {Verb::update, "operations", {{"id", number}, {"input", text}}, 1};
    all[compacted_mail] = {Verb::update, "outbox", {{"operation_id", number}, {"mime", text}}, 1};
    all[erased_journal] = {Verb::erase, "journal", {{"operation_id", number}}, 1};
    all[erased_wait] = {Verb::erase, "awaited_events", {{"operation_id", number}}, 1};
    all[erased_event_key] = {Verb::erase, "inbound_event_keys", {{"event_id", number}}, 1};
    all[erased_event] = {Verb::erase, "inbound_events", {{"id", number}}, 1};
    all[new_webhook] = {Verb::insert, "webhooks",
        {{"id", number}, {"tenant_id", number}, {"settings", text}, {"created_at", number}, {"updated_at", number},
         {"cursor_at", number}, {"off", text}, {"tries", number}, {"retry_at", number}, {"failing_since", number},
         {"delivered_at", number}, {"status", number}, {"problem", text}}, 0};
    all[changed_webhook] = {Verb::update, "webhooks", {{"id", number}, {"settings", text}, {"updated_at", number}}, 1};
    all[moved_webhook] = {Verb::update, "webhooks",
        {{"id", number}, {"cursor_at", number}, {"off", text}, {"tries", number}, {"retry_at", number},
         {"failing_since", number}, {"delivered_at", number}, {"status", number}, {"problem", text}}, 1};
    all[erased_webhook] = {Verb::erase, "webhooks", {{"id", number}}, 1};
    all[operation_settings] = {Verb::insert, "operation_settings", {{"name", text}, {"content", text}}, 1};
    return all;
}

}  // namespace porteur
