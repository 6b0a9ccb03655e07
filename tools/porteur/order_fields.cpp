// SPDX-License-Identifier: Apache-2.0
#include "order_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <porteur/calendar_text.hpp>
#include <porteur/model/phone_number.hpp>

#include "document_file.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

using enum ValueKind;

// clang-format off
constexpr auto table = std::to_array<OrderField>({
    {"--number", "/numbers", list, "NUMBER", told("a number, as in +14165550101; again for each"), true, true, true},
    {"--remaining", "/remaining", list, "NUMBER", told("a number that stays at the losing carrier"), true, false, true},
    {"--disconnect", "/disconnect", list, "NUMBER", told("a number that the losing carrier shall switch off"), true, false, true},
    {"--quantity", "/quantity", count, "N", told("how many of the area, where no number is named"), false, true},
    {"--area", "/area", text, "TEXT", told("rate center or area code, as 'porteur numbers search' takes it"), false, true},
    {"--country", "/country", text, "COUNTRY", told("where the numbers are, as in FR"), false, true},
    {"--number-type", "/number_type", choice, "", told("which numbers"), false, true, false, "local mobile national toll_free shared_cost short_code"},
    {"--losing-carrier", "/losing_carrier", text, "NAME", told("the losing carrier's name, where it is no account here"), true, false},
    {"--account-number", "/account_number", text, "TEXT", told("the account number at the losing carrier"), true, false},
    {"--btn", "/btn", text, "NUMBER", told("billing telephone number"), true, false, true},
    {"--new-btn", "/new_btn", text, "NUMBER", told("the remaining number that becomes it, when it leaves itself"), true, false, true},
    {"--date", "/requested_date", date, "DATE", told("the day wished for, as in 2026-12-01; else the earliest"), true, false},
    {"--time", "/requested_time", text, "HH:MM", told("the hour wished for, in the gaining carrier's zone; with --date"), true, false},
    {"--trunk", "/target/trunk", text, "ID", told("target: an existing trunk ('porteur targets' lists them)")},
    {"--offering", "/target/offering", text, "ID", told("target: a new service"), true, false},
    {"--parent", "/target/parent", text, "ID", told("target: the subscription that the new service belongs to"), true, false},
    {"--end-user", "/end_user/name", text, "NAME", told("legal name, as on the losing carrier's records")},
    {"--end-user-kind", "/end_user/kind", choice, "", told("business or individual"), true, true, false, "business individual"},
    {"--registration-number", "/end_user/registration_number", text, "TEXT", told("company register")},
    {"--tax-id", "/end_user/tax_id", text, "TEXT", told("tax number")},
    {"--person-first-name", "/end_user/authorized_person/first_name", text, "NAME", told("who signs for the end user")},
    {"--person-last-name", "/end_user/authorized_person/last_name", text, "NAME", told("who signs for the end user")},
    {"--person-title", "/end_user/authorized_person/title", text, "TEXT", told("their function")},
    {"--person-email", "/end_user/authorized_person/email", text, "ADDRESS", told("their mail")},
    {"--person-telephone", "/end_user/authorized_person/telephone", text, "NUMBER", told("their telephone")},
    {"--house-number", "/service_address/house_number", text, "TEXT", told("service address, as on record")},
    {"--street", "/service_address/street", text, "NAME", told("name of the street alone: King")},
    {"--street-type", "/service_address/street_type", text, "TEXT", told("St, Ave")},
    {"--street-direction", "/service_address/street_direction", text, "TEXT", told("W")},
    {"--unit", "/service_address/unit", text, "TEXT", told("suite, flat")},
    {"--city", "/service_address/city", text, "NAME", told("city")},
    {"--region", "/service_address/region", text, "REGION", told("province or state, as in ON")},
    {"--postal-code", "/service_address/postal_code", text, "CODE", told("postal code")},
    {"--address-country", "/service_address/country", text, "COUNTRY", told("as in CA")},
    {"--alternates", "/alternates", choice, "", told("when a wished number is gone"), false, true, false, "choose_for_us contact_us"},
    {"--contact-email", "/contact_email", text, "ADDRESS", told("ours, for the carrier's questions")},
    {"--comment", "/comment", text, "TEXT", told("for the people who carry it out")},
    {"--language", "/language", choice, "", told("the customer's"), true, true, false, "en fr"},
});
// clang-format on

constexpr std::string_view address_of_port = "/service_address";
constexpr std::string_view address_of_purchase = "/address";

std::string pointer_for(const OrderField& field, const std::string& group) {
    const std::string pointer(field.pointer);
    // The same address under the name that a purchase has for it.
    if (group == "purchase" && pointer.starts_with(address_of_port))
        return std::string(address_of_purchase) + pointer.substr(address_of_port.size());
    return pointer;
}

