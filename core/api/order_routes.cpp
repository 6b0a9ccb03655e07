// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "api/order_handling.hpp"
#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/outward_services.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::handlers {
namespace {

using namespace order_handling;

Result<void> check_account(
    ApiServices& services, std::string_view field, const std::string& account
) {
    std::string known;
    for (const auto& each : services.carriers().accounts) {
        if (each.account == account) return {};
        known += (known.empty() ? "" : ", ") + each.account;
    }
    return wrong(
        "/" + std::string(field) + ": " +
        (known.empty() ? phrase("there is no account {1}; none is configured", quoted(account, 40))
                       : phrase("there is no account {1}; there are: {2}", quoted(account, 40), known))
    );
}

Result<NewOrder> read_new_order(Api& api, const Request& request) {
    const bool port = request.route->kind == OrderKind::port;
    auto body = read_object(
        request.body, port ? "account losing_account reference submit request"
                           : "account reference submit request"
    );
    if (!body) return std::unexpected(std::move(body).error());
    NewOrder made;
    made.kind = request.route->kind;
    for (const auto& [key, into, required] :
         {std::tuple{"account", &made.account, true},
          {"losing_account", &made.losing_account, false},
          {"reference", &made.reference, false}}) {
        auto text = text_of_key(*body, key, required);
        if (!text) return std::unexpected(std::move(text).error());
        *into = std::move(*text);
    }
    if (auto known = check_account(api.services, "account", made.account); !known)
        return std::unexpected(std::move(known).error());
    if (!made.losing_account.empty())
        if (auto known = check_account(api.services, "losing_account", made.losing_account); !known)
            return std::unexpected(std::move(known).error());
    if (made.reference.size() > 64 || std::ranges::any_of(made.reference, [](char letter) {
            return letter <= ' ' || letter > '~';
        }))
        return wrong("/reference: expected at most 64 visible ASCII characters without blanks");
    const auto submit = flag_of_key(*body, "submit");
    if (!submit) return std::unexpected(submit.error());
    made.submit = *submit;
    const auto* written = body->if_contains("request");
    if (!written || !written->is_object()) return wrong("/request: expected an object");
    auto read = read_order_request(api.services, request.caller, made.kind, written->get_object());
    if (!read) return std::unexpected(std::move(read).error());
    if (made.submit && read->number_count == 0)
        return wrong("/request/numbers: an order without numbers cannot be submitted");
    made.request = std::move(read->canonical);
    made.pin = read->pin.value_or("");
    return made;
}

template <class Enum>
Result<std::optional<Enum>> read_filter(std::string_view name, std::string_view text) {
    if (text.empty()) return std::nullopt;
    Enum value{};
    if (boost::describe::enum_from_string(std::string(text).c_str(), value)) return value;
    std::string known;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
        known += (known.empty() ? "" : " ") + std::string(each.name);
    });
    return wrong(
        phrase("the parameter {1} is {2}; expected {3:text}", name, quoted(text, 40), phrase("one of {1}", known))
    );
}

Result<OrderQuery> read_query_of_list(const Request& request) {
    OrderQuery query;
    query.kind = request.route->kind;
    auto state = read_filter<OrderState>("state", request.parameter("state"));
    if (!state) return std::unexpected(std::move(state).error());
    auto delivery = read_filter<Delivery>("delivery", request.parameter("delivery"));
    if (!delivery) return std::unexpected(std::move(delivery).error());
    query.state = *state;
    query.delivery = *delivery;
    if (const auto limit = request.parameter("limit"); !limit.empty()) {
        const auto read = std::from_chars(limit.data(), limit.data() + limit.size(), query.limit);
        if (read.ec != std::errc{} || read.ptr != limit.data() + limit.size() || query.limit < 1 ||
            query.limit > 200)
            return wrong(
                phrase("the parameter limit is {1}; expected a number from 1 to 200", quoted(limit, 20))
            );
    }
    if (const auto cursor = request.parameter("cursor"); !cursor.empty()) {
        const auto id = id_from_text(cursor);
        if (!id || *id == 0)
            return wrong(
                phrase("the parameter cursor is {1}; take it from next_cursor of the page before", quoted(cursor, 40))
            );
        query.before = *id;
    }
    return query;
}

