// SPDX-License-Identifier: Apache-2.0
// POST /v1/port-orders/{id}/loa: a letter of authorization out of an order.
#include <charconv>

#include <porteur/json.hpp>

#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::handlers {
namespace {

std::unexpected<Error> wrong(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

Result<void> read_signature(const json::value& written, LetterWish& wish) {
    if (written.is_null()) return {};
    if (!written.is_object()) return wrong("/signature: expected an object");
    const auto& signature = written.get_object();
    if (signature.size() != 1)
        return wrong("/signature: expected one of path, strokes and document");
    const auto& [key, value] = *signature.begin();
    if (key == "strokes") {
        if (!value.is_array()) return wrong("/signature/strokes: expected a list of strokes");
        wish.signature_strokes = value;
        return {};
    }
    if (key != "path" && key != "document")
        return wrong("/signature: expected one of path, strokes and document");
    if (!value.is_string() || value.get_string().empty())
        return wrong(std::string("/signature/") + std::string(key) + ": " + phrase("expected text"));
    (key == "path" ? wish.signature_path : wish.signature_document) = value.get_string();
    return {};
}

Result<LetterWish> read_wish(const Request& request) {
    auto body = read_object(request.body, "language date signature");
    if (!body) return std::unexpected(std::move(body).error());
    LetterWish wish;
    if (const auto* language = body->if_contains("language"); language && !language->is_null()) {
        if (!language->is_string() ||
            (language->get_string() != "en" && language->get_string() != "fr"))
            return wrong("/language: expected en or fr");
        wish.language = language->get_string();
    }
    if (const auto* date = body->if_contains("date"); date && !date->is_null()) {
        if (date->is_string()) wish.date = read_iso_date(date->get_string());
        if (!wish.date) return wrong("/date: expected a date, as in 2026-12-01");
    }
    if (const auto* signature = body->if_contains("signature"))
        if (auto read = read_signature(*signature, wish); !read)
            return std::unexpected(std::move(read).error());
    return wish;
}

std::string text_of(const LetterMade& made, std::string_view scope) {
    return canonical(json::object{
        {"attached", made.attached},
        {"document", document_json(made.document)},
        {"order", order_json(made.order, scope)}
    });
}

}  // namespace

Async<Answer> make_letter(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id)
        co_return problem_answer(
            problems::not_found, phrase("there is no order {1}", quoted(request.segments.front(), 40))
        );
    auto wish = read_wish(request);
    if (!wish) co_return problem_answer(wish.error());
    if (const auto* field = request.field("if-match"); field && *field != "*") {
        // One version: a letter is made of what somebody looked at.
        std::int64_t version = 0;
        const auto text = std::string_view(*field);
        const auto bare = text.size() > 2 ? text.substr(1, text.size() - 2) : std::string_view();
        const auto read = std::from_chars(bare.data(), bare.data() + bare.size(), version);
        if (read.ec != std::errc{} || read.ptr != bare.data() + bare.size() || version < 1)
            co_return problem_answer(
                problems::version,
                phrase("If-Match is {1}; expected the order's ETag", quoted(*field, 60)), "If-Match"
            );
        wish->if_version = version;
    }
    const auto scope = request.caller.scope;
    auto made = co_await api.services.make_letter(
        request.caller, *id, std::move(*wish),
        LetterIdempotency{
            .key = request.key,
            .fingerprint = request.fingerprint,
            .answer = [scope](const LetterMade& letter
                      ) { return std::pair(201, text_of(letter, scope)); }
        }
    );
    if (!made) co_return problem_answer(made.error());
    Answer answer;
    answer.status = 201;
    answer.body = text_of(*made, scope);
    answer.headers.emplace_back("Location", "/v1/documents/" + made->document.about.id);
    co_return answer;
}

}  // namespace porteur::handlers
