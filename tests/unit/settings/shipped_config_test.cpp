// SPDX-License-Identifier: Apache-2.0
// The files under config/ are the operator's documentation of every key, so they are held to the
// code. In them "#key = value" is a setting that is commented out, "# text" is prose.
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "settings/account_check.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/settings.hpp"
#include "settings/toml_reader.hpp"
#include "support/result_matchers.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using ::testing::IsEmpty;
using namespace porteur::testing;
namespace fs = std::filesystem;

const fs::path config{PORTEUR_CONFIG_FOLDER};

// "#port = 1" becomes "port = 1"; prose stays what it is.
std::string uncommented(const fs::path& file) {
    std::istringstream lines{content_of(file)};
    std::string all;
    for (std::string line; std::getline(lines, line); all += line + "\n")
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    return all;
}

// The keys that a file shows, set or commented out: "api.tls.cert_file".
std::set<std::string> shown_keys(const fs::path& file) {
    static const std::regex header{R"(^\[+([a-z0-9_.]+)\]+\s*$)"},
        entry{R"(^([a-z0-9_]+) = (.*)$)"};
    static const std::regex inner{R"(([a-z0-9_]+) = )"};
    std::istringstream lines{uncommented(file)};
    std::set<std::string> keys;
    std::string table;
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, header)) {
            keys.insert(match[1]);
            table = match[1].str() + ".";
        } else if (std::regex_match(line, match, entry)) {
            const auto key = table + match[1].str();
            keys.insert(key);
            const std::string value = match[2];
            if (value.starts_with("{"))
                for (std::sregex_iterator each{value.begin(), value.end(), inner}, end; each != end;
                     ++each)
                    keys.insert(key + "." + (*each)[1].str());
        }
    }
    return keys;
}

template <class T>
void expect_all_shown(TableReader::Read<T> read, const fs::path& file) {
    const auto shown = shown_keys(file);
    const auto known = keys_of<T>(read);
    EXPECT_FALSE(known.empty());
    for (const auto& key : known) {
        // A table of free names: one of them is enough.
        const auto prefix = key.ends_with(".*") ? key.substr(0, key.size() - 1) : key;
        // "sign_in.oidc.*.issuer": any name may stand there.
        const auto star = key.find(".*.");
        EXPECT_TRUE(std::ranges::any_of(
            shown,
            [&](const auto& each) {
                // A table of tables has no line of its own.
                if (star == key.npos) return prefix == key ? each == key || each.starts_with(key + ".") : each.starts_with(prefix);
                return each.starts_with(key.substr(0, star + 1)) && each.ends_with(key.substr(star + 2)) &&
                       std::ranges::count(each, '.') == std::ranges::count(key, '.');
            }
        )) << key
           << " is not in " << file;
    }
}

TEST(ShippedConfig, Loads) {
    const auto settings = load_settings(config / "porteur.toml");
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->accounts.size(), 3u);
    for (const auto& account : settings->accounts) EXPECT_FALSE(account.enabled) << account.name;
}

TEST(ShippedConfig, SetsNothingButTheDefaults) {
    auto settings = load_settings(config / "porteur.toml");
    ASSERT_TRUE(settings);
    Settings defaults;
    defaults.file = settings->file;
    defaults.accounts = settings->accounts;
    EXPECT_EQ(*settings, defaults);
}

TEST(ShippedConfig, ShowsEveryKeyOfPorteurToml) {
    expect_all_shown<Settings>(read_settings, config / "porteur.toml");
}

TEST(ShippedConfig, ShowsEveryKeyOfAnAccount) {
    expect_all_shown<AccountSettings>(read_account, config / "carriers/acme.toml.example");
}

