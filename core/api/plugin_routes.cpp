// SPDX-License-Identifier: Apache-2.0
#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/people_handling.hpp"
#include "api/plugin_services.hpp"

namespace porteur::handlers {
namespace {

using people_handling::answer_with;

constexpr std::size_t orders_shown_max = 100;

json::object build_json(const PluginBuild& build) {
    return {
        {"build", build.build},
        {"file", build.file},
        {"open_operations", build.open_operations},
        {"state", word_of(build.state)},
        {"version", build.version}
    };
}

json::object plugin_json(const PluginShown& shown) {
    json::array builds;
    for (const auto& each : shown.builds) builds.push_back(build_json(each));
    return {
        {"accounts", to_json(shown.accounts)},
        {"builds", std::move(builds)},
        {"name", shown.name},
        {"plugin", shown.plugin}
    };
}

json::object report_json(const StageReport& report) {
    json::array departures;
    for (const auto& each : report.departures) {
        json::array orders;
        for (const auto order : each.orders) {
            if (orders.size() == orders_shown_max) break;
            orders.push_back(json::string(id_text(order)));
        }
        departures.push_back(json::object{
            {"operations", each.orders.size()},
            {"orders", std::move(orders)},
            {"step", each.step},
            {"text", each.text}
        });
    }
    std::size_t stay = 0;
    for (const auto& each : report.departures) stay += each.orders.size();
    return {
        {"departures", std::move(departures)},
        {"from", build_json(report.from)},
        {"operations",
         json::object{
             {"continue", report.goes_on},
             {"not_tried", report.not_tried},
             {"open", report.open},
             {"stay", stay}
         }},
        {"plugin", report.plugin},
        {"to", build_json(report.to)}
    };
}

Result<std::string> wanted_build(const Request& request) {
    auto body = read_object(request.body, "build");
    if (!body) return std::unexpected(std::move(body).error());
    const auto* value = body->if_contains("build");
    if (!value) return failure(ErrorKind::invalid_input, "/build: " + phrase("is missing"));
    if (!value->is_string())
        return failure(ErrorKind::invalid_input, "/build: " + phrase("expected text"));
    return std::string(value->get_string());
}

}  // namespace

Async<Answer> list_plugins(Api& api, Request& request) {
    const auto all = co_await api.services.plugins().plugins(request.caller);
    if (!all) co_return problem_answer(all.error());
    json::array items;
    for (const auto& each : *all) items.push_back(plugin_json(each));
    co_return answer_with({{"items", std::move(items)}});
}

Async<Answer> stage_plugin(Api& api, Request& request) {
    const auto report =
        co_await api.services.plugins().stage(request.caller, request.segments.front());
    if (!report) co_return problem_answer(report.error());
    co_return answer_with(report_json(*report));
}

Async<Answer> activate_plugin(Api& api, Request& request) {
    auto build = wanted_build(request);
    if (!build) co_return problem_answer(build.error());
    const auto shown = co_await api.services.plugins().activate(
        request.caller, request.segments.front(), std::move(*build)
    );
    if (!shown) co_return problem_answer(shown.error());
    co_return answer_with(plugin_json(*shown));
}

Async<Answer> retire_plugin(Api& api, Request& request) {
    auto build = wanted_build(request);
    if (!build) co_return problem_answer(build.error());
    const auto shown = co_await api.services.plugins().retire(
        request.caller, request.segments.front(), std::move(*build)
    );
    if (!shown) co_return problem_answer(shown.error());
    co_return answer_with(plugin_json(*shown));
}

}  // namespace porteur::handlers
