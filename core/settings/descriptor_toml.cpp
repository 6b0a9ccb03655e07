// SPDX-License-Identifier: Apache-2.0
#include "settings/descriptor_toml.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "settings/canonical_json.hpp"
#include "settings/described_words.hpp"
#include "settings/descriptor_references.hpp"
#include "settings/nearest.hpp"
#include "settings/setting_value.hpp"
#include "settings/toml_reader.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

constexpr auto scheme_choices = std::to_array<std::pair<std::string_view, AuthScheme>>({
    {"none", AuthScheme::none},
    {"basic", AuthScheme::basic},
    {"bearer", AuthScheme::bearer},
    {"header", AuthScheme::header},
    {"oauth2_client_credentials", AuthScheme::oauth2_client_credentials},
    {"oauth2_jwt_bearer", AuthScheme::oauth2_jwt_bearer},
});
constexpr auto type_choices = std::to_array<std::pair<std::string_view, SettingType>>({
    {"text", SettingType::text},
    {"integer", SettingType::integer},
    {"boolean", SettingType::boolean},
    {"duration", SettingType::duration},
    {"list", SettingType::list},
    {"choice", SettingType::choice},
    {"data", SettingType::data},
});
constexpr auto idempotency_choices = std::to_array<std::pair<std::string_view, Idempotency>>({
    {"key", Idempotency::key},
    {"query", Idempotency::query},
    {"list", Idempotency::list},
    {"none", Idempotency::none},
});
constexpr auto verify_choices = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"hmac-sha256", "hmac-sha256"}, {"hmac-sha1", "hmac-sha1"}, {"token", "token"}}
);

// ---- [auth]

struct AuthKey {
    std::string_view key;
    std::string Auth::* field;
    std::string_view example;
    std::initializer_list<AuthScheme> schemes;  ///< that need it
};

const AuthKey auth_keys[] = {
    {"user", &Auth::user, R"("account_sid", the name of a secret)", {AuthScheme::basic}},
    {"password", &Auth::password, R"("auth_token", the name of a secret)", {AuthScheme::basic}},
    {"token",
     &Auth::token,
     R"("auth_token", the name of a secret)",
     {AuthScheme::bearer, AuthScheme::header}},
    {"header", &Auth::header, R"("X-Api-Key")", {AuthScheme::header}},
    {"client_id",
     &Auth::client_id,
     R"("client_id", the name of a secret)",
     {AuthScheme::oauth2_client_credentials, AuthScheme::oauth2_jwt_bearer}},
    {"client_secret",
     &Auth::client_secret,
     R"("client_secret", the name of a secret)",
     {AuthScheme::oauth2_client_credentials, AuthScheme::oauth2_jwt_bearer}},
    {"jwt", &Auth::jwt, R"("jwt", the name of a secret)", {AuthScheme::oauth2_jwt_bearer}},
    {"token_url",
     &Auth::token_url,
     R"("https://login.acme.example/oauth/token")",
     {AuthScheme::oauth2_client_credentials, AuthScheme::oauth2_jwt_bearer}},
};

void read_auth(TableReader& in, Auth& auth) {
    in.need("scheme", R"("none", "basic", "bearer", "header" or an oauth2 scheme)");
    in.choice("scheme", auth.scheme, scheme_choices);
    for (const auto& each : auth_keys) {
        const bool address = each.field == &Auth::token_url, header = each.field == &Auth::header;
        in.text(
            each.key, auth.*each.field, address ? any_text : (header ? header_name : identifier)
        );
        const bool needed = std::ranges::find(each.schemes, auth.scheme) != each.schemes.end();
        if (needed) in.need(each.key, each.example);
        if (!needed && in.has(each.key) && in.has("scheme"))
            in.complain(
                each.key, fmt::format("{} has no meaning for this scheme; take it out", each.key)
            );
    }
    in.text("scope", auth.scope);
}

// ---- [settings.NAME]

void read_setting(TableReader& in, SettingSpec& setting) {
    in.need("type", R"("text", "integer", "boolean", "duration", "list", "choice" or "data")");
    in.need("help", R"("...", one sentence for the operator)");
    in.choice("type", setting.type, type_choices);
    in.text("help", setting.help);
    in.text("help_fr", setting.help_fr);
    in.boolean("required", setting.required);
    in.texts("allowed", setting.allowed);

    const bool choice = setting.type == SettingType::choice;
    if (choice) in.need("allowed", R"(["...", "..."], its values)");
    if (in.has("allowed") && !choice && setting.type != SettingType::list)
        in.complain("allowed", "allowed has a meaning only for choice and list; take it out");

    const bool duration = setting.type == SettingType::duration;
    for (const auto& [key, bound] :
         {std::pair{"min", &setting.min}, std::pair{"max", &setting.max}}) {
        if (duration) {
            std::optional<std::chrono::milliseconds> value;
            in.duration(key, value, {0ms});
            if (value) *bound = std::chrono::duration_cast<std::chrono::seconds>(*value).count();
        } else {
            in.integer(key, *bound, INT64_MIN, INT64_MAX);
            if (in.has(key) && setting.type != SettingType::integer)
                in.complain(
                    key,
                    fmt::format("{} has a meaning only for integer and duration; take it out", key)
                );
        }
    }
    if (setting.min && setting.max && *setting.min > *setting.max)
        in.complain("min", "min is more than max; exchange them");

    if (const auto* node = in.any("default")) {
        if (setting.required)
            in.complain(
                "required", "required = true has no meaning beside a default; take one of them out"
            );
        std::optional<SettingValue> written;
        if (node->kind == TomlKind::text) written = node->text;
        if (node->kind == TomlKind::integer) written = node->integer;
        if (node->kind == TomlKind::boolean) written = node->boolean;
        if (node->kind == TomlKind::list) {
            std::vector<std::string> texts;
            in.texts("default", texts);
            written = texts;
        }
        if (!written)
            return in.complain("default", "default is of no type that a setting may have");
        if (auto value = fitted(*written, setting))
            setting.fallback = std::move(*value);
        else
            in.complain("default", fmt::format("default = {} {}", shown(*node), value.error()));
    }
}