bool is_of(const OrderField& field, const std::string& group) {
    return group == "port" ? field.of_port : field.of_purchase;
}

void put(json::object& into, std::string_view pointer, json::value value) {
    auto* at = &into;
    pointer.remove_prefix(1);
    while (true) {
        const auto slash = pointer.find('/');
        const auto name = pointer.substr(0, slash);
        if (slash == pointer.npos) {
            (*at)[name] = std::move(value);
            return;
        }
        auto& next = (*at)[name];
        if (!next.is_object()) next.emplace_object();
        at = &next.get_object();
        pointer.remove_prefix(slash + 1);
    }
}

Outcome<json::value> value_of(const OrderField& field, const std::vector<std::string>& texts) {
    json::array values;
    for (const auto& text : texts) {
        if (!field.numbers || text.empty()) {
            values.emplace_back(text);
            continue;
        }
        auto number = e164(field.option, text);
        if (!number) return passed_on(number);
        values.emplace_back(std::move(*number));
    }
    if (field.kind == count) {
        std::int64_t number = 0;
        std::from_chars(texts.back().data(), texts.back().data() + texts.back().size(), number);
        return number;
    }
    if (field.kind == list) return values;
    // An empty text takes a field away.
    if (texts.back().empty()) return nullptr;
    return values.back();
}

Outcome<std::string> read_pin(Session& session) {
    const auto& said = session.arguments;
    if (const auto pin = said.given("pin")) return *pin;
    auto text = read_whole(said.text("pin-file"), session.around(), 4096);
    if (!text) return text;
    while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
    if (text->empty())
        return trouble(
            ExitCode::usage, phrase("--pin-file {1} is empty", quoted(said.text("pin-file"), 200))
        );
    return text;
}

}  // namespace

std::span<const OrderField> order_fields() { return table; }

std::vector<OptionSpec> options_of_fields(const std::string& group) {
    std::vector<OptionSpec> options;
    for (const auto& field : table) {
        if (!is_of(field, group)) continue;
        OptionSpec option{
            std::string(field.option), field.kind, std::string(field.value), std::string(field.help)
        };
        for (std::string_view rest = field.choices; !rest.empty();) {
            const auto blank = std::min(rest.find(' '), rest.size());
            option.choices.emplace_back(rest.substr(0, blank));
            rest.remove_prefix(std::min(blank + 1, rest.size()));
        }
        options.push_back(std::move(option));
    }
    if (group == "port") {
        options.push_back(
            {"--pin-file", file, "FILE", told("file with the port-out PIN; - reads standard input")}
        );
        options.push_back(
            {"--pin", text, "PIN", told("the PIN itself; others on this machine can see it")}
        );
        options.push_back({"--loa", file, "FILE", told("letter of authorization to send along")});
        options.push_back({"--loa-signed-on", date, "DATE", told("when it was signed")});
        options.push_back({"--invoice", file, "FILE", told("the losing carrier's bill to send along")});
        options.push_back({"--invoice-issued-on", date, "DATE", told("when it was issued")});
        options.push_back({"--csr", file, "FILE", told("customer service record to send along")});
        options.push_back(
            {"--detail", list, "NAME=VALUE", told("target: what only this service wants ('porteur targets')")}
        );
    }
    options.push_back({"--document", list, "TYPE=FILE", told("another document, as in id=passport.pdf")});
    options.push_back(
        {"--document-expires-on", list, "TYPE=DATE", told("until when a document sent along is good, as in id=2027-01-31")}
    );
    options.push_back({"--document-id", list, "ID", told("a document that was added before")});
    return options;
}

Outcome<json::object> request_of_options(Session& session) {
    const auto& said = session.arguments;
    const auto group = said.group();
    json::object request;
    for (const auto& field : table) {
        const auto key = field.option.substr(2);
        if (!is_of(field, group) || !said.has(std::string(key))) continue;
        auto value = value_of(field, said.list(std::string(key)));
        if (!value) return passed_on(value);
        put(request, pointer_for(field, group), std::move(*value));
    }
    for (const auto& text : said.list("detail")) {
        const auto equals = text.find('=');
        if (equals == 0 || equals == text.npos)
            return trouble(
                ExitCode::usage,
                phrase("--detail {1} is not NAME=VALUE, as in fax_email=fax@acme.example", quoted(text))
            );
        // A number, true, false, a list or an object in JSON; anything else is the text that it is.
        auto value = parse_json(text.substr(equals + 1));
        put(request, "/target/details/" + text.substr(0, equals),
            value ? std::move(*value) : json::value(text.substr(equals + 1)));
    }
    if (said.has("pin") || said.has("pin-file")) {
        auto pin = read_pin(session);
        if (!pin) return passed_on(pin);
        request["pin"] = *pin;
    }
    return request;
}

