// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace porteur {

/// What a plugin says about itself before any of its code runs: which carrier, which operations
/// with which guarantees, which settings and secrets it needs, which hosts it may reach. Written as
/// descriptor.toml, embedded in the library, read by settings/descriptor_toml.hpp, which has
/// checked everything said here. A plain value: no I/O, any thread.
/// @source PLUGIN_CONTRACT.md, section 3

/// Whether an operation may ask for effects.
struct InterfaceOperation {
    std::string_view name;
    bool pure;  ///< the host refuses effects from it
};

/// Every operation of the interface; a plugin implements those its carrier has.
/// @source DESIGN.md, section 4
inline constexpr auto interface_operations = std::to_array<InterfaceOperation>({
    {"requirements", true},       {"validate", true},         {"split", true},
    {"read_mail", true},          {"read_webhook", true},     {"check_account", false},
    {"list_numbers", false},      {"discover", false},
    {"preflight", false},         {"release_packet", false},
    {"check_release", false},     {"check_portability", false}, {"list_targets", false},
    {"submit_port", false},       {"check_port", false},      {"supplement_port", false},
    {"cancel_port", false},       {"activate_port", false},   {"search_numbers", false},
    {"reserve_numbers", false},   {"purchase", false},        {"check_purchase", false},
    {"cancel_purchase", false},   {"release_numbers", false},
});

/// "10/s" is {10, 1s}; "300/m" is {300, 60s}.
struct Rate {
    std::uint32_t count = 0;
    std::chrono::seconds per{1};
    friend bool operator==(const Rate&, const Rate&) = default;
};

enum class AuthScheme { none, basic, bearer, header, oauth2_client_credentials, oauth2_jwt_bearer };

/// How the host proves who it is. Everything but `header`, `token_url` and `scope` is the name of a
/// secret, never its value; what the scheme does not use is empty.
struct Auth {
    AuthScheme scheme = AuthScheme::none;
    std::string user, password;            ///< basic
    std::string token;                     ///< bearer, header
    std::string header;                    ///< header: the field's name, "X-Api-Key"
    std::string client_id, client_secret;  ///< both oauth2 schemes
    std::string jwt;                       ///< oauth2_jwt_bearer: the assertion
    std::string token_url;                 ///< both oauth2 schemes; may name settings:
                                           ///< "https://login.{region}/oauth/token"
    std::string scope;                     ///< both oauth2 schemes; empty = none
    friend bool operator==(const Auth&, const Auth&) = default;
};

/// The value of a plugin's setting. A duration is whole seconds, a choice is a text.
using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

/// `data`: a TOML file of the operator's, which the plugin gets whole; its path counts from the account's folder.
enum class SettingType { text, integer, boolean, duration, list, choice, data };

/// One setting that an account may give under [settings].
struct SettingSpec {
    std::string name;
    SettingType type = SettingType::text;
    std::optional<SettingValue> fallback;  ///< `default` in TOML
    std::string help, help_fr;             ///< help_fr empty = not translated
    bool required = false;                 ///< never together with a default
    std::vector<std::string>
        allowed;  ///< choice: its values; list: what may stand in it; empty = anything
    std::optional<std::int64_t> min, max;  ///< integer, or seconds of a duration
    friend bool operator==(const SettingSpec&, const SettingSpec&) = default;
};

/// One secret that an account names under [secrets].
struct SecretSpec {
    std::string name;
    std::string help, help_fr;
    bool optional = false;
    friend bool operator==(const SecretSpec&, const SecretSpec&) = default;
};

/// What the carrier offers against doing a thing twice: it dedups on our key; it can be asked by
/// our reference; it lists by number and date; nothing.
enum class Idempotency { none, key, query, list };

/// One operation that the library has.
struct OperationSpec {
    std::string name;
    bool pure = false;
    Idempotency idempotency = Idempotency::none;
    std::string key_header;  ///< idempotency key: the header that carries it, or
    std::string key_json;    ///< the JSON pointer where it stands
    std::optional<std::chrono::milliseconds> window;  ///< how long the carrier honours a key
    std::optional<std::chrono::milliseconds> settle;  ///< how long a request may still become real
    std::string lookup_step;                          ///< the step that asks after a lost outcome
    std::optional<std::chrono::milliseconds> typical, worst;  ///< until the carrier has decided
    friend bool operator==(const OperationSpec&, const OperationSpec&) = default;
};

/// When the host sends again what is certainly or harmlessly not carried out. ONCE is never in it.
struct RetrySpec {
    bool safe = true, keyed = true;  ///< `on` in TOML
    std::uint32_t times = 5;
    std::chrono::milliseconds first{1000}, max{60000};
    friend bool operator==(const RetrySpec&, const RetrySpec&) = default;
};

struct HttpSpec {
    std::vector<std::string>
        hosts;  ///< may name settings; the host refuses every other destination
    std::optional<Rate> rate;
    std::chrono::milliseconds timeout{30000};
    RetrySpec retry;
    std::uint64_t response_size_max_bytes = 8 << 20;
    friend bool operator==(const HttpSpec&, const HttpSpec&) = default;
};

/// Whom the plugin may write to: whole addresses, and domains with every address in them.
struct MailSpec {
    std::vector<std::string> addresses, domains;
    friend bool operator==(const MailSpec&, const MailSpec&) = default;
};

/// How a webhook of the carrier is believed.
struct WebhookSpec {
    std::string verify;  ///< "hmac-sha256", "hmac-sha1", "token"
    std::string header;  ///< the field with the signature or token
    std::string secret;  ///< the name of a secret
    friend bool operator==(const WebhookSpec&, const WebhookSpec&) = default;
};

/// Something the carrier cannot do, for people who choose one.
struct Limitation {
    std::string text, text_fr, since;
    friend bool operator==(const Limitation&, const Limitation&) = default;
};

/// A rule of the quality scale that does not fit this carrier, and why.
struct Exemption {
    std::string rule, reason;
    friend bool operator==(const Exemption&, const Exemption&) = default;
};

struct Descriptor {
    int schema = 1;
    std::string id, name, version;
    int abi_major = 0, abi_minor = 0;
    std::vector<std::string> countries;        ///< ISO 3166-1 alpha-2
    std::map<std::string, std::string> links;  ///< "home", "api", ...
    std::string base_url;  ///< may name settings; empty where the carrier has no API
    Auth auth;
    std::vector<SettingSpec> settings;
    std::vector<OperationSpec> operations;
    std::vector<SecretSpec> secrets;
    HttpSpec http;
    MailSpec mail;
    std::optional<WebhookSpec> webhook;
    std::vector<Limitation> limitations;
    std::vector<Exemption> exemptions;
    std::string
        requirements;  ///< free tables [requirements] and [data], as canonical JSON; empty = absent
    std::string data;
    friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

/// The entry with this name in settings, operations or secrets; null if there is none. @threads any
template <class T>
const T* find_named(const std::vector<T>& entries, std::string_view name) {
    const auto found = std::ranges::find(entries, name, &T::name);
    return found == entries.end() ? nullptr : &*found;
}

}  // namespace porteur
