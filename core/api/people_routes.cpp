// SPDX-License-Identifier: Apache-2.0
#include "api/people_handling.hpp"

namespace porteur::people_handling {

json::value link_json(const User& user) {
    const auto blank = user.subject.find(' ');
    if (blank == user.subject.npos) return nullptr;
    return json::object{{"issuer", user.subject.substr(0, blank)}, {"subject", user.subject.substr(blank + 1)}};
}

json::object user_json(const User& user) {
    return {
        {"id", id_text(user.id)},
        {"tenant", user.tenant},
        {"login", user.login},
        {"name", user.name},
        {"language", user.language},
        {"disabled", user.disabled},
        {"second_factor", user.second_factor},
        {"linked", link_json(user)},
        {"version", user.version},
        {"created", time_text(user.created)},
        {"updated", time_text(user.updated)},
        {"seen", time_or_null(user.seen)}
    };
}

}  // namespace porteur::people_handling

namespace porteur::handlers {
namespace {

using namespace people_handling;

// ------------------------------------------------------------------ what is shown

json::object member_json(const Member& member) {
    return {
        {"id", id_text(member.id)},
        {"tenant", member.tenant},
        {"kind", word_of(member.kind)},
        {"name", member.name},
        {"extension", member.extension},
        {"version", member.version},
        {"created", time_text(member.created)},
        {"updated", time_text(member.updated)}
    };
}

json::object token_json(const TokenShown& token) {
    json::object out{
        {"id", id_text(token.id)},
        {"tenant", token.tenant},
        {"name", token.name},
        {"scope", token.scope},
        {"created", time_text(token.created)},
        {"expires", time_or_null(token.expires)},
        {"revoked", time_or_null(token.revoked)}
    };
    if (!token.token.empty()) out["token"] = token.token;
    return out;
}

template <class T>
std::string cursor_after(const T& last) {
    return id_text(last.id);
}

/// The id that the path names.
template <class Missing>
std::expected<Id, Answer> id_of(const Request& request, Missing missing) {
    const auto id = id_from_text(request.segments.front());
    if (!id) return std::unexpected(absent(missing(quoted(request.segments.front(), 40))));
    return *id;
}

std::string no_user(const std::string& id) {
    return phrase("there is no user {1} among yours", id);
}
std::string no_member(const std::string& id) {
    return phrase("there is no member {1} among yours", id);
}
std::string no_token(const std::string& id) {
    return phrase("there is no token {1} among yours", id);
}

// ------------------------------------------------------------------ what is wished

template <class Check>
Result<void> take_text(
    const json::object& body, std::string_view key, std::optional<std::string>& into, Check check
) {
    auto text = text_of(body, key);
    if (!text) return std::unexpected(std::move(text).error());
    into = std::move(*text);
    if (!into) return {};
    return check(*into);
}

Result<void> anything(std::string_view) { return {}; }

Result<UserWish> user_wish_of(const json::object& body) {
    UserWish wish;
    auto tenant = account_of(body, "tenant");
    if (!tenant) return std::unexpected(std::move(tenant).error());
    wish.tenant = *tenant;
    if (auto fits = take_text(body, "login", wish.login, anything); !fits)
        return std::unexpected(fits.error());
    if (wish.login) {
        wish.login = folded_login(*wish.login);
        if (auto fits = check_login(*wish.login); !fits) return std::unexpected(fits.error());
    }
    if (auto fits = take_text(body, "password", wish.password, anything); !fits)
        return std::unexpected(fits.error());
    if (auto fits = take_text(body, "name", wish.name, check_name); !fits)
        return std::unexpected(fits.error());
    if (auto fits = take_text(body, "language", wish.language, check_language); !fits)
        return std::unexpected(fits.error());
    auto disabled = flag_of(body, "disabled");
    if (!disabled) return std::unexpected(std::move(disabled).error());
    wish.disabled = *disabled;
    return wish;
}

Result<MemberWish> member_wish_of(const json::object& body) {
    MemberWish wish;
    auto tenant = account_of(body, "tenant");
    if (!tenant) return std::unexpected(std::move(tenant).error());
    wish.tenant = *tenant;
    std::optional<std::string> kind;
    if (auto fits = take_text(body, "kind", kind, anything); !fits)
        return std::unexpected(fits.error());
    if (kind) {
        wish.kind = member_kind_of(*kind);
        if (!wish.kind)
            return wrong(
                "/kind: " +
                phrase("is {1}; expected one of {2}", quoted(*kind, 40), "user service group")
            );
    }
    if (auto fits = take_text(body, "name", wish.name, check_name); !fits)
        return std::unexpected(fits.error());
    if (auto fits = take_text(body, "extension", wish.extension, check_extension); !fits)
        return std::unexpected(fits.error());
    return wish;
}

Answer missing(std::string_view key) {
    return problem_answer(
        problems::invalid_input, "/" + std::string(key) + ": " + phrase("is missing")
    );
}

}  // namespace

// ------------------------------------------------------------------ people

Async<Answer> list_users(Api& api, Request& request) {
    auto wanted = wanted_of(request);
    if (!wanted) co_return problem_answer(wanted.error());
    auto found = api.services.people().users(request.caller, *wanted);
    if (!found) co_return problem_answer(found.error());
    co_return page_answer("users", std::move(*found), wanted->limit - 1, user_json, cursor_after<User>);
}

Async<Answer> show_user(Api& api, Request& request) {
    const auto id = id_of(request, no_user);
    if (!id) co_return id.error();
    const auto found = api.services.people().user(request.caller, *id);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return absent(no_user(id_text(*id)));
    co_return changed_answer<User>(**found, 200, user_json);
}

Async<Answer> create_user(Api& api, Request& request) {
    auto body = read_object(request.body, "tenant login password name language");
    if (!body) co_return problem_answer(body.error());
    auto wish = user_wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    if (!wish->login) co_return missing("login");
    if (!wish->name) co_return missing("name");
    if (wish->password)
        if (auto fits = check_password(*wish->password, *wish->login); !fits)
            co_return problem_answer(fits.error());
    const auto made = co_await api.services.people().add_user(
        request.caller, std::move(*wish), kept_answer<User>(request, 201, user_json)
    );
    auto answer = changed_answer(made, 201, user_json);
    if (made) answer.headers.emplace_back("Location", "/v1/users/" + id_text(made->id));
    co_return answer;
}

Async<Answer> change_user(Api& api, Request& request) {
    const auto id = id_of(request, no_user);
    if (!id) co_return id.error();
    auto body = read_object(request.body, "tenant name language disabled");
    if (!body) co_return problem_answer(body.error());
    auto wish = user_wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    const auto version = version_of(request);
    if (!version) co_return problem_answer(version.error());
    co_return changed_answer(
        co_await api.services.people().change_user(
            request.caller, *id, *version, std::move(*wish),
            kept_answer<User>(request, 200, user_json)
        ),
        200, user_json
    );
}

Async<Answer> change_password(Api& api, Request& request) {
    const auto id = id_of(request, no_user);
    if (!id) co_return id.error();
    auto body = read_object(request.body, "password current");
    if (!body) co_return problem_answer(body.error());
    auto password = text_of(*body, "password");
    if (!password) co_return problem_answer(password.error());
    if (!*password) co_return missing("password");
    auto current = text_of(*body, "current");
    if (!current) co_return problem_answer(current.error());
    co_return changed_answer(
        co_await api.services.people().change_password(
            request.caller, *id, std::move(**password), std::move(*current).value_or(""),
            request.credentials.cookie
        ),
        200, user_json
    );
}

// ------------------------------------------------------------------ members

Async<Answer> list_members(Api& api, Request& request) {
    auto wanted = wanted_of(request);
    if (!wanted) co_return problem_answer(wanted.error());
    if (!wanted->kind.empty() && !member_kind_of(wanted->kind))
        co_return problem_answer(
            problems::invalid_input,
            phrase(
                "the parameter {1} is {2}; expected {3:text}", "kind", quoted(wanted->kind, 40),
                phrase("one of {1}", "user service group")
            )
        );
    auto found = api.services.people().members(request.caller, *wanted);
    if (!found) co_return problem_answer(found.error());
    co_return page_answer("members", std::move(*found), wanted->limit - 1, member_json, cursor_after<Member>);
}

Async<Answer> show_member(Api& api, Request& request) {
    const auto id = id_of(request, no_member);
    if (!id) co_return id.error();
    const auto found = api.services.people().member(request.caller, *id);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return absent(no_member(id_text(*id)));
    co_return changed_answer<Member>(**found, 200, member_json);
}

Async<Answer> create_member(Api& api, Request& request) {
    auto body = read_object(request.body, "tenant kind name extension");
    if (!body) co_return problem_answer(body.error());
    auto wish = member_wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    if (!wish->kind) co_return missing("kind");
    if (!wish->name) co_return missing("name");
    const auto made = co_await api.services.people().add_member(
        request.caller, std::move(*wish), kept_answer<Member>(request, 201, member_json)
    );
    auto answer = changed_answer(made, 201, member_json);
    if (made) answer.headers.emplace_back("Location", "/v1/members/" + id_text(made->id));
    co_return answer;
}

Async<Answer> change_member(Api& api, Request& request) {
    const auto id = id_of(request, no_member);
    if (!id) co_return id.error();
    auto body = read_object(request.body, "kind name extension");
    if (!body) co_return problem_answer(body.error());
    auto wish = member_wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    const auto version = version_of(request);
    if (!version) co_return problem_answer(version.error());
    co_return changed_answer(
        co_await api.services.people().change_member(
            request.caller, *id, *version, std::move(*wish),
            kept_answer<Member>(request, 200, member_json)
        ),
        200, member_json
    );
}

Async<Answer> remove_member(Api& api, Request& request) {
    const auto id = id_of(request, no_member);
    if (!id) co_return id.error();
    const auto gone = co_await api.services.people().remove_member(request.caller, *id);
    if (!gone) co_return problem_answer(gone.error());
    co_return answer_with({{"id", id_text(*id)}, {"removed", true}});
}

// ------------------------------------------------------------------ tokens

Async<Answer> list_tokens(Api& api, Request& request) {
    auto wanted = wanted_of(request);
    if (!wanted) co_return problem_answer(wanted.error());
    auto found = api.services.people().tokens(request.caller, *wanted);
    if (!found) co_return problem_answer(found.error());
    co_return page_answer("tokens", std::move(*found), wanted->limit - 1, token_json, cursor_after<TokenShown>);
}

Async<Answer> create_token(Api& api, Request& request) {
    auto body = read_object(request.body, "tenant name scope expires");
    if (!body) co_return problem_answer(body.error());
    TokenWish wish;
    auto tenant = account_of(*body, "tenant");
    if (!tenant) co_return problem_answer(tenant.error());
    wish.tenant = *tenant;
    auto name = text_of(*body, "name");
    if (!name) co_return problem_answer(name.error());
    if (!*name) co_return missing("name");
    if (auto fits = check_token_name(**name); !fits) co_return problem_answer(fits.error());
    wish.name = std::move(**name);
    auto scope = text_of(*body, "scope");
    if (!scope) co_return problem_answer(scope.error());
    wish.scope = std::move(*scope).value_or("");
    if (wish.scope != "operator" && wish.scope != "read")
        co_return problem_answer(
            problems::invalid_input,
            "/scope: " +
                phrase("is {1}; expected one of {2}", quoted(wish.scope, 40), "operator read")
        );
    auto expires = text_of(*body, "expires");
    if (!expires) co_return problem_answer(expires.error());
    if (*expires) {
        const auto time = read_rfc3339(**expires);
        if (!time)
            co_return problem_answer(
                problems::invalid_input,
                "/expires: " + phrase(
                                   "is {1}; expected {2:text}", quoted(**expires, 40),
                                   "a time as in 2026-12-01T00:00:00Z"
                               )
            );
        wish.expires = *time;
    }
    const auto made = co_await api.services.people().add_token(
        request.caller, std::move(wish), kept_answer<TokenShown>(request, 201, token_json)
    );
    if (!made) co_return problem_answer(made.error());
    co_return answer_with(token_json(*made), 201);
}

Async<Answer> revoke_token(Api& api, Request& request) {
    const auto id = id_of(request, no_token);
    if (!id) co_return id.error();
    const auto revoked = co_await api.services.people().revoke_token(request.caller, *id);
    if (!revoked) co_return problem_answer(revoked.error());
    co_return answer_with(token_json(*revoked));
}

}  // namespace porteur::handlers