Outcome<json::object> body_of_file(Session& session) {
    const auto path = session.arguments.given("file");
    if (!path) return json::object{};
    const auto text = read_whole(*path, session.around());
    if (!text) return passed_on(text);
    auto value = parse_json(*text);
    if (!value)
        return trouble(
            ExitCode::usage, phrase("--file {1} is {2:text}", quoted(*path, 200), value.error().message)
        );
    if (!value->is_object())
        return trouble(ExitCode::usage, phrase("--file {1} is no JSON object", quoted(*path, 200)));
    auto& object = value->get_object();
    const bool whole = object.contains("request") || object.contains("account");
    auto body = whole ? std::move(object) : json::object{{"request", std::move(object)}};
    // The PIN may stand beside the request, where it is easier to keep apart.
    if (const auto* found = body.if_contains("pin")) {
        auto pin = *found;
        body.erase("pin");
        auto& request = body["request"];
        if (!request.is_object()) request.emplace_object();
        request.get_object()["pin"] = std::move(pin);
    }
    return body;
}

Outcome<json::array> uploaded_documents(Session& session) {
    const auto& said = session.arguments;
    json::array ids;
    for (const auto& id : said.list("document-id")) ids.emplace_back(id);
    std::vector<DocumentFile> files;
    for (const std::string type : {"loa", "invoice", "csr"})
        if (const auto path = said.given(type))
            files.push_back(
                {.path = *path,
                 .type = type,
                 .name = {},
                 .issued_on = said.text(type + "-issued-on"),
                 .signed_on = said.text(type + "-signed-on")}
            );
    for (const auto& text : said.list("document")) {
        const auto equals = text.find('=');
        if (equals == 0 || equals == text.npos || equals + 1 == text.size())
            return trouble(
                ExitCode::usage,
                phrase("--document {1} is not TYPE=FILE, as in id=passport.pdf", quoted(text))
            );
        files.push_back({text.substr(equals + 1), text.substr(0, equals), {}, {}, {}});
    }
    for (const auto& text : said.list("document-expires-on")) {
        const auto equals = std::min(text.find('='), text.size());
        const auto type = text.substr(0, equals);
        const auto day = equals < text.size() ? text.substr(equals + 1) : std::string();
        if (!read_iso_date(day))
            return trouble(
                ExitCode::usage,
                phrase("--document-expires-on {1} is not TYPE=DATE, as in id=2027-01-31", quoted(text))
            );
        bool is_there = false;
        for (auto& each : files)
            if (each.type == type) {
                each.expires_on = day;
                is_there = true;
            }
        if (!is_there)
            return trouble(
                ExitCode::usage,
                phrase("--document-expires-on {1} is of no document that is sent along", quoted(text))
            );
    }
    // All are read before the first is sent, so that a misspelt name leaves nothing behind.
    std::vector<ReadDocument> read;
    for (const auto& each : files) {
        auto document = read_document(each, session.around());
        if (!document) return passed_on(document);
        read.push_back(std::move(*document));
    }
    std::size_t index = 0;
    for (auto& each : read) {
        const auto stored =
            upload_document(session, std::move(each), "document-" + std::to_string(++index));
        if (!stored) return passed_on(stored);
        ids.emplace_back(member(*stored, "id"));
    }
    return ids;
}

void merge(json::object& into, const json::object& changes) {
    for (const auto& change : changes) {
        auto& field = into[change.key()];
        if (change.value().is_object() && field.is_object())
            merge(field.get_object(), change.value().get_object());
        else
            field = change.value();
    }
}

Outcome<std::string> e164(std::string_view option, std::string_view text) {
    std::string number;
    for (const char letter : text)
        if (std::string_view(" .-()/").find(letter) == std::string_view::npos) number += letter;
    if (PhoneNumber::is_shaped(number)) return number;
    return trouble(
        ExitCode::usage,
        phrase(
            "{1} {2} is no number in E.164 form; write + and the country code first, as in +14165550101", option,
            quoted(text, 40)
        )
    );
}

std::string option_of_pointer(std::string_view pointer) {
    constexpr std::string_view request = "/request";
    if (!pointer.starts_with(request)) return {};
    pointer.remove_prefix(request.size());
    if (pointer == "/pin") return "--pin-file";
    if (pointer.starts_with("/documents")) return "--document";
    for (const auto& field : table)
        for (const auto* group : {"port", "purchase"}) {
            const auto known = pointer_for(field, group);
            if (pointer == known || pointer.starts_with(known + "/"))
                return std::string(field.option);
        }
    return {};
}

}  // namespace porteur::cli
