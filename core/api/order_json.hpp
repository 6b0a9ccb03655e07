// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/json.hpp>

#include "api/request.hpp"

namespace porteur {

/// "2026-12-01T09:30:00.123Z". @threads any
std::string time_text(Instant time);
/// The same in quotes, as JSON has it.
void append_time(std::string& out, Instant time);

enum class Detail { whole, in_list };

/// An order as the API shows it; openapi.json has the schema. A list leaves `request` and
/// `progress` out. The PIN is in no order at all; of the losing carrier's account number only
/// operators see more than the last four characters.
/// @threads any; pure
json::object order_json(const Order& order, std::string_view scope, Detail detail = Detail::whole);

json::object entry_json(const TimelineEntry& entry);
/// Whether a token of this scope is shown an entry: private comments are for operators.
bool may_see(const TimelineEntry& entry, std::string_view scope);
json::object operation_json(const Operation& operation);
json::object document_json(const StoredDocument& document);

/// The answer that shows an order, with its ETag. @threads any
Answer order_answer(const Order& order, std::string_view scope, int status = 200);

/// Adds ETag and Location (for 201) to an answer whose body is an order or a document. @threads any
void add_order_headers(Answer& answer, const Request& request);

}  // namespace porteur
