// SPDX-License-Identifier: Apache-2.0
#include "settings/account_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "settings/nearest.hpp"
#include "settings/setting_value.hpp"
#include "settings/toml_reader.hpp"
#include "settings/url_template.hpp"

namespace porteur {
namespace {

template <class T>
std::vector<std::string> names_of(const std::vector<T>& entries) {
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
}

const AccountSetting* given(const AccountSettings& account, std::string_view name) {
    return find_named(account.settings, name);
}

void check_settings(
    const AccountSettings& account, const Descriptor& descriptor, TomlReading& out
) {
    for (const auto& setting : account.settings) {
        const auto* spec = find_named(descriptor.settings, setting.name);
        if (spec == nullptr) {
            out.complain(
                setting.name_at,
                fmt::format(
                    "unknown setting {} of the plugin {}{}", porteur::quoted(setting.name),
                    descriptor.id, suggestion(setting.name, names_of(descriptor.settings))
                )
            );
        } else if (const auto value = fitted(setting.value, *spec); !value) {
            out.complain(
                setting.at,
                fmt::format("{} = {} {}", setting.name, shown(setting.value), value.error())
            );
        }
    }
    for (const auto& spec : descriptor.settings)
        if (spec.required && given(account, spec.name) == nullptr)
            out.complain(
                account.settings_at,
                fmt::format(
                    "the plugin {} needs the setting {} ({}); add it under [settings]",
                    descriptor.id, spec.name, spec.help
                )
            );
}

void check_secrets(const AccountSettings& account, const Descriptor& descriptor, TomlReading& out) {
    const auto known = names_of(descriptor.secrets);
    for (const auto& [name, secret] : account.secrets)
        if (find_named(descriptor.secrets, name) == nullptr)
            out.complain(
                secret.at, fmt::format(
                               "unknown secret {} of the plugin {}{}", porteur::quoted(name),
                               descriptor.id, suggestion(name, known)
                           )
            );
    for (const auto& spec : descriptor.secrets)
        if (!spec.optional && !account.secrets.contains(spec.name))
            out.complain(
                account.secrets_at,
                fmt::format(
                    "the plugin {} needs the secret {} ({}); add it under [secrets], as in "
                    R"({} = {{ file = "..." }})",
                    descriptor.id, spec.name, spec.help, spec.name
                )
            );
}

// An address is judged with the values in it, as they are what leads it astray.
void check_addresses(
    const AccountSettings& account, const Descriptor& descriptor, TomlReading& out
) {
    std::vector<std::string> patterns = descriptor.http.hosts;
    if (account.base_url.empty()) patterns.push_back(descriptor.base_url);
    if (account.auth_url.empty()) patterns.push_back(descriptor.auth.token_url);
    const auto values = resolve_settings(account, descriptor);
    std::set<std::string> judged;
    for (const auto& pattern : patterns) {
        const auto names = template_names(pattern);
        if (!names) continue;  // the descriptor was refused for that
        for (const auto& name : *names) {
            const auto* spec = find_named(descriptor.settings, name);
            const bool missing = !values.contains(name);
            // Already complained about, once.
            if ((missing && (spec == nullptr || spec->required || given(account, name))) ||
                !judged.insert(name).second)
                continue;
            if (const auto put = expand("{" + name + "}", values); !put)
                out.complain(
                    missing
                        ? account.settings_at
                        : (given(account, name) ? given(account, name)->at : account.settings_at),
                    fmt::format(
                        "{} {}", name,
                        missing
                            ? "is missing; the address " + porteur::quoted(pattern) + " needs it"
                            : "does not fit into the address " + porteur::quoted(pattern) +
                                  "; write only letters, digits, dots, hyphens and underscores"
                    )
                );
        }
    }
    const bool tokens = descriptor.auth.scheme == AuthScheme::oauth2_client_credentials ||
                        descriptor.auth.scheme == AuthScheme::oauth2_jwt_bearer;
    if (!account.auth_url.empty() && !tokens)
        out.complain(
            {},
            fmt::format(
                "auth_url is of no use: the plugin {} fetches no token; take it out", descriptor.id
            )
        );
}

}  // namespace

std::vector<std::string> check_account(
    const AccountSettings& account, const Descriptor& descriptor
) {
    TomlReading out{account.where, {}};
    check_settings(account, descriptor, out);
    check_secrets(account, descriptor, out);
    check_addresses(account, descriptor, out);
    return out.findings();
}

SettingValues resolve_settings(const AccountSettings& account, const Descriptor& descriptor) {
    SettingValues values;
    for (const auto& spec : descriptor.settings) {
        if (spec.fallback) values[spec.name] = *spec.fallback;
        const auto* written = given(account, spec.name);
        if (written == nullptr) continue;
        if (auto value = fitted(written->value, spec))
            values[spec.name] = std::move(*value);
        else
            values.erase(spec.name);
    }
    return values;
}

std::string resolved_settings_json(const AccountSettings& account, const Descriptor& descriptor) {
    auto values = resolve_settings(account, descriptor);
    std::map<std::string, std::string> files;
    for (const auto& spec : descriptor.settings) {
        if (spec.type != SettingType::data) continue;
        values.erase(spec.name);
        if (const auto read = account.data.find(spec.name); read != account.data.end())
            files.insert(*read);
    }
    return canonical_json(values, files);
}

}  // namespace porteur
