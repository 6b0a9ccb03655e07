// SPDX-License-Identifier: Apache-2.0
#include "api/order_handling.hpp"

#include <algorithm>

#include "api/problem.hpp"

namespace porteur::order_handling {

std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

std::expected<Order, Answer> order_of(Api& api, const Request& request) {
    const auto& text = request.segments.front();
    const auto missing = [&] {
        return std::unexpected(problem_answer(
            problems::not_found,
            phrase("there is no order {1} among yours of this kind", quoted(text, 40))
        ));
    };
    const auto id = id_from_text(text);
    if (!id) return missing();
    auto found = api.services.order(request.caller, *id);
    if (!found) return std::unexpected(problem_answer(found.error()));
    if (!*found || (*found)->kind != request.route->kind) return missing();
    return std::move(**found);
}

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
        phrase(
            "If-Match is {1}, and the order's version is {2}; read the order again before you change it",
            quoted(*field, 60), current
        ),
        "If-Match"
    ));
}

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
        return wrong("/" + std::string(key) + ": " + phrase("is missing"));
    }
    if (!value->is_string()) return wrong("/" + std::string(key) + ": " + phrase("expected text"));
    return std::string(value->get_string());
}

Result<bool> flag_of_key(const json::object& body, std::string_view key) {
    const auto* value = body.if_contains(key);
    if (!value) return false;
    if (!value->is_bool()) return wrong("/" + std::string(key) + ": " + phrase("expected true or false"));
    return value->get_bool();
}

Answer changed_answer(
    const Result<Order>& changed, const Request& request, int status, bool of_state
) {
    if (!changed) return problem_answer(changed.error(), of_state);
    return order_answer(*changed, request.caller.scope, status);
}

}  // namespace porteur::order_handling
