// SPDX-License-Identifier: Apache-2.0
#include "api/identity.hpp"
#include "api/people_handling.hpp"
#include "api/session_handling.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;

json::object account_json(const Tenant& tenant) {
    return {{"id", tenant.id}, {"kind", word_of(tenant.kind)}, {"name", tenant.name}};
}

json::value account_or_null(const TenantTree& tree, std::int64_t id) {
    const auto* found = tree.find(id);
    return found ? json::value(account_json(*found)) : json::value(nullptr);
}

json::object person_json(const User& user) {
    return {
        {"id", id_text(user.id)},
        {"login", user.login},
        {"name", user.name},
        {"language", user.language},
        {"second_factor", user.second_factor}
    };
}

/// What a page needs to know of who looks at it.
json::object session_json(
    const Caller& caller, const TenantTree& tree, const std::optional<User>& person,
    std::string_view csrf, std::optional<Instant> expires
) {
    json::array rights;
    for (const auto right : all_rights())
        if (may(caller.role, right,
                right == Right::view_carrier_lists && caller.tenant != system_tenant
                    ? Relation::other
                    : Relation::own))
            rights.push_back(json::string(word_of(right)));
    return {
        {"person", person ? json::value(person_json(*person)) : json::value(nullptr)},
        {"token_name", person ? json::value(nullptr)
                              : json::value(json::string(read_who(caller.token_name).first))},
        {"scope", caller.scope},
        {"role", caller.person == 0 ? "token" : word_of(caller.role)},
        {"tenant", account_or_null(tree, caller.home != 0 ? caller.home : caller.tenant)},
        {"acting_in", caller.home != 0 ? account_or_null(tree, caller.tenant) : json::value(nullptr)
        },
        {"rights", std::move(rights)},
        {"csrf", csrf.empty() ? json::value(nullptr) : json::value(json::string(csrf))},
        {"expires", time_or_null(expires)}
    };
}

}  // namespace

std::string session_handling::cookie_text(std::string_view value) {
    // Without an age: it goes with the browser. `Secure` holds on loopback without TLS, too.
    return std::string(session_cookie) + "=" + std::string(value) +
           "; Path=/; Secure; HttpOnly; SameSite=Strict";
}

Answer session_handling::signed_in_answer(Api& api, const Result<SignedIn>& signed_in) {
    if (!signed_in) {
        auto answer = problem_answer(signed_in.error());
        if (answer.status == 401)
            answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"porteur\"");
        return answer;
    }
    const auto& session = signed_in->session;
    auto answer = answer_with(session_json(
        session.caller, *api.services.people().tree(), signed_in->user, session.csrf,
        session.expires
    ));
    answer.headers.emplace_back("Set-Cookie", cookie_text(signed_in->cookie));
    return answer;
}

using session_handling::cookie_text;

Async<Answer> sign_in(Api& api, Request& request) {
    auto body = read_object(request.body, "login password code");
    if (!body) co_return problem_answer(body.error());
    SignIn wish{.login = {}, .password = {}, .code = {}, .address = request.address};
    for (const auto& [key, into] :
         {std::pair<std::string_view, std::string*>{"login", &wish.login},
          {"password", &wish.password},
          {"code", &wish.code}}) {
        auto text = text_of(*body, key);
        if (!text) co_return problem_answer(text.error());
        if (!*text && key != "code")
            co_return problem_answer(
                problems::invalid_input, "/" + std::string(key) + ": " + phrase("is missing")
            );
        *into = std::move(*text).value_or("");
    }
    co_return session_handling::signed_in_answer(
        api, co_await api.services.people().sign_in(std::move(wish))
    );
}

Async<Answer> show_session(Api& api, Request& request) {
    auto& people = api.services.people();
    std::optional<User> person;
    std::optional<Instant> expires;
    if (request.caller.person != 0) {
        auto found = people.person(request.caller.person);
        if (!found) co_return problem_answer(found.error());
        person = std::move(*found);
        const auto session = people.by_cookie(request.credentials.cookie);
        if (session && *session) expires = (*session)->expires;
    }
    co_return answer_with(
        session_json(request.caller, *people.tree(), person, request.csrf, expires)
    );
}

Async<Answer> sign_out(Api& api, Request& request) {
    if (request.credentials.cookie.empty())
        co_return problem_answer(
            problems::bad_request,
            "a token has no session to end; revoke it with DELETE /v1/tokens/{id}"
        );
    const auto done =
        co_await api.services.people().sign_out(request.caller, request.credentials.cookie);
    if (!done) co_return problem_answer(done.error());
    auto answer = answer_with({{"signed_out", true}});
    answer.headers.emplace_back("Set-Cookie", cookie_text("") + "; Max-Age=0");
    co_return answer;
}

// ------------------------------------------------------------------ the second factor

namespace {

/// A text of the body that must be there.
Result<std::string> needed(const Request& request, std::string_view key) {
    const auto body = read_object(request.body, key);
    if (!body) return std::unexpected(body.error());
    auto text = text_of(*body, key);
    if (!text) return std::unexpected(std::move(text).error());
    if (!*text) return wrong("/" + std::string(key) + ": " + phrase("is missing"));
    return std::move(**text);
}

Answer no_person() {
    return problem_answer(problems::bad_request, "a token has no second factor; people have");
}

}  // namespace

Async<Answer> begin_second_factor(Api& api, Request& request) {
    if (request.caller.person == 0) co_return no_person();
    auto password = needed(request, "password");
    if (!password) co_return problem_answer(password.error());
    const auto made =
        co_await api.services.people().begin_second_factor(request.caller, std::move(*password));
    if (!made) co_return problem_answer(made.error());
    co_return answer_with({{"secret", made->secret}, {"uri", made->uri}});
}

Async<Answer> confirm_second_factor(Api& api, Request& request) {
    if (request.caller.person == 0) co_return no_person();
    auto code = needed(request, "code");
    if (!code) co_return problem_answer(code.error());
    const auto codes = co_await api.services.people().confirm_second_factor(
        request.caller, std::move(*code), request.credentials.cookie
    );
    if (!codes) co_return problem_answer(codes.error());
    json::array out;
    for (const auto& each : *codes) out.push_back(json::string(each));
    co_return answer_with({{"recovery", std::move(out)}});
}

Async<Answer> drop_own_second_factor(Api& api, Request& request) {
    if (request.caller.person == 0) co_return no_person();
    auto password = needed(request, "password");
    if (!password) co_return problem_answer(password.error());
    const auto user = co_await api.services.people().drop_second_factor(
        request.caller, request.caller.person, std::move(*password)
    );
    if (!user) co_return problem_answer(user.error());
    co_return answer_with(person_json(*user));
}

Async<Answer> drop_second_factor(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id)
        co_return absent(
            phrase("there is no user {1} among yours", quoted(request.segments.front(), 40))
        );
    if (*id == request.caller.person)
        co_return problem_answer(
            problems::forbidden,
            "one's own second factor is taken away with the password; POST "
            "/v1/session/second-factor/remove"
        );
    const auto user = co_await api.services.people().drop_second_factor(request.caller, *id, {});
    if (!user) co_return problem_answer(user.error());
    auto answer = answer_with(person_json(*user));
    co_return answer;
}

}  // namespace porteur::handlers
