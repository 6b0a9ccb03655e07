// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/outward_services.hpp"
#include "api/problem.hpp"
#include "api/status_route.hpp"

namespace porteur::handlers {
namespace {

constexpr std::size_t kinds_max = 50;
constexpr std::size_t description_size_max = 200;
constexpr std::int64_t overlap_hours_max = 24 * 30;

std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

json::value time_or_null(const std::optional<Instant>& time) {
    return time ? json::value(json::string(time_text(*time))) : json::value(nullptr);
}

enum class Secret { shown, hidden };

json::object webhook_json(const Webhook& hook, std::string_view scope, Secret secret) {
    json::array kinds;
    for (const auto& each : hook.kinds) kinds.push_back(json::string(each));
    std::string url = hook.url;
    // People put keys into addresses.
    if (const auto mark = url.find('?'); mark != url.npos && scope != "operator")
        url = url.substr(0, mark) + "?...";
    const auto& state = hook.state;
    json::object out{
        {"id", id_text(hook.id)},
        {"url", std::move(url)},
        {"description", hook.description},
        {"kinds", std::move(kinds)},
        {"enabled", state.off.empty()},
        {"off", state.off.empty() ? json::value(nullptr) : json::value(json::string(state.off))},
        {"cursor", id_text(state.cursor)},
        {"tries", state.tries},
        {"retry_at", time_or_null(state.retry_at)},
        {"failing_since", time_or_null(state.failing_since)},
        {"delivered_at", time_or_null(state.delivered_at)},
        {"status", state.status == 0 ? json::value(nullptr) : json::value(state.status)},
        {"problem", state.problem},
        {"old_secret_until",
         hook.old_secret.empty() ? json::value(nullptr) : time_or_null(hook.old_until)},
        {"created", time_text(hook.created)},
        {"updated", time_text(hook.updated)}
    };
    if (secret == Secret::shown) out["secret"] = hook.secret;
    return out;
}

Answer missing(std::string_view text) {
    return problem_answer(
        problems::not_found, phrase("there is no web hook {1} among yours", quoted(text, 40))
    );
}

Answer answer_with(json::object body, int status = 200) {
    Answer answer;
    answer.status = status;
    answer.body = canonical(body);
    return answer;
}

std::optional<WebhookIdempotency> idempotency_of(
    const Request& request, int status, Secret secret
) {
    if (request.key.empty()) return std::nullopt;
    return WebhookIdempotency{
        .key = request.key,
        .fingerprint = request.fingerprint,
        .answer = [scope = request.caller.scope, status, secret](const Webhook& hook
                  ) { return std::pair(status, canonical(webhook_json(hook, scope, secret))); }
    };
}

Answer changed_answer(
    const Request& request, const Result<Webhook>& changed, int status, Secret secret
) {
    if (!changed) return problem_answer(changed.error());
    return answer_with(webhook_json(*changed, request.caller.scope, secret), status);
}

Result<std::optional<std::string>> text_of(const json::object& body, std::string_view key) {
    const auto* value = body.if_contains(key);
    if (!value) return std::optional<std::string>();
    if (!value->is_string()) return wrong("/" + std::string(key) + ": " + phrase("expected text"));
    return std::optional(std::string(value->get_string()));
}

/// "0" and everything that id_text writes.
std::optional<Id> read_id(std::string_view text) {
    if (text == "0") return Id{0};
    return id_from_text(text);
}

Result<WebhookWish> wish_of(const json::object& body) {
    WebhookWish wish;
    auto url = text_of(body, "url");
    if (!url) return std::unexpected(std::move(url).error());
    wish.url = std::move(*url);
    auto description = text_of(body, "description");
    if (!description) return std::unexpected(std::move(description).error());
    wish.description = std::move(*description);
    if (wish.description && wish.description->size() > description_size_max)
        return wrong("/description: is longer than 200 bytes");
    if (const auto* kinds = body.if_contains("kinds")) {
        if (!kinds->is_array() || kinds->get_array().size() > kinds_max)
            return wrong("/kinds: expected a list of at most 50 texts");
        wish.kinds.emplace();
        for (const auto& each : kinds->get_array()) {
            if (!each.is_string() || !is_kind_pattern(each.get_string()))
                return wrong(
                    "/kinds: expected kinds of events as in \"port.state_changed\", \"port.*\" or \"deadline.missed\""
                );
            wish.kinds->emplace_back(each.get_string());
        }
    }
    if (const auto* enabled = body.if_contains("enabled")) {
        if (!enabled->is_bool()) return wrong("/enabled: expected true or false");
        wish.enabled = enabled->get_bool();
    }
    if (const auto* after = body.if_contains("after")) {
        const auto id = after->is_string() ? read_id(after->get_string()) : std::nullopt;
        if (!id) return wrong("/after: expected the id of an event, or \"0\" for all of them");
        wish.after = *id;
    }
    return wish;
}

}  // namespace

Async<Answer> create_webhook(Api& api, Request& request) {
    auto body = read_object(request.body, "url description kinds enabled after");
    if (!body) co_return problem_answer(body.error());
    auto wish = wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    if (!wish->url) co_return problem_answer(problems::invalid_input, "/url: is missing", "/url");
    const auto made = co_await api.services.outward().add_webhook(
        request.caller, std::move(*wish), idempotency_of(request, 201, Secret::shown)
    );
    auto answer = changed_answer(request, made, 201, Secret::shown);
    if (made) answer.headers.emplace_back("Location", "/v1/webhooks/" + id_text(made->id));
    co_return answer;
}

Async<Answer> list_webhooks(Api& api, Request& request) {
    const auto found = co_await api.services.outward().webhooks(request.caller);
    if (!found) co_return problem_answer(found.error());
    json::array items;
    for (const auto& each : *found)
        items.push_back(webhook_json(each, request.caller.scope, Secret::hidden));
    co_return answer_with({{"items", std::move(items)}});
}

Async<Answer> show_webhook(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    const auto found = co_await api.services.outward().webhook(request.caller, *id);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return missing(request.segments.front());
    co_return answer_with(webhook_json(**found, request.caller.scope, Secret::hidden));
}

Async<Answer> change_webhook(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    auto body = read_object(request.body, "url description kinds enabled");
    if (!body) co_return problem_answer(body.error());
    auto wish = wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    co_return changed_answer(
        request,
        co_await api.services.outward().change_webhook(
            request.caller, *id, std::move(*wish), idempotency_of(request, 200, Secret::hidden)
        ),
        200, Secret::hidden
    );
}

Async<Answer> rotate_webhook(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    auto body = read_object(request.body, "overlap_hours");
    if (!body) co_return problem_answer(body.error());
    std::int64_t hours = 24;
    if (const auto* overlap = body->if_contains("overlap_hours")) {
        if (!overlap->is_int64() || overlap->get_int64() < 0 ||
            overlap->get_int64() > overlap_hours_max)
            co_return problem_answer(
                problems::invalid_input, "/overlap_hours: expected a whole number from 0 to 720",
                "/overlap_hours"
            );
        hours = overlap->get_int64();
    }
    co_return changed_answer(
        request,
        co_await api.services.outward().rotate_webhook(
            request.caller, *id, std::chrono::hours{hours},
            idempotency_of(request, 200, Secret::shown)
        ),
        200, Secret::shown
    );
}

Async<Answer> replay_webhook(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    auto body = read_object(request.body, "after");
    if (!body) co_return problem_answer(body.error());
    const auto* after = body->if_contains("after");
    const auto from = after && after->is_string() ? read_id(after->get_string()) : std::nullopt;
    if (!from)
        co_return problem_answer(
            problems::invalid_input,
            "/after: expected the id of an event, or \"0\" for all of them", "/after"
        );
    co_return changed_answer(
        request,
        co_await api.services.outward().replay_webhook(
            request.caller, *id, *from, idempotency_of(request, 202, Secret::hidden)
        ),
        202, Secret::hidden
    );
}

Async<Answer> remove_webhook(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    const auto gone = co_await api.services.outward().remove_webhook(request.caller, *id);
    if (!gone) co_return problem_answer(gone.error());
    co_return answer_with({{"id", id_text(*id)}, {"removed", true}});
}

Async<Answer> test_webhook(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    const auto tried = co_await api.services.outward().test_webhook(request.caller, *id);
    if (!tried) co_return problem_answer(tried.error());
    co_return answer_with(
        {{"id", "evt_" + id_text(tried->id)},
         {"delivered", tried->delivered()},
         {"status",
          tried->tried.status == 0 ? json::value(nullptr) : json::value(tried->tried.status)},
         {"problem", tried->tried.problem},
         {"took_ms", tried->took.count()}}
    );
}

}  // namespace porteur::handlers

namespace porteur {

json::object webhook_json(const Webhook& hook, std::string_view scope) {
    return handlers::webhook_json(hook, scope, handlers::Secret::hidden);
}

}  // namespace porteur
