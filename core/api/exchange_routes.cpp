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

namespace porteur {
namespace {

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

/// @param name  plain
bool is_secret(std::string_view name) {
    static constexpr std::array words{
        "password",   "passwd",     "passcode",  "passphrase", "secret",         "token",
        "apikey",     "accesskey",  "privatekey", "credential", "authorization",  "cookie",
        "sessionid",  "pincode",    "pinnumber", "pinno",      "socialsecurity", "socialinsurance"
    };
    static constexpr std::array ends{"pin", "pwd", "ssn"};
    const auto stands_in = [&](std::string_view word) { return name.find(word) != name.npos; };
    const auto ends_it = [&](std::string_view word) { return name.ends_with(word); };
    return name == "sin" || std::ranges::any_of(ends, ends_it) ||
           std::ranges::any_of(words, stands_in);
}
bool is_account_number(std::string_view name) {
    static constexpr std::array words{"accountnumber", "accountno", "acctnumber", "acctno"};
    return name == "account" || name == "acct" ||
           std::ranges::any_of(words, [&](std::string_view word) {
               return name.find(word) != name.npos;
           });
}

/// "•••0100": the end, by which people know it; of a short one nothing.
std::string end_of(std::string_view whole) {
    const auto end = whole.size() > 4 ? whole.substr(whole.size() - 4) : std::string_view();
    const bool is_plain = std::ranges::all_of(end, [](char letter) { return letter > ' ' && letter <= '~'; });
    return std::string(hidden) + std::string(is_plain ? end : std::string_view());
}

void mask(json::value& value);

/// Under a name that account numbers have: texts and integers, in lists too.
void mask_account(json::value& value) {
    if (value.is_array())
        for (auto& each : value.get_array()) mask_account(each);
    else if (value.is_string() && !value.get_string().empty())
        value = json::string(end_of(value.get_string()));
    else if (value.is_number())
        value = json::string(end_of(canonical(value)));
    else
        mask(value);
}

void mask(json::value& value) {
    if (value.is_array()) {
        for (auto& each : value.get_array()) mask(each);
    } else if (value.is_object()) {
        for (auto& each : value.get_object()) {
            const auto name = plain(each.key());
            auto& inner = each.value();
            if (is_secret(name)) {
                if (!inner.is_null() && inner != json::value("")) inner = json::string(hidden);
            } else if (is_account_number(name)) {
                mask_account(inner);
            } else {
                mask(inner);
            }
        }
    } else if (value.is_string() && value.get_string().size() > value_size_max) {
        value = json::string("…[" + std::to_string(value.get_string().size()) + "]");
    }
}

/// "%5F" -> "_"; what is no escape stays.
std::string unescaped(std::string_view text) {
    const auto digit = [](char letter) {
        return letter >= '0' && letter <= '9'   ? letter - '0'
               : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
               : letter >= 'A' && letter <= 'F' ? letter - 'A' + 10
                                                : -1;
    };
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_escape = text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 &&
                               digit(text[at + 2]) >= 0;
        out += is_escape ? static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2])) : text[at];
        if (is_escape) at += 2;
    }
    return out;
}

/// "a=1&pin=2" -> "a=1&pin=•••".
std::string masked_form(std::string_view form) {
    std::string out;
    for (std::size_t at = 0; at <= form.size();) {
        const auto end = std::min(form.find('&', at), form.size());
        const auto pair = form.substr(at, end - at);
        const auto equals = std::min(pair.find('='), pair.size());
        const auto name = plain(unescaped(pair.substr(0, equals)));
        const auto value = pair.substr(std::min(equals + 1, pair.size()));
        out += pair.substr(0, std::min(equals + 1, pair.size()));
        if (is_secret(name) && !value.empty())
            out += hidden;
        else if (is_account_number(name) && !value.empty())
            out += end_of(value);
        else
            out += value;
        if (end < form.size()) out += '&';
        at = end + 1;
    }
    return out;
}