/// The reason that orders of a list were refused for; nothing: it does not matter.
Result<std::optional<Reason>> read_code(const Request& request) {
    const auto text = request.parameter("code");
    if (text.empty()) return std::nullopt;
    const auto code = reason_from(text);
    if (code && *code != Reason::none) return code;
    return wrong(phrase("the parameter {1} is {2}; expected {3:text}", "code", quoted(text, 40),
                        phrase("one of the reasons of GET /v1/words")));
}

template <class Each>
Answer list_answer(const std::vector<Each>& entries, json::object (*show)(const Each&)) {
    json::array items;
    items.reserve(entries.size());
    for (const auto& each : entries) items.push_back(show(each));
    Answer answer;
    answer.body = canonical(json::object{{"items", std::move(items)}});
    return answer;
}

}  // namespace

Async<Answer> create_order(Api& api, Request& request) {
    auto made = read_new_order(api, request);
    if (!made) co_return problem_answer(made.error());
    auto created = co_await api.services.create(
        request.caller, std::move(*made), idempotency_of(request, 201)
    );
    co_return changed_answer(created, request, 201, false);
}

Async<Answer> list_orders(Api& api, Request& request) {
    auto query = read_query_of_list(request);
    if (!query) co_return problem_answer(query.error());
    const auto limit = static_cast<std::size_t>(query->limit);
    ++query->limit;  // one more says whether there is a next page
    const auto code = read_code(request);
    if (!code) co_return problem_answer(problems::invalid_input, code.error().message, "code");
    auto orders = *code ? co_await api.services.outward().refused_orders(request.caller, *query, **code)
                        : api.services.orders(request.caller, *query);
    if (!orders) co_return problem_answer(orders.error());
    const bool more = orders->size() > limit;
    if (more) orders->resize(limit);
    json::array items;
    for (const auto& each : *orders)
        items.push_back(order_json(each, request.caller.scope, Detail::in_list));
    Answer answer;
    answer.body = canonical(json::object{
        {"items", std::move(items)},
        {"next_cursor",
         more ? json::value(json::string(id_text(orders->back().id))) : json::value(nullptr)}
    });
    co_return answer;
}

Async<Answer> show_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto answer = order_answer(*order, request.caller.scope);
    if (!is_in_parts(*order)) co_return answer;
    auto parts = api.services.parts(request.caller, order->id);
    if (!parts) co_return problem_answer(parts.error());
    auto shown = order_json(*order, request.caller.scope);
    auto& list = shown["parts"].emplace_array();
    for (const auto& each : *parts)
        list.push_back(order_json(each, request.caller.scope, Detail::in_list));
    answer.body = canonical(shown);
    co_return answer;
}

Async<Answer> submit_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto version = asked_version(request, *order);
    if (!version) co_return std::move(version).error();
    const auto as_new = request.parameter("as_new");
    if (!as_new.empty() && as_new != "true" && as_new != "false")
        co_return problem_answer(
            problems::invalid_input,
            phrase("the parameter {1} is {2}; expected {3:text}", "as_new", quoted(as_new, 20), "true or false"), "as_new"
        );
    const auto shown = order_json(*order, "read");
    if (shown.at("numbers").as_array().empty())
        co_return problem_answer(
            problems::invalid_input,
            "/request/numbers: an order without numbers cannot be submitted", "/request/numbers"
        );
    auto changed = co_await api.services.submit(
        request.caller, order->id, *version,
        as_new == "true" ? SendAs::new_request : SendAs::carrier_can, idempotency_of(request, 202)
    );
    co_return changed_answer(changed, request, 202, true);
}

Async<Answer> cancel_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto version = asked_version(request, *order);
    if (!version) co_return std::move(version).error();
    auto changed = co_await api.services.cancel(
        request.caller, order->id, *version, idempotency_of(request, 202)
    );
    co_return changed_answer(changed, request, 202, true);
}

Async<Answer> show_timeline(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto entries = api.services.timeline(request.caller, order->id);
    if (!entries) co_return problem_answer(entries.error());
    std::erase_if(*entries, [&](const TimelineEntry& each) {
        return !may_see(each, request.caller.scope);
    });
    co_return list_answer<TimelineEntry>(*entries, entry_json);
}

Async<Answer> show_operations(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto operations = api.services.operations(request.caller, order->id);
    if (!operations) co_return problem_answer(operations.error());
    co_return list_answer<Operation>(*operations, operation_json);
}

}  // namespace porteur::handlers
