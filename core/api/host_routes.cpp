// SPDX-License-Identifier: Apache-2.0
#include <porteur/json.hpp>

#include "api/contract.hpp"
#include "api/problem.hpp"
#include "api/status_route.hpp"

namespace porteur {

json::array checks_json(const HealthReport& report, bool with_details) {
    json::array checks;
    for (const auto& each : report.checks) {
        json::object check{{"name", each.name}, {"ok", each.ok}};
        // What is wrong inside is for those who run the host.
        if (with_details) check["detail"] = each.detail;
        checks.push_back(std::move(check));
    }
    return checks;
}

namespace handlers {
namespace {

Answer health_answer(const HealthReport& report, bool good, bool with_details) {
    Answer answer;
    answer.status = good ? 200 : 503;
    answer.body = canonical(json::object{{"ok", good}, {"checks", checks_json(report, with_details)}});
    return answer;
}

}  // namespace

Async<Answer> show_health(Api& api, Request& request) {
    const auto report = api.services.health();
    co_return health_answer(report, report.live, request.from_loopback);
}

Async<Answer> show_readiness(Api& api, Request& request) {
    const auto report = api.services.health();
    co_return health_answer(report, report.ready, request.from_loopback);
}

Async<Answer> show_metrics(Api& api, Request&) {
    Answer answer;
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = api.services.metrics();
    co_return answer;
}

Async<Answer> show_openapi(Api&, Request&) {
    Answer answer;
    answer.body = openapi_json();
    co_return answer;
}

Async<Answer> follow_events(Api& api, Request& request) {
    Answer answer;
    EventFeed feed{.caller = request.caller, .credentials = request.credentials, .after = 0};
    // The header field is what a browser sends when it comes back, so it knows more than the
    // address.
    const auto* last = request.field("last-event-id");
    const std::string_view text =
        last && !last->empty() ? std::string_view(*last) : request.parameter("after");
    if (text.empty()) {
        auto newest = api.services.newest_entry(request.caller);
        if (!newest) co_return problem_answer(newest.error());
        feed.after = *newest;
    } else if (text != "0") {
        const auto id = id_from_text(text);
        if (!id)
            co_return problem_answer(
                problems::invalid_input,
                phrase(
                    "the event id {1} is not one of ours; send the id of the last event that you have, or 0 for all",
                    quoted(text, 40)
                ),
                last ? "Last-Event-ID" : "after"
            );
        feed.after = *id;
    }
    answer.content_type = "text/event-stream";
    answer.close = true;
    answer.feed = std::move(feed);
    co_return answer;
}

}  // namespace handlers
}  // namespace porteur
