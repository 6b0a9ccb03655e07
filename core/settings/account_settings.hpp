// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/descriptor.hpp"
#include "settings/secret.hpp"
#include "settings/toml_tree.hpp"

namespace porteur {

class TableReader;

/// Where a plugin runs: in a locked child process, or in the daemon.
enum class Isolation { process, none };

inline constexpr auto isolation_choices = std::to_array<std::pair<std::string_view, Isolation>>(
    {{"process", Isolation::process}, {"none", Isolation::none}}
);

/// One value under [settings] of an account, kept with its place until the plugin's descriptor says
/// what it should be.
struct AccountSetting {
    std::string name;
    SettingValue value;
    Position name_at, at;
    friend bool operator==(const AccountSetting&, const AccountSetting&) = default;
};

/// One configured account at a carrier: a file of config/carriers. What is empty or absent is taken
/// from the plugin's descriptor, then from the daemon's settings.
struct AccountSettings {
    std::string name;    ///< the file's name without .toml, unless given
    std::string where;   ///< the file as a person knows it
    std::string plugin;  ///< id of the plugin
    bool enabled = true;
    std::string tenant;  ///< whose account it is; empty = the operator's own
    std::string contact_email;

    std::string base_url;            ///< its host joins the allow-list
    std::string auth_url;            ///< instead of the descriptor's token_url; its host joins too
    std::vector<std::string> hosts;  ///< further hosts that may be reached
    std::vector<std::string> mail_to;  ///< further addresses that may be written to
    std::filesystem::path ca_file;     ///< authorities for this carrier, instead of the system's
    std::optional<Isolation> isolation;
    std::string sha256;  ///< the only build of the plugin that may serve this account

    std::optional<Rate> rate;
    std::optional<std::uint32_t> in_flight_max;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::chrono::milliseconds> connect_timeout;
    std::optional<std::chrono::milliseconds> operation_timeout;
    std::optional<std::chrono::milliseconds> settle;
    std::optional<std::chrono::milliseconds> check_interval;
    std::optional<std::chrono::milliseconds> freeze;  ///< nothing can be changed so long before the FOC
    std::chrono::milliseconds sync_every{std::chrono::hours{24}};  ///< the carrier's list of numbers is compared; 0 = never by itself
    std::uint32_t sync_hold_percent = 20;  ///< where more of our numbers vanished at once, a person looks first
    std::string calendar;  ///< whose days of work count: "CA-ON"; empty = that of the carrier's first country

    std::map<std::string, SecretRef> secrets;  ///< by the names of the descriptor
    std::vector<AccountSetting> settings;      ///< in the order of the file
    std::map<std::string, std::string> data;   ///< canonical JSON of the files of settings of type `data`, by
                                               ///< setting; empty until read_data_files
    Position secrets_at, settings_at;          ///< the tables, for what is missing in them

    friend bool operator==(const AccountSettings&, const AccountSettings&) = default;
};

/// Names each key of an account's file; toml_reader.hpp says how that is used.
void read_account(TableReader& in, AccountSettings& account);

}  // namespace porteur