// ---- [operations.NAME]

std::vector<std::string> interface_names() {
    std::vector<std::string> names;
    for (const auto& each : interface_operations) names.emplace_back(each.name);
    return names;
}

void check_name(TableReader& in, const OperationSpec& operation) {
    const auto* known = std::ranges::find(
        interface_operations, std::string_view{operation.name}, &InterfaceOperation::name
    );
    if (known == interface_operations.end())
        in.complain(
            "", fmt::format(
                    "{} is no operation of the interface{}", porteur::quoted(operation.name),
                    suggestion(operation.name, interface_names())
                )
        );
    else if (operation.pure != known->pure)
        in.complain(
            "pure",
            known->pure
                ? fmt::format("{} may ask for no effects; write pure = true", operation.name)
                : fmt::format("{} has effects; take pure = true out", operation.name)
        );
}

void read_key(TableReader& in, OperationSpec& operation) {
    in.text("header", operation.key_header, header_name);
    in.text("json", operation.key_json, json_pointer);
    if (in.has("header") == in.has("json"))
        in.complain(
            "",
            R"(key names where the carrier looks for it: write { header = "Idempotency-Key" } or { json = "/ref" })"
        );
}

void read_operation(TableReader& in, OperationSpec& operation) {
    in.boolean("pure", operation.pure);
    in.choice("idempotency", operation.idempotency, idempotency_choices);
    in.table("key", operation, read_key);
    in.duration("window", operation.window);
    in.duration("settle", operation.settle, {0ms, 24h});
    in.text("lookup_step", operation.lookup_step, step_name);
    in.duration("typical", operation.typical);
    in.duration("worst", operation.worst);
    check_name(in, operation);

    using enum Idempotency;
    const bool keyed = operation.idempotency == key;
    if (keyed) in.need("key", R"({ header = "Idempotency-Key" }, where the carrier looks for it)");
    if (keyed) in.need("window", R"("24h", how long the carrier honours a key)");
    if (operation.idempotency == query || operation.idempotency == list)
        in.need("lookup_step", R"("find-order", the step that asks after a lost outcome)");
    for (const char* each : {"key", "window"})
        if (in.has(each) && !keyed)
            in.complain(
                each, fmt::format(R"({} has a meaning only beside idempotency = "key")", each)
            );
    if (operation.pure)
        for (const char* each : {"idempotency", "settle", "lookup_step", "typical", "worst"})
            if (in.has(each))
                in.complain(
                    each, fmt::format("{} has no meaning for a pure operation; take it out", each)
                );
    if (operation.typical && operation.worst && *operation.typical > *operation.worst)
        in.complain("typical", "typical is longer than worst; exchange them");
}

// ---- the smaller tables

void read_secret_spec(TableReader& in, SecretSpec& secret) {
    in.need("help", R"("...", one sentence that says where the operator finds it)");
    in.text("help", secret.help);
    in.text("help_fr", secret.help_fr);
    in.boolean("optional", secret.optional);
}

void read_retry(TableReader& in, RetrySpec& retry) {
    std::vector<std::string> on;
    in.texts("on", on);
    if (in.has("on")) retry.safe = retry.keyed = false;
    for (const auto& each : on) {
        if (each == "safe")
            retry.safe = true;
        else if (each == "keyed")
            retry.keyed = true;
        else
            in.complain(
                "on",
                fmt::format(
                    R"(on = {} is not allowed; write "safe" and "keyed": nothing else is sent again)",
                    porteur::quoted(each)
                )
            );
    }
    in.integer("times", retry.times, 0, 100);
    in.duration("first", retry.first, {1ms, 1h});
    in.duration("max", retry.max, {1ms, 24h});
    if (retry.first > retry.max) in.complain("first", "first is longer than max; exchange them");
}

void read_http(TableReader& in, HttpSpec& http) {
    in.texts("hosts", http.hosts);
    in.rate("rate", http.rate);
    in.duration("timeout", http.timeout, {100ms, 1h});
    in.table("retry", http.retry, read_retry);
    in.size("response_size_max", http.response_size_max_bytes, {1 << 10, 1 << 30});
}

