// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the handlers of orders share: finding the order, reading the body, answering with what it became.

#include <expected>
#include <optional>

#include <porteur/json.hpp>

#include "api/order_json.hpp"
#include "api/routes.hpp"

namespace porteur::order_handling {

std::unexpected<Error> wrong(std::string text);

/// The order that the path names, of the route's kind and the caller's tenant.
std::expected<Order, Answer> order_of(Api& api, const Request& request);

/// The version that If-Match asks for. Nothing: any.
std::expected<std::optional<std::int64_t>, Answer> asked_version(
    const Request& request, const Order& order
);

/// What is kept under the request's Idempotency-Key.
std::optional<IdempotencyRequest> idempotency_of(const Request& request, int status);

/// A text of the body; empty if it is missing and not required.
Result<std::string> text_of_key(const json::object& body, std::string_view key, bool required);
/// A yes or no of the body; no if it is missing.
Result<bool> flag_of_key(const json::object& body, std::string_view key);

/// @param of_state  a refusal is about the order's state, not about a field
Answer changed_answer(
    const Result<Order>& changed, const Request& request, int status, bool of_state
);

}  // namespace porteur::order_handling
