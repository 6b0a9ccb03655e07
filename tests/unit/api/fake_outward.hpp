// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>

#include "api/outward_services.hpp"

namespace porteur::testing {

/// Web hooks and deadlines as the API sees them, in memory.
class FakeOutward final : public OutwardServices {
public:
    std::vector<DueItem> items;  ///< of tenant 1; the filters are told in last_due
    DueQuery last_due;
    std::optional<Error> refuse;  ///< given instead of carrying a change out
    WebhookTestResult tested;

    Async<Result<std::vector<Webhook>>> webhooks(Caller caller) override {
        std::vector<Webhook> out;
        for (const auto& [id, each] : hooks_)
            if (each.tenant == caller.tenant) out.push_back(each);
        co_return out;
    }
    Async<Result<std::optional<Webhook>>> webhook(Caller caller, Id id) override {
        const auto found = hooks_.find(id);
        if (found == hooks_.end() || found->second.tenant != caller.tenant)
            co_return std::optional<Webhook>();
        co_return std::optional(found->second);
    }
    Async<Result<Webhook>> add_webhook(
        Caller caller, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    ) override {
        if (refuse) co_return std::unexpected(*refuse);
        Webhook made;
        made.id = (Id{1'700'000'000'000} << 20) + static_cast<Id>(++count_);
        made.tenant = caller.tenant;
        made.secret = "whsec_bmV3";
        made.state.cursor = wish.after.value_or(5);
        hooks_[made.id] = made;
        co_return co_await change_webhook(
            std::move(caller), made.id, std::move(wish), std::move(idempotency)
        );
    }
    Async<Result<Webhook>> change_webhook(
        Caller caller, Id id, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    ) override {
        return changed(
            std::move(caller), id,
            [wish = std::move(wish)](Webhook& hook) {
                if (wish.url) hook.url = *wish.url;
                if (wish.description) hook.description = *wish.description;
                if (wish.kinds) hook.kinds = *wish.kinds;
                if (wish.enabled) hook.state.off = *wish.enabled ? "" : "by_person";
            },
            std::move(idempotency)
        );
    }
    Async<Result<Webhook>> rotate_webhook(
        Caller caller, Id id, std::chrono::milliseconds old_for,
        std::optional<WebhookIdempotency> idempotency
    ) override {
        return changed(
            std::move(caller), id,
            [old_for](Webhook& hook) {
                hook.old_secret = hook.secret;
                hook.old_until = Instant{old_for};
                hook.secret = "whsec_bmV3ZXI=";
            },
            std::move(idempotency)
        );
    }
    Async<Result<Webhook>> replay_webhook(
        Caller caller, Id id, Id after, std::optional<WebhookIdempotency> idempotency
    ) override {
        return changed(
            std::move(caller), id, [after](Webhook& hook) { hook.state.cursor = after; },
            std::move(idempotency)
        );
    }
    Async<Result<void>> remove_webhook(Caller caller, Id id) override {
        const auto found = hooks_.find(id);
        if (found == hooks_.end() || found->second.tenant != caller.tenant) co_return missing();
        hooks_.erase(found);
        co_return Result<void>{};
    }
    Async<Result<WebhookTestResult>> test_webhook(Caller caller, Id id) override {
        const auto found = hooks_.find(id);
        if (found == hooks_.end() || found->second.tenant != caller.tenant) co_return missing();
        co_return tested;
    }
    Result<std::vector<DueItem>> due(const Caller& caller, const DueQuery& query) override {
        last_due = query;
        return caller.tenant == 1 ? items : std::vector<DueItem>{};
    }

    Async<Result<OrderFigures>> order_figures(
        Caller caller, std::optional<Instant> since, std::optional<Instant> until
    ) override {
        auto span = figures_span(since, until, Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}});
        if (!span) co_return std::unexpected(span.error());
        if (caller.tenant != 1) co_return OrderFigures{};
        auto shown = figures;
        shown.span = *span;
        co_return shown;
    }
    OrderFigures figures;

    Async<Result<std::vector<Order>>> refused_orders(Caller caller, OrderQuery query, Reason code) override {
        last_refused = {std::move(query), code};
        co_return caller.tenant == 1 ? refused : std::vector<Order>{};
    }
    std::vector<Order> refused;
    std::pair<OrderQuery, Reason> last_refused;

    /// The operation of an order has the id after its own by two, as FakeHost's.
    Result<std::optional<std::vector<Exchange>>> exchanges(const Caller&, Id order, Id operation) override {
        if (operation != order + 2) return std::nullopt;
        return std::optional(made_exchanges);
    }
    std::vector<Exchange> made_exchanges;

    Result<OrderTrace> trace(const Caller&, const Order&, std::size_t limit) override {
        asked_limit = limit;
        return made_trace;
    }
    OrderTrace made_trace;
    std::size_t asked_limit = 0;

    CarrierStandings standings() override { return made_standings; }
    CarrierStandings made_standings;

    Webhook get(Id id) { return hooks_.at(id); }

private:
    static std::unexpected<Error> missing() {
        return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = "there is no such web hook",
            .code = std::string(not_found_code)
        });
    }
    Async<Result<Webhook>>
    changed(Caller caller, Id id, std::function<void(Webhook&)> how, std::optional<WebhookIdempotency>) {
        if (refuse) co_return std::unexpected(*refuse);
        const auto found = hooks_.find(id);
        if (found == hooks_.end() || found->second.tenant != caller.tenant) co_return missing();
        how(found->second);
        co_return found->second;
    }

    std::map<Id, Webhook> hooks_;
    int count_ = 0;
};

}  // namespace porteur::testing
