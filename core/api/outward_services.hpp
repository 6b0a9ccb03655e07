// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the parts that act by themselves: web hooks out, and the list of what is
// due. Threads and errors as in services.hpp.

#include "api/carrier_standing.hpp"
#include "api/exchange.hpp"
#include "api/services.hpp"
#include "api/trace.hpp"
#include "domain/deadlines.hpp"
#include "domain/order_figures.hpp"
#include "domain/webhook.hpp"

namespace porteur {

/// What a caller wants of an endpoint; what is absent stays as it is.
struct WebhookWish {
    std::optional<std::string> url;
    std::optional<std::string> description;
    std::optional<std::vector<std::string>> kinds;
    std::optional<bool> enabled;
    /// A new one only: it gets every event after this one. Absent: what comes from now on.
    std::optional<Id> after;
};

/// As IdempotencyRequest, for an endpoint.
struct WebhookIdempotency {
    std::string key;
    std::string fingerprint;
    std::function<std::pair<int, std::string>(const Webhook&)> answer;
};

/// What one test event came to.
struct WebhookTestResult {
    Id id = 0;  ///< of the message
    WebhookTry tried;
    std::chrono::milliseconds took{0};
    bool delivered() const noexcept { return tried.status >= 200 && tried.status < 300; }
};

struct DueQuery {
    std::optional<Instant> until;  ///< only what is due before
    std::string what;              ///< only this word of deadlines.hpp; empty: any
    bool overdue_only = false;
    int limit = 100;  ///< 1 to 500
};

class OutwardServices {
public:
    virtual ~OutwardServices() = default;

    // ---------------------------------------------------------------- web hooks; durable when they
    // return

    /// By age, the oldest first.
    virtual Async<Result<std::vector<Webhook>>> webhooks(Caller caller) = 0;
    virtual Async<Result<std::optional<Webhook>>> webhook(Caller caller, Id id) = 0;
    /// @errors  invalid_input: an address that may not be called (message "/url: ..."), too many
    virtual Async<Result<Webhook>> add_webhook(
        Caller caller, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    ) = 0;
    /// @errors  invalid_input (not_found_code, or as add_webhook)
    virtual Async<Result<Webhook>> change_webhook(
        Caller caller, Id id, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    ) = 0;
    /// A new secret; the old one signs beside it for so long.
    virtual Async<Result<Webhook>> rotate_webhook(
        Caller caller, Id id, std::chrono::milliseconds old_for,
        std::optional<WebhookIdempotency> idempotency
    ) = 0;
    /// Everything after this event is sent (again).
    virtual Async<Result<Webhook>> replay_webhook(
        Caller caller, Id id, Id after, std::optional<WebhookIdempotency> idempotency
    ) = 0;
    virtual Async<Result<void>> remove_webhook(Caller caller, Id id) = 0;
    /// Sends one event of kind "webhook.test" now, beside the others; moves nothing.
    virtual Async<Result<WebhookTestResult>> test_webhook(Caller caller, Id id) = 0;

    // ---------------------------------------------------------------- what is due

    /// The earliest first.
    virtual Result<std::vector<DueItem>> due(const Caller& caller, const DueQuery& query) = 0;

    // ---------------------------------------------------------------- orders in numbers

    /// Of the caller's orders, as the lists of orders have them. Reads on a thread of its own.
    /// @param since, until  nothing: the twelve weeks before `until`; now
    /// @errors  invalid_input: a span that is none, or longer than figures_span_max
    virtual Async<Result<OrderFigures>> order_figures(
        Caller caller, std::optional<Instant> since, std::optional<Instant> until
    ) = 0;

    /// Those of a list's orders that were refused for a reason at least once, the newest first. Reads
    /// as order_figures().
    virtual Async<Result<std::vector<Order>>> refused_orders(Caller caller, OrderQuery query, Reason code) = 0;

    // ---------------------------------------------------------------- what went to a carrier

    /// The exchanges of an operation, the first one first; nothing: the order has no such operation. The API has seen
    /// that the order is the caller's.
    virtual Result<std::optional<std::vector<Exchange>>> exchanges(const Caller& caller, Id order, Id operation) = 0;

    /// When each step of the last `limit` operations of an order happened, without what was in it. The API has seen that
    /// the order is the caller's.
    virtual Result<OrderTrace> trace(const Caller& caller, const Order& order, std::size_t limit) = 0;

    /// How each configured account stands with its carrier. Of all orders: the API shows a caller what is theirs.
    virtual CarrierStandings standings() = 0;
};

}  // namespace porteur