void read_mail_spec(TableReader& in, MailSpec& mail) {
    in.texts("addresses", mail.addresses, mail_address);
    in.texts("domains", mail.domains, host_name);
}

void read_webhook(TableReader& in, WebhookSpec& webhook) {
    in.need("verify", R"("hmac-sha256", "hmac-sha1" or "token")");
    in.need("header", R"("X-Acme-Signature")");
    in.need("secret", R"("webhook_key", the name of a secret)");
    in.choice("verify", webhook.verify, verify_choices);
    in.text("header", webhook.header, header_name);
    in.text("secret", webhook.secret, identifier);
}

void read_inbound(TableReader& in, std::optional<WebhookSpec>& webhook) {
    in.table("webhook", webhook, read_webhook);
}

void read_limitation(TableReader& in, Limitation& limitation) {
    in.need("text", R"("...", one sentence)");
    in.text("text", limitation.text);
    in.text("text_fr", limitation.text_fr);
    in.text("since", limitation.since);
}

void read_exemption(TableReader& in, Exemption& exemption) {
    in.need("rule", R"("...", the rule's name)");
    in.need("reason", R"("...", why it does not fit this carrier)");
    in.text("rule", exemption.rule, step_name);
    in.text("reason", exemption.reason);
}

void check_data(TableReader& in, const TomlNode& node, std::string_view key) {
    if (node.kind == TomlKind::real || node.kind == TomlKind::time)
        in.reading().complain(
            node.at,
            fmt::format("{} = {} is not allowed in data; write it as a text", key, shown(node))
        );
    for (const auto& child : node.children)
        check_data(in, child, child.key.empty() ? key : child.key);
}

void read_data(TableReader& in, std::string_view key, std::string& target) {
    const auto* node = in.any(key);
    if (node == nullptr) return;
    check_data(in, *node, key);
    target = canonical_json(*node);
}

void read_abi(TableReader& in, Descriptor& descriptor) {
    static constexpr auto part = [](std::string_view text, int& value) {
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        return !text.empty() && text.size() <= 4 && read.ec == std::errc{} && value >= 0 &&
               read.ptr == text.data() + text.size();
    };
    static constexpr auto split = [](std::string_view text, int& major, int& minor) {
        const auto dot = text.find('.');
        return dot != text.npos && part(text.substr(0, dot), major) &&
               part(text.substr(dot + 1), minor);
    };
    const TextForm form{
        [](std::string_view text) {
            int major = 0, minor = 0;
            return split(text, major, minor);
        },
        R"(is not a version of the interface; write major and minor, as in "0.0")"
    };
    std::string abi;
    in.text("abi", abi, form);
    split(abi, descriptor.abi_major, descriptor.abi_minor);
}

}  // namespace

void read_descriptor(TableReader& in, Descriptor& descriptor) {
    in.need("schema", "1");
    in.need("id", R"("acme")");
    in.need("name", R"("ACME Telecom")");
    in.need("version", R"("1.0.0")");
    in.need("abi", R"("0.0")");
    in.need("operations", R"({}, a table [operations.NAME] for each that the library has)");

    in.integer("schema", descriptor.schema, 1, 1);
    in.text("id", descriptor.id, identifier);
    in.text("name", descriptor.name);
    in.text("version", descriptor.version, version_text);
    read_abi(in, descriptor);
    in.texts("countries", descriptor.countries, country_code);
    in.free("links", [&](TableReader& links, std::string_view name) {
        links.text(name, descriptor.links[std::string{name}], web_address);
    });
    in.text("base_url", descriptor.base_url);
    in.table("auth", descriptor.auth, read_auth);
    in.named("settings", descriptor.settings, read_setting);
    in.named("operations", descriptor.operations, read_operation);
    in.named("secrets", descriptor.secrets, read_secret_spec);
    in.table("http", descriptor.http, read_http);
    in.table("mail", descriptor.mail, read_mail_spec);
    in.table("inbound", descriptor.webhook, read_inbound);
    in.list("limitation", descriptor.limitations, read_limitation);
    in.list("exempt", descriptor.exemptions, read_exemption);
    read_data(in, "requirements", descriptor.requirements);
    read_data(in, "data", descriptor.data);
    // For the plugin's page alone, which reads them for itself (words_in_descriptor).
    std::vector<DescribedWord> words;
    read_words(in, words);
    check_references(in, descriptor);
}

Result<Descriptor> parse_descriptor(std::string_view toml, std::string_view where) {
    // A section of a library may be filled up with zeros.
    toml = toml.substr(0, toml.find_last_not_of('\0') + 1);
    Descriptor descriptor;
    TomlReading reading{std::string{where}, {}};
    read_document(toml, reading, descriptor, read_descriptor);
    const auto findings = reading.findings();
    if (!findings.empty())
        return failure(ErrorKind::invalid_input, fmt::format("{}", fmt::join(findings, "\n")));
    return descriptor;
}

}  // namespace porteur