TEST(ShippedConfig, ShowsInItsCommentsWhatLoadsAndIsTheDefault) {
    const TemporaryFolder folder;
    auto toml = uncommented(config / "porteur.toml");
    const std::string sqlite = R"(store = "sqlite:/var/lib/porteur/porteur.db")";
    const std::string postgresql =
        R"(store = "postgresql://porteur@db.example.net/porteur?sslmode=verify-full")";
    // Its password has no meaning for SQLite, so the other store that the comments show is taken.
    ASSERT_NE(toml.find("# " + postgresql), toml.npos);
    ASSERT_NE(toml.find(sqlite), toml.npos);
    toml.replace(toml.find(sqlite), sqlite.size(), postgresql);
    folder.write("porteur.toml", toml);
    const auto settings = load_settings(folder.path());
    ASSERT_TRUE(settings) << settings.error().message;

    EXPECT_EQ(settings->api.address, ApiSection{}.address);
    EXPECT_EQ(settings->api.port, ApiSection{}.port);
    EXPECT_EQ(settings->api.console, ApiSection{}.console);
    EXPECT_EQ(settings->api.limits, HttpLimits{});
    EXPECT_EQ(settings->store.key, StoreSection{}.key);
    EXPECT_EQ(settings->documents, DocumentsSection{});
    PluginsSection plugins;
    plugins.sha256 = settings->plugins.sha256;
    EXPECT_EQ(settings->plugins, plugins);
    EXPECT_EQ(settings->engine, EngineSection{});
    EXPECT_EQ(settings->log, LogSection{});
    auto webhooks = settings->webhooks;
    webhooks.ca_file.clear();
    EXPECT_EQ(webhooks, WebhooksSection{});
    auto deadlines = settings->deadlines;
    deadlines.holidays.clear();
    EXPECT_EQ(deadlines, DeadlinesSection{});
    ASSERT_EQ(settings->sign_in.oidc.size(), 1u);
    const auto& provider = settings->sign_in.oidc.front();
    EXPECT_EQ(provider.scopes, ProviderSettings{}.scopes);
    EXPECT_EQ(provider.link, ProviderSettings{}.link);
    EXPECT_EQ(provider.login_claim, ProviderSettings{}.login_claim);
    EXPECT_EQ(provider.require_second_factor, ProviderSettings{}.require_second_factor);
    EXPECT_EQ(provider.timeout, ProviderSettings{}.timeout);
    ASSERT_EQ(settings->phones.size(), 1u);
    ASSERT_TRUE(settings->phones.front().call_back);
    const auto& call_back = *settings->phones.front().call_back;
    EXPECT_EQ(call_back.method, CallBackSettings{}.method);
    EXPECT_EQ(call_back.content_type, CallBackSettings{}.content_type);
    EXPECT_EQ(call_back.timeout, CallBackSettings{}.timeout);
    EXPECT_EQ(call_back.per_minute, CallBackSettings{}.per_minute);
    ASSERT_TRUE(settings->mail && settings->mail->smtp && settings->mail->pop3);
    SmtpServer smtp = *settings->mail->smtp;
    EXPECT_EQ(smtp.port, SmtpServer{}.port);
    EXPECT_EQ(smtp.security, SmtpServer{}.security);
    EXPECT_EQ(smtp.timeout, SmtpServer{}.timeout);
    Pop3Server pop3 = *settings->mail->pop3;
    EXPECT_EQ(pop3.port, Pop3Server{}.port);
    EXPECT_EQ(pop3.security, Pop3Server{}.security);
    EXPECT_EQ(pop3.timeout, Pop3Server{}.timeout);
    EXPECT_EQ(pop3.poll_interval, Pop3Server{}.poll_interval);
    EXPECT_EQ(pop3.delete_taken, Pop3Server{}.delete_taken);
    ASSERT_TRUE(settings->mail->archive_pop3);
    EXPECT_EQ(settings->mail->archive_pop3->poll_interval, Pop3Server{}.poll_interval);
}

TEST(ShippedConfig, ShowsInTheCommentsOfTheAccountsWhatLoads) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "");
    for (const auto& each : fs::directory_iterator{config / "carriers"}) {
        const auto name = each.path().filename().string();
        folder.write(
            "carriers/" + name.substr(0, name.find('.')) + ".toml", uncommented(each.path())
        );
    }
    const auto settings = load_settings(folder.path());
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->accounts.size(), 5u);
}

TEST(ShippedConfig, FitsTheDescriptorsOfItsPlugins) {
    const auto settings = load_settings(config / "porteur.toml");
    ASSERT_TRUE(settings);
    std::string left_out;
    for (const auto& account : settings->accounts) {
        const auto file = fs::path{PORTEUR_PLUGINS_FOLDER} / account.plugin / "descriptor.toml";
        if (!fs::exists(file)) {
            left_out += " " + account.plugin;
            continue;
        }
        const auto descriptor = parse_descriptor(content_of(file), file.string());
        ASSERT_TRUE(descriptor) << descriptor.error().message;
        EXPECT_THAT(check_account(account, *descriptor), IsEmpty());
    }
    if (!left_out.empty()) GTEST_SKIP() << "no descriptor.toml yet for:" << left_out;
}

}  // namespace
}  // namespace porteur
