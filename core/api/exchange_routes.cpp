// SPDX-License-Identifier: Apache-2.0
// What went to a carrier for an order and what came back, as it was but for what nobody needs to
// see.
#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>

#include "api/exchange_routes.hpp"
#include "api/order_handling.hpp"
#include "api/order_json.hpp"
#include "api/outward_services.hpp"
#include "api/problem.hpp"

namespace porteur::handlers {
namespace {

using namespace order_handling;

constexpr std::size_t text_size_max = 16 * 1024;
/// Longer texts within are files; the host puts none in, but carriers may send some back. Their
/// size is shown.
constexpr std::size_t value_size_max = 2'000;
constexpr std::string_view hidden = "•••";

/// "account_number", "AccountNumber" -> "accountnumber".
std::string plain(std::string_view name) {
    std::string out;
    for (const char letter : name)
        if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'))
            out += letter;
        else if (letter >= 'A' && letter <= 'Z')
            out += static_cast<char>(letter - 'A' + 'a');
    return out;
}

bool is_secret(std::string_view name) {
    static constexpr std::array words{"password",      "passcode", "secret",    "token",
                                      "authorization", "apikey",   "credential"};
    return name == "pin" || name.ends_with("pin") || name.ends_with("pincode") ||
           std::ranges::any_of(words, [&](std::string_view word) {
               return name.find(word) != name.npos;
           });
}
bool is_account_number(std::string_view name) {
    return name == "accountnumber" || name.ends_with("accountnumber") || name == "account";
}

void mask(json::value& value) {
    if (value.is_array()) {
        for (auto& each : value.get_array()) mask(each);
    } else if (value.is_object()) {
        for (auto& each : value.get_object()) {
            const auto name = plain(each.key());
            auto& inner = each.value();
            const bool is_leaf = !inner.is_object() && !inner.is_array() && !inner.is_null();
            if (is_leaf && is_secret(name) && inner != json::value("")) {
                inner = json::string(hidden);
            } else if (is_leaf && is_account_number(name) && inner.is_string() &&
                       inner.get_string().size() > 4) {
                const std::string_view whole = inner.get_string();
                inner =
                    json::string(std::string(hidden) + std::string(whole.substr(whole.size() - 4)));
            } else {
                mask(inner);
            }
        }
    } else if (value.is_string() && value.get_string().size() > value_size_max) {
        value = json::string("…[" + std::to_string(value.get_string().size()) + "]");
    }
}

/// JSON is masked and laid out; anything else is shown as it is, cut where it grows long.
std::string shown(std::string_view body) {
    boost::system::error_code wrong;
    auto parsed = json::parse(body, wrong);
    if (!wrong && (parsed.is_object() || parsed.is_array())) {
        mask(parsed);
        auto text = canonical(parsed);
        if (text.size() <= text_size_max) return text;
        return quoted(text, text_size_max);
    }
    // Bytes that are no text, and marks of control, are made visible.
    return body.empty() ? std::string() : quoted(body, text_size_max);
}

json::value head_member(const json::value& head, std::string_view name) {
    const auto* object = head.if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found ? *found : json::value(nullptr);
}

json::object exchange_json(const Exchange& each) {
    boost::system::error_code wrong;
    auto asked = json::parse(each.sent.head, wrong);
    if (wrong) asked = nullptr;
    json::value answered = nullptr;
    if (each.answered) {
        answered = json::parse(each.answered->head, wrong);
        if (wrong) answered = nullptr;
    }
    mask(asked);
    auto query = head_member(asked, "query");
    if (query.is_array())
        for (auto& pair : query.get_array())
            if (pair.is_array() && pair.get_array().size() == 2 && pair.at(0).is_string() &&
                is_secret(plain(pair.at(0).get_string())))
                pair.get_array()[1] = json::string(hidden);
    const bool is_mail = each.sent.kind == EffectKind::mail;
    const bool failed = each.answered && each.answered->kind != ErrorKind::none;
    const auto address = head_member(asked, "url").is_string() ? head_member(asked, "url")
                                                               : head_member(asked, "path");
    static constexpr std::array guarantees{"SAFE", "KEYED", "ONCE"};
    const auto guarantee = each.sent.guarantee == Guarantee::once    ? 2U
                           : each.sent.guarantee == Guarantee::keyed ? 1U
                                                                     : 0U;
    return {
        {"address", is_mail ? head_member(asked, "to") : address},
        {"answer",
         each.answered ? json::value(json::string(shown(each.answered->body))) : json::value("")},
        {"at", time_text(each.at)},
        {"ended",
         each.ended ? json::value(json::string(time_text(*each.ended))) : json::value(nullptr)},
        {"failed", failed ? name_of(each.answered->kind) : ""},
        {"guarantee", guarantees[guarantee]},
        {"lost", each.is_lost},
        {"message", failed ? head_member(answered, "message") : json::value(nullptr)},
        {"method", is_mail ? json::value(nullptr) : head_member(asked, "method")},
        {"query", std::move(query)},
        {"sent", shown(each.sent.body)},
        {"status", head_member(answered, "status")},
        {"step", each.sent.step},
        {"subject", is_mail ? head_member(asked, "subject") : json::value(nullptr)},
        {"transport", is_mail ? "mail" : "http"}
    };
}

}  // namespace

Async<Answer> show_exchanges(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    const auto wanted = request.parameter("operation");
    const auto id = id_from_text(wanted);
    auto found = id ? api.services.outward().exchanges(request.caller, order->id, *id)
                    : Result<std::optional<std::vector<Exchange>>>(std::nullopt);
    if (!found) co_return problem_answer(found.error());
    if (!*found)
        co_return problem_answer(
            problems::invalid_input,
            phrase(
                "the parameter operation is {1}; expected one of the order's operations",
                quoted(wanted, 40)
            ),
            "operation"
        );
    json::array items;
    for (const auto& each : **found) items.push_back(exchange_json(each));
    Answer answer;
    answer.body = canonical(json::object{{"items", std::move(items)}});
    co_return answer;
}

}  // namespace porteur::handlers
