// SPDX-License-Identifier: Apache-2.0
#include "api/status_route.hpp"

#include <charconv>
#include <limits>

#include "api/number_services.hpp"
#include "api/order_json.hpp"
#include "api/outward_services.hpp"
#include "api/people_handling.hpp"
#include "api/problem.hpp"

namespace porteur {
namespace {

constexpr int orders_max = 50, due_max = 20;

std::string kind_text(OrderKind kind) { return boost::describe::enum_to_string(kind, ""); }

/// Orders that stand in some way with the carrier, those of all kinds. What a list has beyond orders_max is left out.
Result<json::array> orders_with(ApiServices& services, const Caller& caller, std::initializer_list<Delivery> deliveries) {
    json::array found;
    for (const auto kind : {OrderKind::port, OrderKind::purchase, OrderKind::release})
        for (const auto delivery : deliveries) {
            const auto orders = services.orders(caller, {.kind = kind, .state = {}, .delivery = delivery, .before = 0, .limit = orders_max});
            if (!orders) return std::unexpected(orders.error());
            for (const auto& each : *orders) {
                auto shown = order_json(each, caller.scope, Detail::in_list);
                found.push_back(json::object{
                    {"account", each.account},
                    {"delivery", shown.at("delivery")},
                    {"id", shown.at("id")},
                    {"kind", kind_text(each.kind)},
                    {"problem", shown.at("problem")},
                    {"reference", each.reference},
                    {"state", shown.at("state")}
                });
            }
        }
    return found;
}

/// {"port":{"submitted":3},...}
json::object counts_json(const OrderFigures& figures) {
    json::object counts;
    for (const auto kind : {OrderKind::port, OrderKind::purchase, OrderKind::release}) counts[kind_text(kind)] = json::object();
    for (const auto& each : figures.states)
        if (each.count > 0) counts[kind_text(each.kind)].as_object()[boost::describe::enum_to_string(each.state, "")] = each.count;
    return counts;
}

/// Those that were switched off because they failed, or that fail now.
bool is_troubled(const Webhook& hook) { return hook.state.off != "by_person" && (!hook.state.off.empty() || hook.state.retry_at.has_value()); }

}  // namespace

json::object measures_json(std::string_view text) {
    json::object found;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto blank = line.find(' ');
        if (line.starts_with('#') || blank == line.npos || line.contains('{')) continue;
        double value = 0;
        const auto read = std::from_chars(line.data() + blank + 1, line.data() + line.size(), value);
        if (read.ec == std::errc{} && std::abs(value) <= 9e15) found[line.substr(0, blank)] = value;
    }
    return found;
}

namespace handlers {

Async<Answer> show_status(Api& api, Request& request) {
    const auto& caller = request.caller;
    const auto counted = request.parameter("counts");
    if (!counted.empty() && counted != "true" && counted != "false")
        co_return problem_answer(
            problems::invalid_input, phrase("the parameter {1} is {2}; expected {3:text}", "counts", quoted(counted, 20), "true or false"), "counts"
        );
    const auto health = api.services.health();
    auto waiting = orders_with(api.services, caller, {Delivery::in_doubt, Delivery::waiting_for_person});
    if (!waiting) co_return problem_answer(waiting.error());
    auto under_way = orders_with(api.services, caller, {Delivery::sending, Delivery::retry_at});
    if (!under_way) co_return problem_answer(under_way.error());
    const auto found_due = api.services.outward().due(caller, {.until = {}, .what = {}, .overdue_only = false, .limit = due_max});
    if (!found_due) co_return problem_answer(found_due.error());
    json::array troubled;
    if (may(caller.role, Right::view_webhooks, Relation::own)) {
        const auto hooks = co_await api.services.outward().webhooks(caller);
        if (!hooks) co_return problem_answer(hooks.error());
        for (const auto& each : *hooks)
            if (is_troubled(each)) troubled.push_back(webhook_json(each, caller.scope));
    }
    json::value counts = nullptr;
    if (counted != "false") {
        const auto figures = co_await api.services.outward().order_figures(caller, {}, {});
        if (!figures) co_return problem_answer(figures.error());
        counts = counts_json(*figures);
    }
    json::array due;
    for (const auto& each : *found_due) due.push_back(due_json(each));
    // As GET /metrics: on the daemon's machine, else in the system's own account.
    const bool measures = request.from_loopback || caller.tenant == system_tenant;
    const bool carriers = may(caller.role, Right::view_carriers, Relation::own);
    co_return people_handling::answer_with(json::object{
        {"carriers", carriers ? json::value(carriers_json(api.services, caller)) : json::value(nullptr)},
        {"due", std::move(due)},
        {"health", json::object{{"checks", checks_json(health, request.from_loopback)}, {"live", health.live}, {"ready", health.ready}}},
        {"measures", measures ? json::value(measures_json(api.services.metrics())) : json::value(nullptr)},
        {"orders", std::move(counts)},
        {"under_way", std::move(*under_way)},
        {"waiting", std::move(*waiting)},
        {"webhooks", std::move(troubled)}
    });
}

}  // namespace handlers
}  // namespace porteur
