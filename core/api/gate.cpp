// SPDX-License-Identifier: Apache-2.0
#include "api/gate.hpp"

#include <algorithm>

#include <porteur/json.hpp>

#include "api/fingerprint.hpp"
#include "api/identity.hpp"
#include "api/in_language.hpp"
#include "api/nesting.hpp"
#include "api/order_json.hpp"
#include "api/people_services.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"

namespace porteur {
namespace {

std::optional<Answer> find_route(Request& request) {
    const std::string_view target = request.target;
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    auto match = match_route(request.method, request.path);
    if (!match.route) {
        if (match.allow.empty())
            return problem_answer(
                problems::not_found,
                phrase("there is nothing at {1}; /openapi.json lists what there is", quoted(request.path, 120))
            );
        auto answer = problem_answer(
            problems::wrong_method,
            phrase(
                "{1} is not possible at {2}; possible: {3}", quoted(request.method, 20), request.path, match.allow
            )
        );
        answer.headers.emplace_back("Allow", match.allow);
        return answer;
    }
    request.route = match.route;
    request.segments = std::move(match.segments);
    return std::nullopt;
}

Answer unknown_caller(const Credentials& shown) {
    auto answer = problem_answer(
        problems::unauthenticated,
        !shown.token.empty()    ? phrase("the token is not known, has expired or was revoked")
        : !shown.cookie.empty() ? phrase("the session has ended; sign in again")
                                : phrase("there is no token; send the header field \"Authorization: Bearer TOKEN\", and "
                                         "make a token with \"porteur token create\"")
    );
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"porteur\"");
    return answer;
}

Answer forbidden_to(const Caller& caller, Right right) {
    if (caller.role == Role::reader_token)
        return problem_answer(
            problems::forbidden,
            phrase(
                "the token {1} has the scope {2}; this needs \"operator\"", quoted(caller.token_name, 40),
                quoted(caller.scope, 20)
            )
        );
    return problem_answer(
        problems::forbidden,
        phrase("{1} has not the right {2} here, as a {3}", quoted(caller.token_name, 60), word_of(right), word_of(caller.role))
    );
}

/// What a carrier has of all customers is shown in the system's own account alone, and what all accounts
/// run on is changed there alone.
Relation where(const Caller& caller, Right right) {
    const bool of_the_system = right == Right::view_carrier_lists || right == Right::manage_plugins;
    return of_the_system && caller.tenant != system_tenant ? Relation::other : Relation::own;
}

std::optional<Answer> check_caller(Api& api, Request& request) {
    const auto [access, right] = request.route->permission;
    if (access == Access::open) return request.method == "GET" ? std::nullopt : check_from_our_page(request, {});
    if (access == Access::loopback && request.from_loopback) return std::nullopt;
    if (auto wrong = read_credentials(request)) return wrong;
    auto known = identify(api, request.credentials);
    if (!known) return problem_answer(known.error());
    if (!*known) return unknown_caller(request.credentials);
    auto& caller = (*known)->caller;
    if (!(*known)->csrf.empty())
        if (auto elsewhere = check_from_our_page(request, (*known)->csrf)) return elsewhere;
    if (!(*known)->may_enter)
        return problem_answer(problems::not_found, phrase("there is no account {1} among yours", request.credentials.act_in));
    const bool allowed = access == Access::signed_in || (access == Access::loopback && caller.tenant == system_tenant) ||
                         (access == Access::by_right && may(caller.role, right, where(caller, right)));
    if (!allowed) return forbidden_to(caller, access == Access::by_right ? right : Right::view_carrier_lists);
    caller.address = request.address;
    request.caller = std::move(caller);
    request.csrf = std::move((*known)->csrf);
    return std::nullopt;
}

/// The parameters of a route's query; whoever is known may also say there which account they enter.
std::string known_parameters(const Route& route) {
    const bool may_enter = route.method == "GET" && (route.permission.access == Access::signed_in || route.permission.access == Access::by_right);
    if (route.takes_more) return std::string(route.query) + " " + std::string(any_other_parameter);
    return std::string(route.query) + (may_enter ? (route.query.empty() ? "act_in" : " act_in") : "");
}

bool is_media_type(std::string_view field, std::string_view wanted) {
    const auto type = field.substr(0, std::min(field.find(';'), field.size()));
    std::string lower;
    for (const char letter : type)
        if (letter != ' ' && letter != '\t')
            lower +=
                letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return lower == wanted;
}

std::optional<Answer> check_body_fields(const Api& api, const Request& request) {
    const auto wanted = request.route->body;
    if (wanted == BodyWanted::none) {
        if (!request.has_body) return std::nullopt;
        return problem_answer(
            problems::bad_request,
            phrase("{1} {2} takes no body; send it without", request.method, request.path)
        );
    }
    if (!request.has_body) return problem_answer(problems::bad_request, "the body is missing");
    const auto size_max = wanted == BodyWanted::json    ? api.limits.body_size_max_bytes
                          : wanted == BodyWanted::table ? api.limits.table_size_max_bytes
                                                        : api.limits.upload_size_max_bytes;
    if (request.content_length && *request.content_length > size_max)
        return problem_answer(
            problems::too_large,
            phrase("the body has {1:n} bytes; at most {2:n} are taken", *request.content_length, size_max)
        );
    const auto* type = request.field("content-type");
    if (wanted == BodyWanted::json &&
        (!type ||
         !(is_media_type(*type, "application/json") ||
           (request.method == "PATCH" && is_media_type(*type, "application/merge-patch+json")))))
        return problem_answer(
            problems::media_type,
            type ? phrase("Content-Type is {1}; send application/json", quoted(*type, 60))
                 : phrase("Content-Type is missing; send application/json"),
            "Content-Type"
        );
    return std::nullopt;
}

std::optional<Answer> check_key(Request& request) {
    const auto* key = request.field("idempotency-key");
    if (request.route->key == KeyWanted::no) return std::nullopt;
    if (!key || key->empty()) {
        if (request.route->key == KeyWanted::optional) return std::nullopt;
        return problem_answer(
            problems::key_missing,
            "send an Idempotency-Key of your own (a UUID will do) with each new request, and the "
            "same one "
            "when you repeat it, so that it is carried out once",
            "Idempotency-Key"
        );
    }
    if (key->size() > 255 ||
        std::ranges::any_of(*key, [](char letter) { return letter <= ' ' || letter > '~'; }))
        return problem_answer(
            problems::invalid_input,
            "the Idempotency-Key has more than 255 characters, or others than visible ASCII",
            "Idempotency-Key"
        );
    request.key = *key;
    return std::nullopt;
}

constexpr std::uint64_t body_reserved_max = 16 * 1024;

Async<std::optional<Answer>> read_body(const Api& api, Request& request) {
    // A length is only a promise.
    if (request.content_length) request.body.reserve(std::min(*request.content_length, body_reserved_max));
    while (true) {
        auto piece = co_await request.body_source->next();
        if (!piece) co_return answer_of(piece.error());
        if (piece->empty()) break;
        if (request.body.size() + piece->size() > api.limits.body_size_max_bytes)
            co_return problem_answer(
                problems::too_large,
                phrase("the body has more than the {1:n} bytes that are taken", api.limits.body_size_max_bytes)
            );
        request.body += *piece;
    }
    if (nests_deeper(request.body, api.limits.json_depth_max))
        co_return problem_answer(
            problems::bad_request,
            phrase("the body is not JSON that is taken: it is nested deeper than {1:n} levels", api.limits.json_depth_max)
        );
    co_return std::nullopt;
}

/// Gives a key free again when the request has been answered.
class KeyHold {
public:
    KeyHold(KeysUnderWay& keys, std::int64_t tenant, std::string key)
        : keys_(keys), tenant_(tenant), key_(std::move(key)) {}
    KeyHold(const KeyHold&) = delete;
    KeyHold& operator=(const KeyHold&) = delete;
    ~KeyHold() { keys_.end(tenant_, key_); }

private:
    KeysUnderWay& keys_;
    std::int64_t tenant_;
    std::string key_;
};

std::optional<Answer> check_before_body(Api& api, Request& request) {
    if (auto refused = find_route(request)) return refused;
    if (auto refused = check_caller(api, request)) return refused;
    const std::string_view target = request.target;
    const auto mark = std::min(target.find('?'), target.size());
    auto query = read_query(target.substr(std::min(mark + 1, target.size())), known_parameters(*request.route));
    if (!query) return problem_answer(query.error());
    request.query = std::move(*query);
    if (auto refused = check_body_fields(api, request)) return refused;
    return check_key(request);
}

/// The console's files are everybody's: what they show comes by the routes.
std::optional<Answer> console_answer(const Api& api, Request& request) {
    if (!api.console) return std::nullopt;
    const std::string_view target = request.target;
    const auto path = target.substr(0, target.find('?'));
    auto answer = api.console->answer(request, path);
    if (answer) request.path = path;
    return answer;
}

Async<Answer> pass(Api& api, Request& request) {
    if (auto page = console_answer(api, request)) co_return std::move(*page);
    if (auto refused = check_before_body(api, request)) co_return std::move(*refused);

    // Held from before the look-up until the answer is durable: between two requests with one key,
    // the second either finds it held or finds the first one's answer.
    std::optional<KeyHold> hold;
    if (!request.key.empty()) {
        if (!api.keys.begin(request.caller.tenant, request.key))
            co_return problem_answer(
                problems::under_way,
                "the first request with this Idempotency-Key has not been answered yet; send it "
                "again later",
                "Idempotency-Key"
            );
        hold.emplace(api.keys, request.caller.tenant, request.key);
    }
    if (request.route->body == BodyWanted::json)
        if (auto refused = co_await read_body(api, request)) co_return std::move(*refused);
    const bool is_streamed = request.route->body == BodyWanted::upload || request.route->body == BodyWanted::table;
    if (hold && !is_streamed) {
        Fingerprint fingerprint;
        fingerprint.part(request.method);
        fingerprint.part(request.target);
        fingerprint.part(request.body);
        request.fingerprint = fingerprint.hex();
        if (auto again = answer_again(api, request, request.fingerprint))
            co_return std::move(*again);
    }
    co_return co_await request.route->handle(api, request);
}

}  // namespace

