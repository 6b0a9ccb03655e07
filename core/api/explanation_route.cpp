// SPDX-License-Identifier: Apache-2.0
// GET /v1/...-orders/{id}/explanation: why an order is where it is.
#include "api/order_handling.hpp"
#include "api/people_handling.hpp"

namespace porteur::handlers {
namespace {

using people_handling::answer_with;
using people_handling::time_or_null;

json::object explanation_json(const Order& order, const Explanation& found) {
    json::array why, next, ways;
    for (const auto& each : found.why) why.push_back(json::object{{"text", each}});
    for (const auto& each : found.next)
        next.push_back(json::object{
            {"at", time_or_null(each.at)}, {"text", each.text}, {"who", each.who}
        });
    for (const auto& each : found.ways)
        ways.push_back(json::object{
            {"command", each.command}, {"text", each.text}, {"what", each.what}
        });
    json::value last = nullptr;
    if (found.last)
        last = json::object{
            {"at", time_text(found.last->at)},
            {"kind", found.last->kind},
            {"source", found.last->source},
            {"text", found.last->text}
        };
    return {
        {"delivery", boost::describe::enum_to_string(order.delivery, "")},
        {"id", id_text(order.id)},
        {"kind", boost::describe::enum_to_string(order.kind, "")},
        {"last", std::move(last)},
        {"next", std::move(next)},
        {"reference", order.reference},
        {"state", boost::describe::enum_to_string(order.state, "")},
        {"ways", std::move(ways)},
        {"why", std::move(why)}
    };
}

}  // namespace

Async<Answer> explain_order(Api& api, Request& request) {
    auto order = order_handling::order_of(api, request);
    if (!order) co_return std::move(order).error();
    const auto found = co_await api.services.explanation(request.caller, order->id);
    if (!found) co_return problem_answer(found.error());
    co_return answer_with(explanation_json(*order, *found));
}

}  // namespace porteur::handlers
