// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::handlers {
namespace {

constexpr auto states = std::to_array<std::string_view>({"taken", "matched", "waiting", "settled"});

std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

json::value parsed_or(const std::string& text, json::value otherwise) {
    auto parsed = parse_json(text);
    return parsed ? std::move(*parsed) : std::move(otherwise);
}

json::object mail_json(const InboxMail& mail) {
    auto reading = parsed_or(mail.reading, json::object{});
    const bool read = reading.is_object() && !reading.get_object().empty();
    return {
        {"id", id_text(mail.id)},
        {"state", mail.state},
        {"received", time_text(mail.received)},
        {"from", mail.sender},
        {"subject", mail.subject},
        {"message_id", mail.message_id},
        {"order",
         mail.order == 0 ? json::value(nullptr) : json::value(json::string(id_text(mail.order)))},
        {"matched_by", mail.matched_by},
        {"reason", mail.reason},
        {"proposals", parsed_or(mail.proposals, json::array{})},
        {"reading", read ? std::move(reading) : json::value(nullptr)}
    };
}

/// An order that the mail belongs or may belong to, for a person to choose from.
json::object candidate_json(const Order& order) {
    return {
        {"id", id_text(order.id)},
        {"kind", boost::describe::enum_to_string(order.kind, "")},
        {"reference", order.reference},
        {"account", order.account},
        {"state", boost::describe::enum_to_string(order.state, "")}
    };
}

Answer missing(std::string_view text) {
    return problem_answer(
        problems::not_found, phrase("there is no mail {1} among yours", quoted(text, 40))
    );
}

Result<MailQuery> read_query_of_list(const Request& request) {
    MailQuery query;
    query.state = request.parameter("state");
    if (!query.state.empty() && std::ranges::find(states, query.state) == states.end())
        return wrong(
            phrase("the parameter state is {1}; expected one of taken matched waiting settled", quoted(query.state, 40))
        );
    if (const auto order = request.parameter("order"); !order.empty()) {
        const auto id = id_from_text(order);
        if (!id || *id == 0)
            return wrong(
                phrase("the parameter order is {1}; expected an order's id", quoted(order, 40))
            );
        query.order = *id;
    }
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

std::optional<MailIdempotency> idempotency_of(const Request& request) {
    if (request.key.empty()) return std::nullopt;
    return MailIdempotency{
        .key = request.key,
        .fingerprint = request.fingerprint,
        .answer = [](const InboxMail& mail) { return std::pair(200, canonical(mail_json(mail))); }
    };
}

Answer changed_answer(const Result<InboxMail>& changed) {
    if (!changed) return problem_answer(changed.error(), true);
    Answer answer;
    answer.body = canonical(mail_json(*changed));
    return answer;
}

}  // namespace

Async<Answer> list_mails(Api& api, Request& request) {
    auto query = read_query_of_list(request);
    if (!query) co_return problem_answer(query.error());
    const auto limit = static_cast<std::size_t>(query->limit);
    ++query->limit;  // one more says whether there is a next page
    auto mails = api.services.mails(request.caller, *query);
    if (!mails) co_return problem_answer(mails.error());
    const bool more = mails->size() > limit;
    if (more) mails->resize(limit);
    json::array items;
    for (const auto& each : *mails) items.push_back(mail_json(each));
    Answer answer;
    answer.body = canonical(json::object{
        {"items", std::move(items)},
        {"next_cursor",
         more ? json::value(json::string(id_text(mails->back().id))) : json::value(nullptr)}
    });
    co_return answer;
}

Async<Answer> show_mail(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    auto found = api.services.mail(request.caller, *id);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return missing(request.segments.front());
    const auto& shown = **found;
    auto body = mail_json(shown.mail);
    body["text"] = shown.text;
    body["from_machine"] = shown.from_machine;
    body["left_at_server"] = shown.left_at_server;
    json::array files, defects, candidates;
    for (const auto& file : shown.files)
        files.push_back(json::object{
            {"name", file.name}, {"content_type", file.content_type}, {"size", file.size}
        });
    for (const auto& defect : shown.defects) defects.emplace_back(defect);
    const auto add_candidate = [&](Id order) {
        const auto there = api.services.order(request.caller, order);
        if (there && *there) candidates.push_back(candidate_json(**there));
    };
    if (shown.mail.order != 0) add_candidate(shown.mail.order);
    if (const auto* proposals = body.at("proposals").if_array())
        for (const auto& each : *proposals)
            if (const auto proposed = id_from_text(std::string(each.as_string())))
                add_candidate(*proposed);
    body["files"] = std::move(files);
    body["defects"] = std::move(defects);
    body["candidates"] = std::move(candidates);
    Answer answer;
    answer.body = canonical(body);
    co_return answer;
}

Async<Answer> assign_mail(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    auto body = read_object(request.body, "order take_word");
    if (!body) co_return problem_answer(body.error());
    const auto* named = body->if_contains("order");
    const auto order =
        named && named->is_string() ? id_from_text(std::string(named->get_string())) : std::nullopt;
    if (!order)
        co_return problem_answer(
            problems::invalid_input, "/order: expected the id of an order", "/order"
        );
    bool take_word = false;
    if (const auto* taken = body->if_contains("take_word")) {
        if (!taken->is_bool())
            co_return problem_answer(
                problems::invalid_input, "/take_word: expected true or false", "/take_word"
            );
        take_word = taken->get_bool();
    }
    co_return changed_answer(co_await api.services.assign_mail(
        request.caller, *id, *order, take_word, idempotency_of(request)
    ));
}

Async<Answer> dismiss_mail(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return missing(request.segments.front());
    co_return changed_answer(
        co_await api.services.dismiss_mail(request.caller, *id, idempotency_of(request))
    );
}

}  // namespace porteur::handlers
