// SPDX-License-Identifier: Apache-2.0
#include "settings/descriptor_references.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "settings/nearest.hpp"
#include "settings/toml_reader.hpp"
#include "settings/url_template.hpp"

namespace porteur {
namespace {

constexpr auto auth_secrets = std::to_array<std::pair<std::string_view, std::string Auth::*>>({
    {"auth.user", &Auth::user},
    {"auth.password", &Auth::password},
    {"auth.token", &Auth::token},
    {"auth.client_id", &Auth::client_id},
    {"auth.client_secret", &Auth::client_secret},
    {"auth.jwt", &Auth::jwt},
});

void check_secret_name(
    TableReader& in, const Descriptor& descriptor, std::string_view key, const std::string& name
) {
    if (name.empty() || find_named(descriptor.secrets, name) != nullptr) return;
    std::vector<std::string> known;
    for (const auto& each : descriptor.secrets) known.push_back(each.name);
    in.complain(
        key, fmt::format(
                 "{} names the secret {}, which is not under [secrets]{}", key,
                 porteur::quoted(name), suggestion(name, known)
             )
    );
}

// An address or host that may name settings.
void check_pattern(
    TableReader& in, const Descriptor& descriptor, std::string_view key, const std::string& pattern,
    const TextForm& form
) {
    if (pattern.empty()) return;
    if (has_user(pattern))
        return in.complain(
            key, fmt::format(
                     "{} holds a user or a password (not shown); take it out of the address", key
                 )
        );
    const auto names = template_names(pattern);
    if (!names) return in.complain(key, fmt::format("{}: {}", key, names.error().message));
    SettingValues placeholders;
    for (const auto& name : *names) {
        placeholders[name] = "x";
        const auto* setting = find_named(descriptor.settings, name);
        if (setting == nullptr)
            in.complain(
                key, fmt::format(
                         "{} names the setting {}, which is not under [settings]", key,
                         porteur::quoted(name)
                     )
            );
        else if (setting->type != SettingType::text && setting->type != SettingType::choice &&
                 setting->type != SettingType::integer)
            in.complain(
                key, fmt::format(
                         "{} names the setting {}, which is neither text, choice nor integer", key,
                         porteur::quoted(name)
                     )
            );
    }
    const auto filled = expand(pattern, placeholders);
    if (filled && !form.fits(*filled))
        in.complain(key, fmt::format("{} = {} {}", key, porteur::quoted(pattern), form.complaint));
}

}  // namespace

void check_references(TableReader& in, const Descriptor& descriptor) {
    const auto& auth = descriptor.auth;
    for (const auto& [key, field] : auth_secrets)
        check_secret_name(in, descriptor, key, auth.*field);
    if (descriptor.webhook)
        check_secret_name(in, descriptor, "inbound.webhook.secret", descriptor.webhook->secret);

    check_pattern(in, descriptor, "base_url", descriptor.base_url, web_address);
    check_pattern(in, descriptor, "auth.token_url", auth.token_url, web_address);
    for (const auto& host : descriptor.http.hosts)
        check_pattern(in, descriptor, "http.hosts", host, host_name);

    const auto host = std::string{host_of(descriptor.base_url)};
    const auto& hosts = descriptor.http.hosts;
    if (!host.empty() && std::ranges::find(hosts, host) == hosts.end())
        in.complain(
            "base_url", fmt::format(
                            "base_url leads to {}, which is not among http.hosts; add it there",
                            porteur::quoted(host)
                        )
        );
}

}  // namespace porteur
