// SPDX-License-Identifier: Apache-2.0
#include "settings/account_settings.hpp"

#include <fmt/format.h>

#include "settings/toml_reader.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

std::optional<SettingValue> value_of(const TomlNode& node) {
    switch (node.kind) {
        case TomlKind::text:
            return node.text;
        case TomlKind::integer:
            return node.integer;
        case TomlKind::boolean:
            return node.boolean;
        case TomlKind::list: {
            std::vector<std::string> texts;
            for (const auto& child : node.children) {
                if (child.kind != TomlKind::text) return std::nullopt;
                texts.push_back(child.text);
            }
            return texts;
        }
        default:
            return std::nullopt;
    }
}

void read_setting(TableReader& in, std::string_view name, AccountSettings& account) {
    const auto* node = in.any(name);
    if (node == nullptr) return;
    if (auto value = value_of(*node))
        account.settings.push_back({node->key, std::move(*value), node->key_at, node->at});
    else
        in.complain(
            name,
            fmt::format(
                "{} = {} is of no type that a setting may have; write a text, a whole number, "
                "true, false or a list of texts",
                name, shown(*node)
            )
        );
}

}  // namespace

void read_account(TableReader& in, AccountSettings& account) {
    in.need("plugin", R"("...", the id of the carrier's plugin)");
    in.text("plugin", account.plugin, identifier);
    in.text("name", account.name, account_name);
    in.boolean("enabled", account.enabled);
    in.text("tenant", account.tenant);
    in.text("contact_email", account.contact_email, mail_address);

    in.text("base_url", account.base_url, web_address);
    in.text("auth_url", account.auth_url, web_address);
    in.texts("hosts", account.hosts, host_name);
    in.texts("mail_to", account.mail_to, mail_address);
    in.path("ca_file", account.ca_file);
    in.choice("isolation", account.isolation, isolation_choices);
    in.text("sha256", account.sha256, sha256);

    in.rate("rate", account.rate);
    in.integer("in_flight_max", account.in_flight_max, 1, 100'000);
    in.duration("timeout", account.timeout, {100ms, 1h});
    in.duration("connect_timeout", account.connect_timeout, {100ms, 10min});
    in.duration("operation_timeout", account.operation_timeout, {1s, 24h});
    in.duration("settle", account.settle, {0ms, 24h});
    in.duration("check_interval", account.check_interval, {1s, 24h * 30});
    in.duration("freeze", account.freeze, {0ms, 24h * 30});
    in.duration("sync_every", account.sync_every, {0ms, 24h * 365});
    in.integer("sync_hold_percent", account.sync_hold_percent, 0, 100);
    in.text("calendar", account.calendar);

    account.secrets_at = in.at("secrets");
    account.settings_at = in.at("settings");
    in.free("secrets", [&](TableReader& table, std::string_view name) {
        table.secret(name, account.secrets[std::string{name}]);
    });
    in.free("settings", [&](TableReader& table, std::string_view name) {
        read_setting(table, name, account);
    });
}

}  // namespace porteur
