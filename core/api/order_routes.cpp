// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "domain/order_rules.hpp"

namespace porteur::handlers {
namespace {

std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

/// The order that the path names, of the route's kind and the caller's tenant.
std::expected<Order, Answer> order_of(Api& api, const Request& request) {
    const auto& text = request.segments.front();
    const auto missing = [&] {
        return std::unexpected(problem_answer(
            problems::not_found,
            "there is no order " + quoted(text, 40) + " among yours of this kind"
        ));
    };
    const auto id = id_from_text(text);
    if (!id) return missing();
    auto found = api.services.order(request.caller, *id);
    if (!found) return std::unexpected(problem_answer(found.error()));
    if (!*found || (*found)->kind != request.route->kind) return missing();
    return std::move(**found);
}

/// The version that If-Match asks for. Nothing: any.
std::expected<std::optional<std::int64_t>, Answer> asked_version(
    const Request& request, const Order& order
) {
    const auto* field = request.field("if-match");
    if (!field || *field == "*") return std::nullopt;
    const auto current = "\"" + std::to_string(order.version) + "\"";
    std::string_view rest = *field;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        auto tag = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        while (tag.starts_with(' ')) tag.remove_prefix(1);
        while (tag.ends_with(' ')) tag.remove_suffix(1);
        if (tag == current) return order.version;
    }
    return std::unexpected(problem_answer(
        problems::version,
        "If-Match is " + quoted(*field, 60) + ", and the order's version is " + current +
            "; read the order again before you change it",
        "If-Match"
    ));
}

/// What is kept under the request's Idempotency-Key.
std::optional<IdempotencyRequest> idempotency_of(const Request& request, int status) {
    if (request.key.empty()) return std::nullopt;
    return IdempotencyRequest{
        .key = request.key,
        .fingerprint = request.fingerprint,
        .answer = [scope = request.caller.scope, status](const Order& order
                  ) { return std::pair(status, canonical(order_json(order, scope))); }
    };
}

Result<std::string> text_of_key(const json::object& body, std::string_view key, bool required) {
    const auto* value = body.if_contains(key);
    if (!value || value->is_null()) {
        if (!required) return std::string();
        return wrong("/" + std::string(key) + ": is missing");
    }
    if (!value->is_string()) return wrong("/" + std::string(key) + ": expected text");
    return std::string(value->get_string());
}

Result<void> check_account(
    ApiServices& services, std::string_view field, const std::string& account
) {
    std::string known;
    for (const auto& each : services.carriers().accounts) {
        if (each.account == account) return {};
        known += (known.empty() ? "" : ", ") + each.account;
    }
    return wrong(
        "/" + std::string(field) + ": there is no account " + quoted(account, 40) +
        (known.empty() ? "; none is configured" : "; there are: " + known)
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
    if (const auto* submit = body->if_contains("submit")) {
        if (!submit->is_bool()) return wrong("/submit: expected true or false");
        made.submit = submit->get_bool();
    }
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
        known += std::string(" ") + each.name;
    });
    return wrong(
        "the parameter " + std::string(name) + " is " + quoted(text, 40) + "; expected one of" +
        known
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
                "the parameter limit is " + quoted(limit, 20) + "; expected a number from 1 to 200"
            );
    }
    if (const auto cursor = request.parameter("cursor"); !cursor.empty()) {
        const auto id = id_from_text(cursor);
        if (!id || *id == 0)
            return wrong(
                "the parameter cursor is " + quoted(cursor, 40) +
                "; take it from next_cursor of the page before"
            );
        query.before = *id;
    }
    return query;
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

Answer changed_answer(
    const Result<Order>& changed, const Request& request, int status, bool of_state
) {
    if (!changed) return problem_answer(changed.error(), of_state);
    return order_answer(*changed, request.caller.scope, status);
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
    auto orders = api.services.orders(request.caller, *query);
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
    co_return order_answer(*order, request.caller.scope);
}

Async<Answer> amend_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    if (auto version = asked_version(request, *order); !version)
        co_return std::move(version).error();
    auto body = read_object(request.body, "request");
    if (!body) co_return problem_answer(body.error());
    const auto* changes = body->if_contains("request");
    if (!changes || !changes->is_object())
        co_return problem_answer(
            problems::invalid_input, "/request: expected an object", "/request"
        );
    if (!may_be_sent_again(*order))
        co_return problem_answer(
            problems::conflict, "the order is " +
                                    std::string(boost::describe::enum_to_string(order->state, "")) +
                                    "; only a draft or an exception can be changed, and a purchase that "
                                    "wants documents or another choice of numbers"
        );
    auto merged = merge_order_request(api.services, request.caller, *order, changes->get_object());
    if (!merged) co_return problem_answer(merged.error());
    auto changed = co_await api.services.amend(
        request.caller, order->id,
        Amendment{
            .request = std::move(merged->canonical),
            .pin = std::move(merged->pin),
            .base_version = order->version
        },
        idempotency_of(request, 200)
    );
    co_return changed_answer(changed, request, 200, true);
}

Async<Answer> submit_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto version = asked_version(request, *order);
    if (!version) co_return std::move(version).error();
    const auto shown = order_json(*order, "read");
    if (shown.at("numbers").as_array().empty())
        co_return problem_answer(
            problems::invalid_input,
            "/request/numbers: an order without numbers cannot be submitted", "/request/numbers"
        );
    auto changed = co_await api.services.submit(
        request.caller, order->id, *version, idempotency_of(request, 202)
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

Async<Answer> settle_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    if (auto version = asked_version(request, *order); !version)
        co_return std::move(version).error();
    auto body = read_object(request.body, "verdict carrier_id");
    if (!body) co_return problem_answer(body.error());
    auto word = text_of_key(*body, "verdict", true);
    if (!word) co_return problem_answer(word.error());
    auto carrier_id = text_of_key(*body, "carrier_id", *word == "found_at_carrier");
    if (!carrier_id) co_return problem_answer(carrier_id.error());
    PersonVerdict verdict{};
    if (*word == "found_at_carrier")
        verdict = PersonVerdict::found_at_carrier;
    else if (*word == "not_carried_out")
        verdict = PersonVerdict::not_carried_out;
    else if (*word == "tried_again")
        verdict = PersonVerdict::tried_again;
    else
        co_return problem_answer(
            problems::invalid_input,
            "/verdict: expected found_at_carrier, not_carried_out or tried_again, found " +
                quoted(*word, 40),
            "/verdict"
        );
    auto changed = co_await api.services.settle(
        request.caller, order->id, verdict, std::move(*carrier_id), idempotency_of(request, 200)
    );
    co_return changed_answer(changed, request, 200, true);
}

Async<Answer> answer_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    if (auto version = asked_version(request, *order); !version)
        co_return std::move(version).error();
    auto body = read_object(request.body, "choice text");
    if (!body) co_return problem_answer(body.error());
    auto choice = text_of_key(*body, "choice", true);
    if (!choice) co_return problem_answer(choice.error());
    auto text = text_of_key(*body, "text", false);
    if (!text) co_return problem_answer(text.error());
    auto changed = co_await api.services.answer(
        request.caller, order->id, std::move(*choice), std::move(*text),
        idempotency_of(request, 200)
    );
    // What is wrong with a field is for the caller to mend; that nobody waits is the order's state.
    const bool of_field = !changed && changed.error().message.starts_with('/');
    co_return changed_answer(changed, request, 200, !of_field);
}

Async<Answer> show_timeline(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto entries = api.services.timeline(request.caller, order->id);
    if (!entries) co_return problem_answer(entries.error());
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
