// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the routes of accounts, people, members, tokens and the audit log share.

#include <charconv>
#include <expected>
#include <optional>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/people_services.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::people_handling {

inline std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

/// Whom somebody is at a provider; null: nobody.
json::value link_json(const User& user);
json::object user_json(const User& user);

inline json::value time_or_null(const std::optional<Instant>& time) {
    return time ? json::value(json::string(time_text(*time))) : json::value(nullptr);
}

inline Answer answer_with(const json::object& body, int status = 200) {
    Answer answer;
    answer.status = status;
    answer.body = canonical(body);
    return answer;
}

/// A text of the body; nothing where it is missing.
inline Result<std::optional<std::string>> text_of(const json::object& body, std::string_view key) {
    const auto* value = body.if_contains(key);
    if (!value || value->is_null()) return std::optional<std::string>();
    if (!value->is_string()) return wrong("/" + std::string(key) + ": " + phrase("expected text"));
    return std::optional(std::string(value->get_string()));
}

inline Result<std::optional<bool>> flag_of(const json::object& body, std::string_view key) {
    const auto* value = body.if_contains(key);
    if (!value) return std::optional<bool>();
    if (!value->is_bool())
        return wrong("/" + std::string(key) + ": " + phrase("expected true or false"));
    return std::optional(value->get_bool());
}

/// The id of an account in the body.
inline Result<std::optional<std::int64_t>> account_of(
    const json::object& body, std::string_view key
) {
    const auto* value = body.if_contains(key);
    if (!value || value->is_null()) return std::optional<std::int64_t>();
    if (!value->is_int64() || value->get_int64() < 1)
        return wrong(
            "/" + std::string(key) + ": " + phrase("expected the id of an account, a whole number")
        );
    return std::optional(value->get_int64());
}

/// The id of an account as text: of a path or a parameter.
inline std::optional<std::int64_t> read_account(std::string_view text) {
    std::int64_t id = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || id < 1)
        return std::nullopt;
    return id;
}

inline Result<std::optional<std::int64_t>> account_parameter(
    const Request& request, std::string_view name
) {
    const auto text = request.parameter(name);
    if (text.empty()) return std::optional<std::int64_t>();
    const auto id = read_account(text);
    if (!id)
        return wrong(phrase(
            "the parameter {1} is {2}; expected {3:text}", name, quoted(text, 40),
            phrase("the id of an account, a whole number")
        ));
    return id;
}

inline Result<int> limit_parameter(const Request& request) {
    int limit = 100;
    if (const auto text = request.parameter("limit"); !text.empty()) {
        const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || limit < 1 ||
            limit > 500)
            return wrong(phrase(
                "the parameter {1} is {2}; expected {3:text}", "limit", quoted(text, 40),
                "a number from 1 to 500"
            ));
    }
    return limit;
}

inline std::unexpected<Error> wrong_cursor(std::string_view text) {
    return wrong(phrase(
        "the parameter cursor is {1}; take it from next_cursor of the page before", quoted(text, 40)
    ));
}

inline Result<Id> cursor_parameter(const Request& request) {
    const auto text = request.parameter("cursor");
    if (text.empty()) return Id{0};
    const auto id = id_from_text(text);
    if (!id) return wrong_cursor(text);
    return *id;
}

/// "tenant q kind limit cursor". One more than the limit is asked for: it says whether there is a
/// next page.
inline Result<PeopleWanted> wanted_of(const Request& request) {
    PeopleWanted wanted;
    auto tenant = account_parameter(request, "tenant");
    if (!tenant) return std::unexpected(std::move(tenant).error());
    wanted.tenant = *tenant;
    auto limit = limit_parameter(request);
    if (!limit) return std::unexpected(std::move(limit).error());
    wanted.limit = *limit + 1;
    auto cursor = cursor_parameter(request);
    if (!cursor) return std::unexpected(std::move(cursor).error());
    wanted.after = *cursor;
    wanted.text = request.parameter("q");
    wanted.kind = request.parameter("kind");
    return wanted;
}

/// {"users":[...],"next_cursor":...}: the one too many is cut off.
template <class T, class Show, class Cursor>
Answer page_answer(
    std::string_view name, std::vector<T> found, int limit, Show show, Cursor cursor
) {
    const bool more = found.size() > static_cast<std::size_t>(limit);
    if (more) found.resize(static_cast<std::size_t>(limit));
    json::array items;
    for (const auto& each : found) items.push_back(show(each));
    json::object out{
        {"next_cursor",
         more ? json::value(json::string(cursor(found.back()))) : json::value(nullptr)}
    };
    out[name] = std::move(items);
    return answer_with(out);
}

/// The version that If-Match asks for; nothing: any.
inline Result<std::optional<std::int64_t>> version_of(const Request& request) {
    const auto* field = request.field("if-match");
    if (!field || *field == "*") return std::optional<std::int64_t>();
    std::string_view text = *field;
    std::int64_t version = 0;
    if (text.size() > 2 && text.starts_with('"') && text.ends_with('"')) {
        text = text.substr(1, text.size() - 2);
        const auto read = std::from_chars(text.data(), text.data() + text.size(), version);
        if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && version > 0)
            return std::optional(version);
    }
    return std::unexpected(Error{
        .kind = ErrorKind::invalid_input,
        .message = phrase("If-Match is {1}; send the ETag that you read", quoted(*field, 60)),
        .code = std::string(version_code)
    });
}

inline void add_etag(Answer& answer, std::int64_t version) {
    answer.headers.emplace_back("ETag", "\"" + std::to_string(version) + "\"");
}

template <class T, class Show>
std::optional<AnswerKept<T>> kept_answer(const Request& request, int status, Show show) {
    if (request.key.empty()) return std::nullopt;
    return AnswerKept<T>{
        .key = request.key,
        .fingerprint = request.fingerprint,
        .answer = [status, show](const T& made) { return std::pair(status, canonical(show(made))); }
    };
}

/// The answer to a change of something that has a version.
template <class T, class Show>
Answer changed_answer(const Result<T>& changed, int status, Show show) {
    if (!changed) return problem_answer(changed.error());
    auto answer = answer_with(show(*changed), status);
    add_etag(answer, changed->version);
    return answer;
}

inline Answer absent(std::string text) { return problem_answer(problems::not_found, text); }

}  // namespace porteur::people_handling
