// SPDX-License-Identifier: Apache-2.0
#pragma once

// GET /v1/status, and what it shares with the routes whose answers it puts together: each part is made by one function,
// so that it is masked here as there.

#include <porteur/json.hpp>

#include "api/routes.hpp"

namespace porteur {

struct DueItem;
struct HealthReport;
struct Webhook;

/// As GET /v1/carriers has it. @threads any
json::object carriers_json(ApiServices& services, const Caller& caller);
/// As GET /v1/due has it. @threads any; pure
json::object due_json(const DueItem& item);
/// As GET /v1/webhooks has it, without its secret. @threads any; pure
json::object webhook_json(const Webhook& hook, std::string_view scope);
/// As GET /readyz has them. @threads any; pure
json::array checks_json(const HealthReport& report, bool with_details);

/// The measures without labels in a text of Prometheus' form. @threads any; pure
/// @source exposition formats, version 0.0.4
json::object measures_json(std::string_view text);

namespace handlers {

/// All that `porteur status` shows.
Async<Answer> show_status(Api& api, Request& request);

}  // namespace handlers
}  // namespace porteur