/// Base64 may look like a pair, so who does not say that it is a form has two of them at least.
bool is_form(std::string_view text, std::string_view type) {
    const auto name = text.substr(0, text.find('='));
    const auto in_name = [](char letter) {
        return plain({&letter, 1}).size() == 1 || std::string_view("_-.%[]").find(letter) != std::string_view::npos;
    };
    const auto fits = [](char letter) { return letter > ' ' && letter <= '~' && letter != '<' && letter != '"'; };
    const bool is_said = type.starts_with("application/x-www-form-urlencoded");
    return (is_said || (type.empty() && text.contains('&'))) && name.size() < text.size() && !name.empty() &&
           std::ranges::all_of(name, in_name) && std::ranges::all_of(text, fits);
}

/// "https://carrier.example/a?pin=1" -> with "pin=•••".
json::value masked_address(const json::value& address) {
    if (!address.is_string()) return address;
    const std::string_view whole = address.get_string();
    const auto mark = whole.find('?');
    if (mark == whole.npos) return address;
    return json::string(std::string(whole.substr(0, mark + 1)) + masked_form(whole.substr(mark + 1)));
}

/// JSON is masked and laid out, a form is masked. Of anything else nobody can say where its secrets
/// stand: its size and type are shown.
std::string shown(std::string_view body, std::string_view type) {
    if (body.empty()) return {};
    boost::system::error_code wrong;
    auto parsed = json::parse(body, wrong);
    if (!wrong && (parsed.is_object() || parsed.is_array())) {
        mask(parsed);
        auto text = canonical(parsed);
        if (text.size() <= text_size_max) return text;
        return quoted(text, text_size_max);
    }
    if (is_form(body, type)) {
        auto text = masked_form(body);
        return text.size() <= text_size_max ? text : quoted(text, text_size_max);
    }
    auto size = "…[" + std::to_string(body.size());
    if (type.empty() && body.front() == '<') type = "xml";
    if (!type.empty()) size += " " + quoted(type.substr(0, type.find(';')), 60);
    return size + "]";
}

/// Mails are in our own words, and secrets are put into them later.
std::string shown_mail(std::string_view text) { return text.empty() ? std::string() : quoted(text, text_size_max); }

json::value head_member(const json::value& head, std::string_view name) {
    const auto* object = head.if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found ? *found : json::value(nullptr);
}

}  // namespace

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
        for (auto& pair : query.get_array()) {
            if (!pair.is_array() || pair.get_array().size() != 2 || !pair.at(0).is_string()) continue;
            const auto name = plain(pair.at(0).get_string());
            auto& value = pair.get_array()[1];
            if (is_secret(name))
                value = json::string(hidden);
            else if (is_account_number(name))
                mask_account(value);
        }
    const bool is_mail = each.sent.kind == EffectKind::mail;
    const bool failed = each.answered && each.answered->kind != ErrorKind::none;
    const auto address = head_member(asked, "url").is_string() ? head_member(asked, "url")
                                                               : head_member(asked, "path");
    const auto type_sent = head_member(asked, "content");
    const auto type_answered = head_member(head_member(answered, "headers"), "content-type");
    const auto word = [](const json::value& value) {
        return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
    };
    const auto answer = each.answered ? shown(each.answered->body, word(type_answered)) : std::string();
    const auto sent = is_mail ? shown_mail(each.sent.body) : shown(each.sent.body, word(type_sent));
    static constexpr std::array guarantees{"SAFE", "KEYED", "ONCE"};
    const auto guarantee = each.sent.guarantee == Guarantee::once    ? 2U
                           : each.sent.guarantee == Guarantee::keyed ? 1U
                                                                     : 0U;
    return {
        {"address", is_mail ? head_member(asked, "to") : masked_address(address)},
        {"answer", answer},
        {"at", time_text(each.at)},
        {"ended",
         each.ended ? json::value(json::string(time_text(*each.ended))) : json::value(nullptr)},
        {"failed", failed ? name_of(each.answered->kind) : ""},
        {"guarantee", guarantees[guarantee]},
        {"lost", each.is_lost},
        {"message", failed ? head_member(answered, "message") : json::value(nullptr)},
        {"method", is_mail ? json::value(nullptr) : head_member(asked, "method")},
        {"query", std::move(query)},
        {"sent", sent},
        {"status", head_member(answered, "status")},
        {"step", each.sent.step},
        {"subject", is_mail ? head_member(asked, "subject") : json::value(nullptr)},
        {"transport", is_mail ? "mail" : "http"}
    };
}

namespace handlers {

using namespace order_handling;

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

}  // namespace handlers

}  // namespace porteur
