// SPDX-License-Identifier: Apache-2.0
#include <porteur/calendar_text.hpp>

#include "api/order_json.hpp"
#include "api/outward_services.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::handlers {
namespace {

json::value days_json(const std::optional<DaysTaken>& days) {
    if (!days) return nullptr;
    return json::object{
        {"count", days->count}, {"median", days->median}, {"ninth_tenth", days->ninth_tenth}
    };
}

std::string kind_text(OrderKind kind) { return boost::describe::enum_to_string(kind, ""); }

json::object figures_json(const OrderFigures& figures) {
    json::array states, losing_carriers, refusals, weeks;
    for (const auto& each : figures.states)
        states.push_back(json::object{
            {"kind", kind_text(each.kind)},
            {"state", boost::describe::enum_to_string(each.state, "")},
            {"count", each.count}
        });
    for (const auto& each : figures.losing_carriers)
        losing_carriers.push_back(json::object{
            {"account", each.account},
            {"carrier", each.carrier},
            {"confirmed", each.confirmed},
            {"days_to_foc", days_json(each.to_foc)},
            {"completed", each.completed},
            {"days_to_completed", days_json(each.to_completed)}
        });
    for (const auto& each : figures.refusals)
        refusals.push_back(json::object{
            {"kind", kind_text(each.kind)}, {"code", text_of(each.code)}, {"count", each.count}
        });
    for (const auto& each : figures.weeks)
        weeks.push_back(json::object{
            {"monday", iso_date(each.monday)},
            {"ports_created", each.ports_created},
            {"ports_completed", each.ports_completed},
            {"purchases_created", each.purchases_created},
            {"purchases_completed", each.purchases_completed}
        });
    return {
        {"since", time_text(figures.span.since)},
        {"until", time_text(figures.span.until)},
        {"states", std::move(states)},
        {"losing_carriers", std::move(losing_carriers)},
        {"refusals", std::move(refusals)},
        {"weeks", std::move(weeks)}
    };
}

}  // namespace

Async<Answer> show_order_figures(Api& api, Request& request) {
    std::optional<Instant> since, until;
    for (const auto& [name, into] :
         {std::pair<std::string_view, std::optional<Instant>*>{"since", &since}, {"until", &until}
         }) {
        const auto text = request.parameter(name);
        if (text.empty()) continue;
        const auto time = read_rfc3339(text);
        if (!time)
            co_return problem_answer(
                problems::invalid_input,
                phrase(
                    "the parameter {1} is {2}; expected {3:text}", name, quoted(text, 40),
                    "a time as in 2026-12-01T00:00:00Z"
                ),
                name
            );
        *into = *time;
    }
    const auto figures =
        co_await api.services.outward().order_figures(request.caller, since, until);
    if (!figures) co_return problem_answer(figures.error());
    Answer answer;
    answer.body = canonical(figures_json(*figures));
    co_return answer;
}

}  // namespace porteur::handlers
