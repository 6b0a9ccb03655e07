// SPDX-License-Identifier: Apache-2.0
#include "api/order_request.hpp"

#include <algorithm>
#include <set>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

constexpr std::size_t pin_length_max = 64;

std::unexpected<Error> wrong(std::string pointer, std::string_view text) {
    return failure(ErrorKind::invalid_input, std::move(pointer) + ": " + std::string(text));
}

SecretShape shape_of(std::string_view secret) {
    return {
        .given = !secret.empty(),
        .length = static_cast<std::int64_t>(secret.size()),
        .digits_only = !secret.empty() && secret.find_first_not_of("0123456789") == secret.npos
    };
}

/// Takes the PIN out of what was written and puts its shape there.
Result<std::optional<std::string>> take_pin(json::object& written, SecretShape kept) {
    const auto* pin = written.if_contains("pin");
    std::optional<std::string> given;
    if (pin && pin->is_null()) {
        given.emplace();
    } else if (pin) {
        // Never quoted: it may be the secret in a wrong form.
        if (!pin->is_string())
            return wrong("/request/pin", "expected text, as in \"123456\", or null");
        given = pin->get_string();
        if (given->empty() || given->size() > pin_length_max)
            return wrong("/request/pin", "expected 1 to 64 characters");
        if (std::ranges::any_of(*given, [](char letter) { return letter < ' ' || letter > '~'; }))
            return wrong("/request/pin", "expected letters, digits and signs of ASCII");
    }
    written["pin"] = to_json(given ? shape_of(*given) : kept);
    return given;
}

/// Puts the whole of each stored document where its id stood.
Result<void> resolve_documents(ApiServices& services, const Caller& caller, json::object& written) {
    auto* documents = written.if_contains("documents");
    if (!documents || documents->is_null()) return {};
    if (!documents->is_array())
        return wrong("/request/documents", "expected a list of document ids");
    std::size_t index = 0;
    for (auto& each : documents->get_array()) {
        const auto pointer = "/request/documents/" + std::to_string(index++);
        const auto* id = each.is_object() ? each.get_object().if_contains("id") : &each;
        if (!id || !id->is_string())
            return wrong(pointer, "expected the id of an uploaded document, or an object with it");
        if (each.is_object())
            if (auto read = from_json<DocumentRef>(each, UnknownKeys::refuse); !read)
                return failure(ErrorKind::invalid_input, pointer + read.error().message);
        auto stored = services.document(caller, std::string(id->get_string()));
        if (!stored) return std::unexpected(std::move(stored).error());
        if (!*stored)
            return wrong(
                pointer,
                phrase("there is no document {1}; upload it with POST /v1/documents first", quoted(id->get_string(), 40))
            );
        each = to_json((*stored)->about);
    }
    return {};
}

template <class Model>
Result<OrderRequest> checked(const json::object& written) {
    auto model = from_json<Model>(written, UnknownKeys::refuse);
    if (!model) {
        auto error = std::move(model).error();
        error.message =
            (error.message.starts_with('/') ? "/request" : "/request: ") + error.message;
        return std::unexpected(std::move(error));
    }
    std::set<std::string_view> seen;
    for (std::size_t index = 0; index < model->numbers.size(); ++index)
        if (!seen.insert(model->numbers[index].text()).second)
            return wrong(
                "/request/numbers/" + std::to_string(index),
                phrase("this number, {1}, stands in the list already", model->numbers[index].masked())
            );
    return OrderRequest{
        .canonical = to_brief_text(*model), .pin = std::nullopt, .number_count = model->numbers.size()
    };
}

void merge(json::object& into, const json::object& changes) {
    for (const auto& change : changes) {
        if (change.value().is_null()) {
            into.erase(change.key());
        } else if (change.value().is_object()) {
            auto& field = into[change.key()];
            if (!field.is_object()) field.emplace_object();
            merge(field.get_object(), change.value().get_object());
        } else {
            into[change.key()] = change.value();
        }
    }
}

}  // namespace

Result<OrderRequest> read_order_request(
    ApiServices& services, const Caller& caller, OrderKind kind, json::object written,
    SecretShape pin_kept
) {
    for (const auto* of_host : {"reference", "attempt"})
        if (written.contains(of_host))
            return wrong(std::string("/request/") + of_host, "the host sets it; leave it out here");
    std::optional<std::string> pin;
    if (kind == OrderKind::port) {
        auto taken = take_pin(written, pin_kept);
        if (!taken) return std::unexpected(std::move(taken).error());
        pin = std::move(*taken);
    } else if (written.contains("pin")) {
        return wrong(
            "/request/pin", "there is no such field"
        );  // and what it holds is not repeated
    }
    if (auto done = resolve_documents(services, caller, written); !done)
        return std::unexpected(std::move(done).error());
    auto read =
        kind == OrderKind::port ? checked<PortOrder>(written) : checked<PurchaseOrder>(written);
    if (read) read->pin = std::move(pin);
    return read;
}

Result<OrderRequest> merge_order_request(
    ApiServices& services, const Caller& caller, const Order& order, const json::object& changes
) {
    auto before = parse_json(order.request);
    if (!before || !before->is_object())
        return failure(
            ErrorKind::internal, phrase("the request of order {1} cannot be read", id_text(order.id))
        );
    auto& request = before->get_object();
    request.erase("reference");
    request.erase("attempt");
    SecretShape pin_kept;
    if (const auto* pin = request.if_contains("pin"))
        if (auto shape = from_json<SecretShape>(*pin)) pin_kept = *shape;
    request.erase("pin");
    merge(request, changes);
    // In a merge null takes away, and for the PIN that must not look like "as it was".
    if (const auto* pin = changes.if_contains("pin"); pin && pin->is_null())
        request["pin"] = nullptr;
    return read_order_request(services, caller, order.kind, std::move(request), pin_kept);
}

Result<json::object> read_object(std::string_view body, std::string_view known_keys) {
    auto value = parse_json(body);
    if (!value) return failure(ErrorKind::invalid_input, phrase("the body is {1:text}", value.error().message));
    if (!value->is_object())
        return failure(ErrorKind::invalid_input, "the body is not a JSON object");
    for (const auto& pair : value->get_object()) {
        const auto padded = " " + std::string(known_keys) + " ";
        if (padded.find(" " + std::string(pair.key()) + " ") == padded.npos)
            return failure(
                ErrorKind::invalid_input,
                "/" + detail::escaped_token(pair.key()) +
                    ": " + phrase("there is no such field; there are: {1}", known_keys)
            );
    }
    return std::move(value->get_object());
}

}  // namespace porteur
