// SPDX-License-Identifier: Apache-2.0
// What waits for persons, and what comes from outside.
#include <algorithm>
#include <charconv>

#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::handlers {
namespace {

constexpr std::size_t keys_max = 16;
constexpr std::size_t key_size_max = 256;

std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

json::object task_json(const OpenTask& task) {
    json::array choices;
    for (const auto& each : task.choices) choices.push_back(json::string(each));
    json::object made{
        {"order", id_text(task.order)},
        {"kind", boost::describe::enum_to_string(task.kind, "")},
        {"account", task.account},
        {"reference", task.reference},
        {"step", task.step},
        {"title", task.title},
        {"text", task.text},
        {"choices", std::move(choices)},
        {"text_required", task.text_required},
        {"since", time_text(task.since)}
    };
    if (task.reminded_next) made["reminded_next"] = time_text(*task.reminded_next);
    return made;
}

Result<std::string> text_of(const json::object& body, std::string_view key) {
    const auto* value = body.if_contains(key);
    if (!value) return wrong("/" + std::string(key) + ": " + phrase("is missing"));
    if (!value->is_string()) return wrong("/" + std::string(key) + ": " + phrase("expected text"));
    return std::string(value->get_string());
}

Result<InboundEvent> event_of(Api& api, const Request& request) {
    auto body = read_object(request.body, "account source keys body");
    if (!body) return std::unexpected(std::move(body).error());
    InboundEvent event;
    event.tenant = request.caller.tenant;
    auto account = text_of(*body, "account");
    if (!account) return std::unexpected(std::move(account).error());
    event.account = std::move(*account);
    const auto carriers = api.services.carriers();
    if (std::ranges::find(carriers.accounts, event.account, &CarrierInfo::account) == carriers.accounts.end())
        return wrong("/account: " + phrase("there is no account {1}; GET /v1/carriers lists them", quoted(event.account, 64)));
    auto source = text_of(*body, "source");
    if (!source) return std::unexpected(std::move(source).error());
    event.source = std::move(*source);
    if (event.source.empty() || event.source.size() > 64 ||
        event.source.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != event.source.npos)
        return wrong("/source: " + phrase("{1} is not a word of a-z, 0-9, _ and -, at most 64 long", quoted(event.source, 64)));
    const auto* keys = body->if_contains("keys");
    if (!keys || !keys->is_object() || keys->get_object().empty() || keys->get_object().size() > keys_max)
        return wrong("/keys: expected an object of 1 to 16 texts");
    for (const auto& pair : keys->get_object()) {
        if (!pair.value().is_string() || pair.value().get_string().size() > key_size_max || pair.key().size() > key_size_max)
            return wrong("/keys: expected texts, at most 256 bytes each");
        event.keys[std::string(pair.key())] = std::string(pair.value().get_string());
    }
    if (const auto* text = body->if_contains("body")) {
        if (!text->is_string()) return wrong("/body: expected text");
        event.body = text->get_string();
    }
    return event;
}

}  // namespace

Async<Answer> list_tasks(Api& api, Request& request) {
    int limit = 50;
    if (const auto text = request.parameter("limit"); !text.empty()) {
        const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || limit < 1 || limit > 200)
            co_return problem_answer(
                problems::invalid_input,
                phrase("the parameter limit is {1}; expected a number from 1 to 200", quoted(text, 20)), "limit"
            );
    }
    auto tasks = api.services.tasks(request.caller, limit);
    if (!tasks) co_return problem_answer(tasks.error());
    json::array items;
    for (const auto& each : *tasks) items.push_back(task_json(each));
    Answer answer;
    answer.body = canonical(json::object{{"items", std::move(items)}});
    co_return answer;
}

Async<Answer> take_event(Api& api, Request& request) {
    auto event = event_of(api, request);
    if (!event) co_return problem_answer(event.error());
    const auto shown = [](Id id) { return canonical(json::object{{"id", id_text(id)}}); };
    std::optional<EventIdempotency> kept;
    if (!request.key.empty())
        kept = EventIdempotency{
            .key = request.key, .fingerprint = request.fingerprint,
            .answer = [shown](Id id) { return std::pair(202, shown(id)); }
        };
    auto taken = co_await api.services.deliver(request.caller, std::move(*event), std::move(kept));
    if (!taken) co_return problem_answer(taken.error());
    Answer answer;
    answer.status = 202;
    answer.body = shown(*taken);
    co_return answer;
}

}  // namespace porteur::handlers
