// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include <porteur/calendar_text.hpp>

#include "api/order_json.hpp"
#include "api/outward_services.hpp"
#include "api/problem.hpp"
#include "api/status_route.hpp"

namespace porteur {

json::object due_json(const DueItem& item) {
    return {
        {"order", id_text(item.order)},
        {"kind", boost::describe::enum_to_string(item.kind, "")},
        {"account", item.account},
        {"reference", item.reference},
        {"what", item.what},
        {"about", item.about},
        {"at", time_text(item.at)},
        {"day", item.day ? json::value(json::string(iso_date(*item.day))) : json::value(nullptr)},
        {"overdue", item.overdue},
        {"who", item.who},
        {"text", item.text}
    };
}

namespace handlers {
namespace {

constexpr int limit_max = 500;

Answer wrong(std::string_view parameter, std::string_view seen, std::string_view expected) {
    return problem_answer(
        problems::invalid_input,
        phrase("the parameter {1} is {2}; expected {3:text}", parameter, quoted(seen, 40), expected),
        parameter
    );
}

}  // namespace

Async<Answer> list_due(Api& api, Request& request) {
    DueQuery query;
    if (const auto limit = request.parameter("limit"); !limit.empty()) {
        const auto read = std::from_chars(limit.data(), limit.data() + limit.size(), query.limit);
        if (read.ec != std::errc{} || read.ptr != limit.data() + limit.size() || query.limit < 1 ||
            query.limit > limit_max)
            co_return wrong("limit", limit, "a number from 1 to 500");
    }
    query.what = request.parameter("what");
    const auto& words = all_due_words();
    if (!query.what.empty() && std::ranges::find(words, query.what) == words.end()) {
        std::string known;
        for (const auto word : words) known += (known.empty() ? "" : " ") + std::string(word);
        co_return wrong("what", query.what, phrase("one of {1}", known));
    }
    if (const auto until = request.parameter("until"); !until.empty()) {
        const auto time = read_rfc3339(until);
        if (!time) co_return wrong("until", until, "a time as in 2026-12-01T00:00:00Z");
        query.until = *time;
    }
    if (const auto overdue = request.parameter("overdue"); !overdue.empty()) {
        if (overdue != "true" && overdue != "false")
            co_return wrong("overdue", overdue, "true or false");
        query.overdue_only = overdue == "true";
    }
    const auto found = api.services.outward().due(request.caller, query);
    if (!found) co_return problem_answer(found.error());
    json::array items;
    for (const auto& each : *found) items.push_back(due_json(each));
    Answer answer;
    answer.body = canonical(json::object{{"items", std::move(items)}});
    co_return answer;
}

}  // namespace handlers
}  // namespace porteur