std::optional<Answer> answer_again(Api& api, const Request& request, std::string_view fingerprint) {
    auto first = api.services.remembered(request.caller, request.key);
    if (!first) return problem_answer(first.error());
    if (!*first) return std::nullopt;
    if ((*first)->fingerprint != fingerprint)
        return problem_answer(
            problems::key_reused,
            "this Idempotency-Key came with another request before; use a new one for a new "
            "request",
            "Idempotency-Key"
        );
    Answer answer;
    answer.status = (*first)->status;
    answer.body = (*first)->body;
    if (answer.status >= 400) answer.content_type = "application/problem+json";
    answer.headers.emplace_back("Idempotency-Replayed", "true");
    // What stood in the head of the first answer is in its body too.
    add_order_headers(answer, request);
    return answer;
}

Async<std::optional<Answer>> take_pieces(
    Api& api, Request& request, Fingerprint& fingerprint, std::uint64_t size_max, std::string too_large,
    std::function<Result<void>(std::string_view)> append
) {
    std::uint64_t size = 0;
    while (true) {
        auto piece = co_await request.body_source->next();
        if (!piece) co_return answer_of(piece.error());
        if (piece->empty()) break;
        size += piece->size();
        if (size > size_max) co_return problem_answer(problems::too_large, too_large);
        fingerprint.stream(*piece);
        if (auto taken = append(*piece); !taken) co_return problem_answer(taken.error());
    }
    // Only now is it known whether these are the bytes that came with the key before.
    request.fingerprint = fingerprint.hex();
    co_return answer_again(api, request, request.fingerprint);
}

Answer answer_of(const BodyFault& fault) {
    Answer answer;
    switch (fault.what) {
        case BodyFault::What::closed:
            answer.status = 499;
            break;
        case BodyFault::What::too_slow:
            answer = problem_answer(problems::too_slow, fault.detail);
            break;
        case BodyFault::What::malformed:
        case BodyFault::What::pipelined:
            answer = problem_answer(problems::bad_request, fault.detail);
            break;
    }
    answer.close = true;
    return answer;
}

namespace {

Async<Answer> answer_or_defect(Api& api, Request& request) {
    std::string defect;
    try {
        co_return co_await pass(api, request);
    } catch (const std::exception& thrown) {
        defect = thrown.what();
    } catch (...) {
        defect = "an exception of an unknown type";
    }
    // The text may hold anything, so only the log gets it.
    auto answer = problem_answer(
        problems::internal,
        "this should not have happened; the log says more. It is safe to send the "
        "request again with the same Idempotency-Key"
    );
    answer.defect = std::move(defect);
    co_return answer;
}

}  // namespace

Async<Answer> answer_request(Api& api, Request& request) {
    auto answer = co_await answer_or_defect(api, request);
    say_in(language_of(request), request.route, answer);
    co_return answer;
}

}  // namespace porteur
