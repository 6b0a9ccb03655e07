// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which columns each kind of change writes, of which table. writer.cpp puts values into them in this order.

#include <vector>

#include "store/bulk.hpp"

namespace porteur {

// The order of the enumerators is the order in which PostgreSQL gets the batches.
enum RowKind : std::size_t {
    new_order, changed_order, amended_order, new_operation, changed_operation, journal_piece,
    timeline_entry, order_secret, idempotency_record, new_mail, changed_mail, bounced_mail,
    new_received, changed_received, new_event, new_event_key, taken_event, new_wait,
    compacted_operation, compacted_mail, erased_journal, erased_wait, erased_event_key, erased_event,
    new_webhook, changed_webhook, moved_webhook, erased_webhook, operation_settings, which_count
};

/// One for each kind but the last. @threads any
std::vector<BulkShape> row_shapes();

}  // namespace porteur
