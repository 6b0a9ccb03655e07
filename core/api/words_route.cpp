// SPDX-License-Identifier: Apache-2.0
#include <porteur/json.hpp>

#include "api/in_language.hpp"
#include "api/routes.hpp"
#include "tongue/words.hpp"

namespace porteur::handlers {

Async<Answer> list_words(Api&, Request& request) {
    const auto language = language_of(request);
    const auto& tongue = Tongue::of(language);
    const auto kind = request.parameter("kind");
    json::array items;
    for (const auto& each : all_words())
        if (kind.empty() || each.kind == kind)
            items.push_back(json::object{
                {"kind", each.kind},
                {"code", each.code},
                {"label", tongue.word(each.kind, each.code)},
                {"explanation", tongue.explanation(each.kind, each.code)}
            });
    Answer answer;
    answer.body = canonical(json::object{{"items", std::move(items)}});
    answer.headers.emplace_back("Content-Language", code_of(language));
    co_return answer;
}

}  // namespace porteur::handlers
