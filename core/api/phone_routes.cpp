// SPDX-License-Identifier: Apache-2.0
// One's own telephone: a soft phone in the browser, and being called back.
#include "api/people_handling.hpp"
#include "api/phone_services.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;

/// Null, with the answer filled in: a token asks, or there are no telephones.
PhoneServices* phones_of(Api& api, const Request& request, Answer& refusal) {
    if (request.caller.person == 0) {
        refusal =
            problem_answer(problems::bad_request, phrase("a token has no telephone; people have"));
        return nullptr;
    }
    auto* phones = api.services.people().phones();
    if (!phones)
        refusal = problem_answer(
            problems::unsupported, phrase("no telephone system is set up for this account")
        );
    return phones;
}

json::object phone_json(const PhoneShown& phone) {
    return {
        {"phone",
         phone.phone.empty() ? json::value(nullptr) : json::value(json::string(phone.phone))},
        {"soft_phone", phone.soft_phone},
        {"can_call_back", phone.can_call_back},
        {"domain", phone.domain},
        {"sip_user", phone.sip_user},
        {"has_password", phone.has_password},
        {"call_back", phone.call_back}
    };
}

Answer call_back_answer(const Result<CallBack>& made) {
    if (!made) return problem_answer(made.error());
    return answer_with({{"from", made->from}, {"to", made->to}}, 202);
}

}  // namespace

Async<Answer> show_own_phone(Api& api, Request& request) {
    // Every page asks: a token, and an account without telephones, are told that there is none.
    auto* phones = request.caller.person == 0 ? nullptr : api.services.people().phones();
    if (!phones) co_return answer_with(phone_json({}));
    const auto shown = phones->phone(request.caller);
    if (!shown) co_return problem_answer(shown.error());
    co_return answer_with(phone_json(*shown));
}

Async<Answer> change_own_phone(Api& api, Request& request) {
    Answer refusal;
    auto* phones = phones_of(api, request, refusal);
    if (!phones) co_return refusal;
    auto body = read_object(request.body, "sip_user password call_back");
    if (!body) co_return problem_answer(body.error());
    PhoneWish wish;
    for (const auto& [key, into] :
         {std::pair<std::string_view, std::optional<std::string>*>{"sip_user", &wish.sip_user},
          {"password", &wish.password},
          {"call_back", &wish.call_back}}) {
        const auto* value = body->if_contains(key);
        auto text = text_of(*body, key);
        if (!text) co_return problem_answer(text.error());
        *into = std::move(*text);
        if (value && value->is_null()) into->emplace();
    }
    const auto shown = co_await phones->change_phone(request.caller, std::move(wish));
    if (!shown) co_return problem_answer(shown.error());
    co_return answer_with(phone_json(*shown));
}

Async<Answer> give_phone_credentials(Api& api, Request& request) {
    Answer refusal;
    auto* phones = phones_of(api, request, refusal);
    if (!phones) co_return refusal;
    const auto given = phones->credentials(request.caller);
    if (!given) co_return problem_answer(given.error());
    co_return answer_with(
        {{"websocket", given->websocket},
         {"domain", given->domain},
         {"sip_user", given->sip_user},
         {"password", given->password}}
    );
}

Async<Answer> call_back(Api& api, Request& request) {
    Answer refusal;
    auto* phones = phones_of(api, request, refusal);
    if (!phones) co_return refusal;
    auto body = read_object(request.body, "number");
    if (!body) co_return problem_answer(body.error());
    auto number = text_of(*body, "number");
    if (!number) co_return problem_answer(number.error());
    if (!*number)
        co_return problem_answer(problems::invalid_input, "/number: " + phrase("is missing"));
    std::optional<AnswerKept<Result<CallBack>>> kept;
    if (!request.key.empty())
        kept = {
            .key = request.key,
            .fingerprint = request.fingerprint,
            .answer =
                [](const Result<CallBack>& made) {
                    auto answer = call_back_answer(made);
                    return std::pair(answer.status, std::move(answer.body));
                }
        };
    co_return call_back_answer(
        co_await phones->call_back(request.caller, std::move(**number), std::move(kept))
    );
}

}  // namespace porteur::handlers
