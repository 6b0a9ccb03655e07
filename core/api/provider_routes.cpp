// SPDX-License-Identifier: Apache-2.0
// Signing in at a provider of OpenID Connect: the browser is sent there, and comes back.
#include <algorithm>

#include "api/identity.hpp"
#include "api/people_handling.hpp"
#include "api/provider_services.hpp"
#include "api/session_handling.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;
using session_handling::cookie_text;
using session_handling::signed_in_answer;

/// Of a sign-in under way: it must come along when the provider sends the browser back, from its
/// own site.
constexpr std::string_view kept_cookie = "porteur_oidc";
constexpr std::string_view kept_rest = "; Path=/v1/session/oidc; Secure; HttpOnly; SameSite=Lax";
/// Of whoever the provider has signed in and who owes a code: only a page of ours sends it.
constexpr std::string_view step_cookie = "porteur_oidc_step";
constexpr std::string_view step_rest = "; Path=/v1/session/oidc; Secure; HttpOnly; SameSite=Strict";
constexpr std::string_view gone = "; Max-Age=0";

std::string text(std::string_view name, std::string_view value, std::string_view rest) {
    auto out = std::string(name) + "=" + std::string(value) + std::string(rest);
    return value.empty() ? out + std::string(gone) : out;
}

Answer no_provider(std::string_view name) {
    return absent(
        phrase("there is no provider {1}; GET /v1/session/providers lists them", quoted(name, 40))
    );
}

Answer sent_on(const ProviderWay& way) {
    Answer answer;
    answer.status = 302;
    answer.content_type = "text/plain";  // of nothing
    answer.headers.emplace_back("Location", way.location);
    answer.headers.emplace_back("Set-Cookie", text(kept_cookie, way.kept, kept_rest));
    if (!way.step.empty())
        answer.headers.emplace_back("Set-Cookie", text(step_cookie, way.step, step_rest));
    if (!way.session.empty()) answer.headers.emplace_back("Set-Cookie", cookie_text(way.session));
    return answer;
}

ProviderSignIn* providers_of(Api& api) { return api.services.people().provider_sign_in(); }

}  // namespace

Async<Answer> list_providers(Api& api, Request&) {
    json::array out;
    if (const auto* providers = providers_of(api))
        for (const auto& each : providers->providers())
            out.push_back(json::object{{"name", each.name}, {"title", each.title}});
    co_return answer_with({{"providers", std::move(out)}});
}

Async<Answer> begin_at_provider(Api& api, Request& request) {
    auto* providers = providers_of(api);
    if (!providers) co_return no_provider(request.segments.front());
    const auto* host = request.field("host");
    const auto way = co_await providers->begin(
        {.provider = request.segments.front(),
         .to = std::string(request.parameter("to")),
         .host = host ? *host : std::string(),
         .address = request.address}
    );
    if (!way) co_return problem_answer(way.error());
    co_return sent_on(*way);
}

Async<Answer> return_from_provider(Api& api, Request& request) {
    auto* providers = providers_of(api);
    if (!providers) co_return no_provider(request.segments.front());
    const auto way = co_await providers->finish(
        {.provider = request.segments.front(),
         .code = std::string(request.parameter("code")),
         .state = std::string(request.parameter("state")),
         .issuer = std::string(request.parameter("iss")),
         .error = std::string(request.parameter("error")),
         .kept = std::string(cookie_of(request, kept_cookie)),
         .address = request.address}
    );
    if (!way) co_return problem_answer(way.error());
    co_return sent_on(*way);
}

Async<Answer> finish_with_code(Api& api, Request& request) {
    auto body = read_object(request.body, "code");
    if (!body) co_return problem_answer(body.error());
    auto code = text_of(*body, "code");
    if (!code) co_return problem_answer(code.error());
    if (!*code) co_return problem_answer(problems::invalid_input, "/code: " + phrase("is missing"));
    auto* providers = providers_of(api);
    const std::string step(cookie_of(request, step_cookie));
    if (!providers || step.empty())
        co_return problem_answer(
            problems::unauthenticated, phrase("no provider has signed anybody in here; begin again")
        );
    const auto signed_in =
        co_await providers->finish_with_code(step, std::move(**code), request.address);
    auto answer = signed_in_answer(api, signed_in);
    if (signed_in) answer.headers.emplace_back("Set-Cookie", text(step_cookie, {}, step_rest));
    co_return answer;
}

// ------------------------------------------------------------------ who is who there

Async<Answer> link_user(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id)
        co_return absent(
            phrase("there is no user {1} among yours", quoted(request.segments.front(), 40))
        );
    auto body = read_object(request.body, "provider subject");
    if (!body) co_return problem_answer(body.error());
    auto provider = text_of(*body, "provider"), subject = text_of(*body, "subject");
    for (const auto* each : {&provider, &subject})
        if (!*each) co_return problem_answer(each->error());
    if (!*provider)
        co_return problem_answer(problems::invalid_input, "/provider: " + phrase("is missing"));
    if (!*subject)
        co_return problem_answer(problems::invalid_input, "/subject: " + phrase("is missing"));
    const auto* providers = providers_of(api);
    const auto issuer = providers ? providers->issuer_of(**provider) : std::nullopt;
    if (!issuer)
        co_return problem_answer(
            problems::invalid_input,
            "/provider: " + phrase(
                                "there is no provider {1}; GET /v1/session/providers lists them",
                                quoted(**provider, 40)
                            )
        );
    if ((*subject)->empty() || (*subject)->size() > 255 ||
        std::ranges::any_of(**subject, [](char letter) { return letter < ' ' || letter > '~'; }))
        co_return problem_answer(
            problems::invalid_input,
            "/subject: " + phrase("expected what the provider calls the person (\"sub\"), up to "
                                  "255 characters of ASCII")
        );
    const auto user =
        co_await api.services.people().link_user(request.caller, *id, *issuer + " " + **subject);
    co_return changed_answer(user, 200, user_json);
}

Async<Answer> unlink_user(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id)
        co_return absent(
            phrase("there is no user {1} among yours", quoted(request.segments.front(), 40))
        );
    const auto user = co_await api.services.people().link_user(request.caller, *id, {});
    co_return changed_answer(user, 200, user_json);
}

}  // namespace porteur::handlers
